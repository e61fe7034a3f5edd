/* What is computed, and on which memory: the words in which the files beside this one speak. */
import type { KernelName } from "../methods.ts";

/**
 * Element types on the GPU.
 *
 * @example
 * ```ts
 * import type { GpuArray, GpuFormat } from "@softplus/kit";
 *
 * const formatOf = (x: GpuArray): GpuFormat => x.format;
 * ```
 */
export type GpuFormat = "f32" | "f16";

/** Part of an array, in memory of the GPU: what one binding, and so one dispatch, can reach. */
export interface Piece {
  readonly buffer: GPUBuffer;
  /** Bytes from the start of the buffer; a multiple of the alignment of bindings. */
  readonly offset: number;
  /** Bytes of data, without padding. */
  readonly bytes: number;
  /** Whether the buffer is the pool's: nothing but this piece lies in it. */
  readonly pooled: boolean;
}

/** What the kernels are told to do: no arrays yet. */
export interface Work {
  readonly kernel: KernelName;
  readonly format: GpuFormat;
  readonly beta: number;
}
