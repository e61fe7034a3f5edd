/** Times of a GPU as rows of the benchmark's schema. */
import type { Environment } from "../../lab/environment.ts";
import type { Implementation } from "../peers/implementation.ts";
import { gapRow, type Row, type Timed, timedColumns } from "../results/schema.ts";
import { type GpuFunction, trafficBytes } from "./functions.ts";

/** What a row says about who was measured. */
export type RowHead = Omit<Implementation, "load" | "bound">;

/** One function at one size. */
export interface GpuCase {
  readonly fn: GpuFunction;
  readonly elements: number;
}

/** What a timed row is made of. */
export interface GpuMeasured extends Timed {
  readonly head: RowHead;
  readonly version: string;
  readonly item: GpuCase;
}

/** A row that says why something was not measured; without a case, nothing of it was. */
export function gpuGap(head: RowHead, reason: string, item?: GpuCase): Row {
  const row = gapRow({ ...head, load: () => Promise.reject(new Error(reason)) }, reason);
  return item ? { ...row, ...columnsOf(item) } : row;
}

/** A row with its derived columns. */
export function gpuRow(measured: GpuMeasured): Row {
  const { head, version, item: { fn, elements } } = measured;
  return {
    ...gpuGap(head, "", measured.item),
    gap: null,
    version,
    ...timedColumns(measured, elements, trafficBytes(fn, elements)),
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
