/**
 * What an implementation under measurement is. One file in `peers/` describes one library, in as
 * many implementations as it has ways worth comparing, and `implementations.ts` lists them all.
 *
 * Life: `load` once a run; `prepare` once a case; then `run`, or `time`, again and again, in rounds
 * that are interleaved with everyone else's; then `dispose`, runner first. A peer's package is
 * imported inside `load`, so that a peer which is absent is a gap in the table and nothing more.
 */
import type { Case, Dtype, FloatArray, FunctionName } from "./cases.ts";

/**
 * textbook: the formula as people first write it; kit: this project; peer: what people would use
 * instead; floor: no mathematics at all, the least that moving the same bytes costs.
 */
export type Kind = "textbook" | "kit" | "peer" | "floor";

/** Why something is not measured. It is shown, never left out in silence. */
export interface Gap {
  readonly gap: string;
}

/** The arrays of a case. They belong to the harness; every implementation gets the same ones. */
export interface Inputs {
  readonly case: Case;
  readonly x: FloatArray;
  /** softplus(x), correctly rounded to the dtype; only for `softplusGradKnown`. */
  readonly value?: FloatArray;
  /** Where results go when "output given": one array for each result of the function. */
  readonly out: readonly FloatArray[];
}

/** One implementation, ready to work on one case. */
export interface Runner {
  /** The work that is timed. If the first call returns no promise, no call is awaited. */
  run(): void | Promise<void>;
  /** The results of the latest run, not timed: one array for each result of the function. */
  output(): readonly FloatArray[] | Promise<readonly FloatArray[]>;
  /**
   * Nanoseconds that `calls` runs take, where the caller's clock would measure the wrong thing:
   * work in another process or on a GPU. Before them come calls that wake a pool of threads up, for
   * `wake` milliseconds at most, with no pause in which it could fall asleep again.
   */
  time?(calls: number, wake?: number): number | Promise<number>;
  /** Frees what `prepare` took. */
  dispose?(): void | Promise<void>;
}

/** An implementation whose library is there. */
export interface Loaded {
  /** Version of the library, as it reports it. */
  readonly version: string;
  /** Threads that work on a call: verified, not assumed. */
  readonly threads: number;
  /** Makes a runner for a case, or says why there is none, such as "no float64". */
  prepare(inputs: Inputs): Runner | Gap | Promise<Runner | Gap>;
  /** Frees what `load` took: a process, a device, workers. */
  dispose?(): void | Promise<void>;
}

/** One row of the comparison. */
export interface Implementation {
  /** Unique; it names the row, and fixes colour and marker in every figure. */
  readonly name: string;
  readonly kind: Kind;
  /** Rows of one library form a group, of which a figure may show the best alone. */
  readonly library: string;
  /** "exact" or "fast" for the kit; what the library calls it elsewhere, or "". */
  readonly precision: string;
  /** What a timed call includes: "output given", "output allocated", "upload and read-back". */
  readonly includes: string;
  /** What a reader must know to judge the row fairly. */
  readonly caveat?: string;
  /** Error in ULP that is promised; only the kit promises, and a run fails where it is broken. */
  readonly bound?: (fn: FunctionName, dtype: Dtype) => number;
  /** Finds the library, or says why it is not there. A rejection counts as a gap as well. */
  load(): Promise<Loaded | Gap>;
}

/** True for a gap, false for what was asked for. */
export function isGap(value: object): value is Gap {
  return "gap" in value;
}

/** A runner that fills the arrays that the inputs give. */
export function fillRunner(inputs: Inputs, run: () => void | Promise<void>): Runner {
  return { run, output: () => inputs.out };
}
