/** What may be measured, certified and drawn, and why something is not. */

/** An array of results. */
type Results = Float32Array | Float64Array;

/** Why something is not measured. It is shown, never left out in silence. */
export interface Gap {
  readonly gap: string;
}

/** One implementation, ready to work on one case. */
export interface Runner {
  /** The work that is timed. If the first call returns no promise, no call is awaited. */
  run(): void | Promise<void>;
  /** The results of the latest run, not timed: one array for each result of the function. */
  output(): readonly Results[] | Promise<readonly Results[]>;
  /**
   * Nanoseconds that `calls` runs take, where the caller's clock would measure the wrong thing:
   * work in another process or on a GPU. Before them come calls that wake a pool of threads up, for
   * `wake` milliseconds at most, with no pause in which it could fall asleep again.
   */
  time?(calls: number, wake?: number): number | Promise<number>;
  /** Frees what `prepare` took. */
  dispose?(): void | Promise<void>;
}

/** True for a gap, false for what was asked for. */
export function isGap(value: object): value is Gap {
  return "gap" in value;
}
