/** Result rows as small data frames, each ready for a table in a notebook and for a figure. */
import pl, { type DataFrame } from "nodejs-polars";
import type { DistributionName, Dtype, FunctionName } from "../plans/cases.ts";
import type { SpeedUp, Timing } from "../../lab/figures/sizes.ts";
import { isPlainCall } from "../peers/naming.ts";
import type { Row } from "./schema.ts";
import { pairedRatio } from "../../lab/statistics.ts";

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

/** The same as a data frame, for a table; it throws where there is nothing to show. */
export function timings(rows: readonly Row[], which: Which): DataFrame {
  return frameOf(times(rows, which), which).sort(["n", "median_ns"]);
}

/**
 * Speed-up of every implementation over one of them, from pairs of samples of the same round: for
 * `speedUpOverSize` and `speedUpBars`.
 */
export function speedUps(rows: readonly Row[], baseline: string, which: Which): DataFrame {
  const all = timedRows(rows, which);
  const base = new Map(
    all.filter((row) => row.implementation === baseline).map((row) => [row.rows, row]),
  );
  if (base.size === 0) {
    const names = [...new Set(all.map(({ implementation }) => implementation))].join(", ");
    throw new RangeError(`no times of baseline ${baseline} here; there are: ${names || "none"}`);
  }
  const found = shownRows(rows, which).flatMap((row): SpeedUp[] => {
    const { implementation, kind, rows: n } = row;
    const other = base.get(n);
    // Another run of the same case has other rounds: nothing to pair.
    if (implementation === baseline || kind === "floor" || !other || other.date !== row.date) {
      return [];
    }
    const { q1, median: ratio, q3 } = pairedRatio(other.round_ns, row.round_ns);
    return [{ implementation, kind, wrong: row.wrong_input !== null, n, ratio, q1, q3 }];
  });
  return frameOf(found, which).sort(["n", "ratio"]);
}

/**
 * The value check: the largest error of each implementation over the whole range of a function,
 * and an input that it gets wrong altogether, if there is one.
 */
export function valueCheck(rows: readonly Row[], which: Which): DataFrame {
  const found = timedRows(rows, which).filter(({ kind }) => kind !== "floor");
  const last = new Map(found.map((row) => [row.implementation, row]));
  const largest = (column: "max_abs_diff" | "max_ulp", name: string) =>
    Math.max(
      ...found.filter((row) => row.implementation === name).map((row) => row[column] ?? 0),
    );
  const checked = [...last.values()].map((row) => ({
    implementation: row.implementation,
    version: row.version,
    max_abs_diff: largest("max_abs_diff", row.implementation),
    max_ulp: largest("max_ulp", row.implementation),
    sweep_max_abs_diff: row.sweep_max_abs_diff,
    sweep_max_ulp: row.sweep_max_ulp,
    wrong_at: row.wrong_input,
    wrong_got: row.wrong_got,
    right: row.wrong_want,
  }));
  return frameOf(checked, which).sort("sweep_max_ulp");
}

/** What was not measured, and why: one row for each reason. */
export function gaps(rows: readonly Row[]): DataFrame {
  const reasons = new Map<string, { implementation: string; what: string[]; gap: string }>();
  for (const { implementation, function: fn, dtype, gap } of rows) {
    if (gap === null) continue;
    const key = `${implementation}: ${gap}`;
    const entry = reasons.get(key) ?? { implementation, what: [], gap };
    const what = fn === null ? "everything" : `${fn} ${dtype}`;
    if (!entry.what.includes(what)) entry.what.push(what);
    reasons.set(key, entry);
  }
  const records = [...reasons.values()].map((entry) => ({ ...entry, what: entry.what.join(", ") }));
  return records.length > 0
    ? pl.readRecords(records)
    : pl.DataFrame({ implementation: [], what: [], gap: [] });
}

/** Machine, versions and date of each run among the rows. */
export function runs(rows: readonly Row[]): DataFrame {
  const found = new Map(
    rows.map(({ date, cpu, cores, os, deno, v8, commit, noise }) => [
      date,
      {
        ...{ date, cpu, cores, os, deno, v8, commit },
        noise: typeof noise === "number" ? Number(noise.toPrecision(2)) : null,
      },
    ]),
  );
  return pl.readRecords([...found.values()]);
}

function frameOf(records: readonly object[], which: Which): DataFrame {
  if (records.length === 0) {
    throw new RangeError(`no results for ${JSON.stringify(which)}; measure them first`);
  }
  const frame = pl.readRecords(records as Record<string, unknown>[]);
  const counts = ["n", "elements", "threads"].filter((name) => name in frame.schema);
  return frame.withColumns(...counts.map((name) => pl.col(name).cast(pl.Int64)));
}
