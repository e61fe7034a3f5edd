/** What is measured on a GPU: functions of float32 arrays, and the bytes that each has to move. */

/** The functions. */
export type GpuFunction = "softplus" | "sigmoid" | "softplusBackward" | "softplusWithGrad";

/** Arrays read and arrays written. */
export interface Traffic {
  readonly reads: 1 | 2;
  readonly writes: 1 | 2;
}

/** Every function of the comparison. */
export const GPU_FUNCTIONS: Readonly<Record<GpuFunction, Traffic>> = {
  softplus: { reads: 1, writes: 1 },
  sigmoid: { reads: 1, writes: 1 },
  softplusBackward: { reads: 2, writes: 1 },
  softplusWithGrad: { reads: 1, writes: 2 },
};

/** Their names. */
export const GPU_NAMES = Object.keys(GPU_FUNCTIONS) as readonly GpuFunction[];

/** Bytes that any implementation must at least move: the base of GB/s. */
export function trafficBytes(fn: GpuFunction, elements: number): number {
  const { reads, writes } = GPU_FUNCTIONS[fn];
  return (reads + writes) * elements * 4;
}

/** The arrays that a function works on. */
export interface GpuInputs {
  readonly fn: GpuFunction;
  readonly x: Float32Array<ArrayBuffer>;
  readonly upstream: Float32Array<ArrayBuffer>;
}

/** Something that is timed on a GPU. Times are nanoseconds of so many calls. */
export interface GpuRunner {
  time(calls: number): Promise<number>;
  /** The results of a call, not timed; absent where nothing is computed. */
  output?(): Promise<readonly Float32Array[]>;
  /** Gives the memory back. */
  dispose(): void;
}
