/**
 * What an implementation under measurement is. One file in `peers/` describes one library, in as
 * many implementations as it has ways worth comparing, and `implementations.ts` lists them all.
 *
 * Life: `load` once a run; `prepare` once a case; then `run`, or `time`, again and again, in rounds
 * that are interleaved with everyone else's; then `dispose`, runner first. A peer's package is
 * imported inside `load`, so that a peer which is absent is a gap in the table and nothing more.
 */
import type { Dtype, FunctionName } from "../plans/cases.ts";
import type { Inputs } from "../plans/inputs.ts";
import type { Gap, Runner } from "../../lab/implementation.ts";
import type { Identity } from "./naming.ts";

export type { Identity, Kind } from "./naming.ts";
export type { Inputs } from "../plans/inputs.ts";

/** An implementation whose library is there. */
export interface Loaded {
  /** Version of the library, as it reports it. */
  readonly version: string;
  /** Threads that work on a call: verified, not assumed. */
  readonly threads: number;
  /** The GPU that computes, as it names itself. */
  readonly adapter?: string;
  /** Makes a runner for a case, or says why there is none, such as "no float64". */
  prepare(inputs: Inputs): Runner | Gap | Promise<Runner | Gap>;
  /** Frees what `load` took: a process, a device, workers. */
  dispose?(): void | Promise<void>;
}

/** One row of the comparison: `identify` in `naming.ts` makes the name of the other fields. */
export interface Implementation extends Identity {
  /** Unique; nobody reads in it what a field says. */
  readonly name: string;
  /** What a timed call includes: "output given", "output allocated", "upload and read-back". */
  readonly includes: string;
  /** What a reader must know to judge the row fairly. */
  readonly caveat?: string;
  /** What is called, as a reader would write it; a certificate says it. */
  readonly calls?: { readonly softplus?: string; readonly sigmoid?: string };
  /** Error in ULP that is promised; only the kit promises, and a run fails where it is broken. */
  readonly bound?: (fn: FunctionName, dtype: Dtype) => number;
  /** Finds the library, or says why it is not there. A rejection counts as a gap as well. */
  load(): Promise<Loaded | Gap>;
}

/** A runner that fills the arrays that the inputs give. */
export function fillRunner(inputs: Inputs, run: () => void | Promise<void>): Runner {
  return { run, output: () => inputs.out };
}
