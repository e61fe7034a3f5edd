/** Rows of results chosen and shortened: each ready for a figure, or a table in a notebook. */
import pl, { type DataFrame } from "nodejs-polars";
import type { DistributionName, Dtype, FunctionName } from "../plans/cases.ts";
import type { Timing } from "../../lab/figures/sizes.ts";
import { isPlainCall } from "../peers/naming.ts";
import type { Row } from "./schema.ts";

/** Which cases: one function, and by default float32 and normal(0, 4). */
export interface Which {
  readonly function: FunctionName;
  readonly dtype?: Dtype;
  readonly distribution?: DistributionName;
  /** Only these sizes n of n x n. */
  readonly sizes?: readonly number[];
  /** Every row, not only the fastest of each library: for tables; figures hold about twenty. */
  readonly all?: boolean;
  /** Only what works on one thread. */
  readonly oneThread?: boolean;
}

/** The timed rows of the cases asked for. */
export function timedRows(rows: readonly Row[], which: Which): TimedRow[] {
  const { function: fn, dtype = "f32", distribution = "normal", sizes, oneThread } = which;
  return rows.filter((row): row is TimedRow =>
    row.gap === null && row.median_ns !== null && row.rows !== null &&
    row.function === fn && row.dtype === dtype && row.distribution === distribution &&
    (sizes?.includes(row.rows) ?? true) && (!oneThread || row.threads === 1)
  );
}

/**
 * Of each library the row that is fastest at its largest size. The kit's engines stand with their
 * plain calls, output given, as the peers' rows that are compared with them.
 */
export function fastestOfEach(rows: readonly TimedRow[]): TimedRow[] {
  const names = [
    ...Map.groupBy(rows, ({ library, implementation }) => library ?? implementation).values(),
  ].map((group) => {
    const plain = group.filter(isPlainCall);
    const candidates = plain.length > 0 ? plain : group;
    const largest = Math.max(...candidates.map((row) => row.rows));
    return candidates.filter((row) => row.rows === largest)
      .reduce((best, row) => row.median_ns < best.median_ns ? row : best).implementation;
  });
  return rows.filter(({ implementation }) => names.includes(implementation));
}

function shownRows(rows: readonly Row[], which: Which): TimedRow[] {
  const timed = timedRows(rows, which);
  return which.all ? timed : fastestOfEach(timed);
}

/** A row that is no gap. */
export type TimedRow =
  & Row
  & {
    readonly [column in "rows" | "elements" | "median_ns" | "q1_ns" | "q3_ns" | "gb_per_s"]: number;
  }
  & { readonly round_ns: number[] };

/** Time over size, for `timeOverSize`, `timePerElement` and `roofline`; nothing if nothing was timed. */
export function times(rows: readonly Row[], which: Which): (Timing & Record<string, unknown>)[] {
  return shownRows(rows, which).map((row) => ({
    implementation: row.implementation,
    kind: row.kind,
    family: row.library,
    engine: row.engine,
    precision: row.precision,
    wrong: row.wrong_input !== null,
    threads: row.threads,
    n: row.rows,
    elements: row.elements,
    median_ns: row.median_ns,
    q1_ns: row.q1_ns,
    q3_ns: row.q3_ns,
    ns_per_element: row.median_ns / row.elements,
    gb_per_s: row.gb_per_s,
    includes: row.includes,
  }));
}

/** Machine, versions and date of each run among the rows. */
export function runs(rows: readonly Row[]): DataFrame {
  const found = new Map(
    rows.map(({ date, cpu, cores, os, deno, v8, commit, noise }) => [
      date,
      {
        date,
        cpu,
        cores,
        os,
        deno,
        v8,
        commit,
        noise: typeof noise === "number" ? Number(noise.toPrecision(2)) : null,
      },
    ]),
  );
  return pl.readRecords([...found.values()]);
}
