/** What `isolated.ts` and `worker.ts` say to each other: one request at a time, one answer each. */
import type { Case, FloatArray } from "../../plans/cases.ts";

/** Of a runner, once it has been prepared. */
export type Request =
  & { readonly runner: number }
  & (
    | {
      readonly do: "prepare";
      readonly name: string;
      readonly case: Case;
      readonly x: FloatArray;
    }
    | { readonly do: "run" | "output" | "dispose" }
    | { readonly do: "time"; readonly calls: number; readonly wake: number }
  );

/** Nanoseconds of `time`, arrays of `output`, a gap of `prepare`; or why there is none of them. */
export interface Answer {
  readonly ns?: number;
  readonly arrays?: readonly FloatArray[];
  readonly gap?: string;
  readonly error?: string;
}
