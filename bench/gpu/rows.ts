/** Times of a GPU as rows of the benchmark's schema. */
import type { Environment } from "../../lab/environment.ts";
import type { Implementation } from "../peers/implementation.ts";
import { gapRow, type Row } from "../results/schema.ts";
import { quartiles } from "../../lab/statistics.ts";
import type { Verdict } from "../../lab/oracle/error.ts";
import { type GpuFunction, trafficBytes } from "./functions.ts";

/** What a row says about who was measured. */
export type RowHead = Omit<Implementation, "load" | "bound">;

/** One function at one size. */
export interface GpuCase {
  readonly fn: GpuFunction;
  readonly elements: number;
}

/** What a timed row is made of. */
export interface GpuMeasured {
  readonly head: RowHead;
  readonly version: string;
  readonly item: GpuCase;
  /** Nanoseconds per call, one for each round. */
  readonly samples: readonly number[];
  readonly calls: number;
  readonly verdict: Verdict | undefined;
  readonly sweep: Verdict | undefined;
}

/** A row that says why something was not measured; without a case, nothing of it was. */
export function gpuGap(head: RowHead, reason: string, item?: GpuCase): Row {
  const row = gapRow({ ...head, load: () => Promise.reject(new Error(reason)) }, reason);
  return item ? { ...row, ...columnsOf(item) } : row;
}

/** A row with its derived columns. */
export function gpuRow(measured: GpuMeasured): Row {
  const { head, version, item, samples, calls, verdict, sweep } = measured;
  const { q1, median, q3 } = quartiles(samples);
  const wrong = sweep?.wrong ?? verdict?.wrong;
  return {
    ...gpuGap(head, "", item),
    gap: null,
    version,
    median_ns: median,
    q1_ns: q1,
    q3_ns: q3,
    samples: samples.length,
    calls_per_sample: calls,
    round_ns: [...samples],
    ns_per_element: median / item.elements,
    elements_per_s: item.elements / median * 1e9,
    gb_per_s: trafficBytes(item.fn, item.elements) / median,
    max_ulp: verdict?.maxUlp ?? null,
    max_abs_diff: verdict?.maxAbsDiff ?? null,
    sweep_max_ulp: sweep?.maxUlp ?? null,
    sweep_max_abs_diff: sweep?.maxAbsDiff ?? null,
    sweep_worst_input: sweep?.worst?.input ?? null,
    wrong_input: wrong?.input ?? null,
    wrong_got: wrong?.got ?? null,
    wrong_want: wrong?.want ?? null,
  };
}

function columnsOf({ fn, elements }: GpuCase): Partial<Row> {
  const shape = { rows: 1, columns: elements, elements };
  return { function: fn, dtype: "f32", distribution: "normal", ...shape };
}

/** Rows with what all of a run share; the adapter, where it was used. */
export function withRun(
  rows: readonly Row[],
  adapter: string,
  environment: Environment,
  noise: number,
): Row[] {
  return rows.map((row) => ({
    ...row,
    adapter: row.clock === "cpu" ? null : adapter,
    ...environment,
    noise,
  }));
}
