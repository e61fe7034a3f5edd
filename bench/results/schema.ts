/**
 * The results of a benchmark: what a row is, and how rows become a Parquet file and come back.
 * This file is the only place that knows the schema.
 *
 * polars reads and writes files itself, outside Deno's permissions: what is needed is
 * `--allow-ffi --allow-sys`, and `--allow-write` for putting the finished file in its place.
 */
import pl, { type DataFrame } from "nodejs-polars";
import type { Case } from "../plans/cases.ts";
import { caseBytes } from "../plans/cases.ts";
import type { Environment } from "../../lab/environment.ts";
import { replaceBySync } from "../../lab/files.ts";
import type { Implementation, Loaded } from "../peers/implementation.ts";
import type { IdentityColumns } from "../peers/naming.ts";
import { fieldsFromNames, NAMES_VERSION } from "./from_names.ts";
import { quartiles } from "../../lab/statistics.ts";
import type { Verdict } from "../../lab/oracle/error.ts";

/** Raised whenever a column changes its meaning, goes, or comes. */
export const SCHEMA_VERSION = 3;

/** One implementation on one case; or, where `gap` is not null, why there is no such row. */
export interface Row extends IdentityColumns, Partial<Environment> {
  schema_version: number;
  /** The name, made from the fields of `IdentityColumns`. */
  implementation: string;
  /** Of the library; null when it did not load. */
  version: string | null;
  /** Threads that were seen at work. */
  threads: number | null;
  /** The GPU that computed, as it names itself; null where none did, or it is not known. */
  adapter: string | null;
  includes: string;
  caveat: string | null;
  /** The case; null in the gap of an implementation that did not load at all. */
  function: string | null;
  dtype: string | null;
  distribution: string | null;
  rows: number | null;
  columns: number | null;
  elements: number | null;
  /** Nanoseconds of a call over the whole batch: median and quartiles of the samples. */
  median_ns: number | null;
  q1_ns: number | null;
  q3_ns: number | null;
  samples: number | null;
  /** Calls that are averaged in a sample. */
  calls_per_sample: number | null;
  /** The samples; sample i of all rows of a case are of one round and may be paired. */
  round_ns: number[] | null;
  ns_per_element: number | null;
  elements_per_s: number | null;
  /** (arrays read + arrays written) x elements x bytes of a number / median_ns. */
  gb_per_s: number | null;
  /** The largest error over a sample of the case's inputs; null for the floor. */
  max_ulp: number | null;
  max_abs_diff: number | null;
  /** The same over a sweep of the function's whole range, and where it was found. */
  sweep_max_ulp: number | null;
  sweep_max_abs_diff: number | null;
  sweep_worst_input: number | null;
  /** An input with 0, an infinity or NaN where the answer is none, or the reverse; else null. */
  wrong_input: number | null;
  wrong_got: number | null;
  wrong_want: number | null;
  gap: string | null;
  /** Interquartile range over median of fixed integer work, sampled in every round of the run. */
  noise: number | null;
}

const TEXT = pl.Utf8;
const WHOLE = pl.Int64;
const REAL = pl.Float64;

/** Column types, in the order of the file. The compiler holds it to the members of `Row`. */
const SCHEMA = {
  schema_version: WHOLE,
  implementation: TEXT,
  kind: TEXT,
  library: TEXT,
  engine: TEXT,
  form: TEXT,
  precision: TEXT,
  memory: TEXT,
  passes: WHOLE,
  pool: TEXT,
  clock: TEXT,
  version: TEXT,
  threads: WHOLE,
  adapter: TEXT,
  includes: TEXT,
  caveat: TEXT,
  function: TEXT,
  dtype: TEXT,
  distribution: TEXT,
  rows: WHOLE,
  columns: WHOLE,
  elements: WHOLE,
  median_ns: REAL,
  q1_ns: REAL,
  q3_ns: REAL,
  samples: WHOLE,
  calls_per_sample: WHOLE,
  round_ns: pl.List(REAL),
  ns_per_element: REAL,
  elements_per_s: REAL,
  gb_per_s: REAL,
  max_ulp: REAL,
  max_abs_diff: REAL,
  sweep_max_ulp: REAL,
  sweep_max_abs_diff: REAL,
  sweep_worst_input: REAL,
  wrong_input: REAL,
  wrong_got: REAL,
  wrong_want: REAL,
  gap: TEXT,
  cpu: TEXT,
  cores: WHOLE,
  os: TEXT,
  deno: TEXT,
  v8: TEXT,
  commit: TEXT,
  date: TEXT,
  noise: REAL,
} satisfies Record<keyof Row, unknown>;

const NAMES = Object.keys(SCHEMA) as (keyof Row)[];

/** Everything unknown: the start of every row. */
function emptyRow(implementation: Implementation, loaded?: Loaded, item?: Case): Row {
  const { name, kind, library, precision, includes, caveat } = implementation;
  const { engine = "", form = "", memory = "", passes = 1, pool = "", clock = "" } = implementation;
  return {
    ...(Object.fromEntries(NAMES.map((column) => [column, null])) as unknown as Row),
    schema_version: SCHEMA_VERSION,
    implementation: name,
    kind,
    library,
    engine,
    form,
    precision,
    memory,
    passes,
    pool,
    clock,
    includes,
    caveat: caveat ?? null,
    version: loaded?.version ?? null,
    threads: loaded?.threads ?? null,
    adapter: loaded?.adapter ?? null,
    function: item?.fn ?? null,
    dtype: item?.dtype ?? null,
    distribution: item?.distribution ?? null,
    rows: item?.rows ?? null,
    columns: item?.columns ?? null,
    elements: item ? item.rows * item.columns : null,
  };
}

/** A row that says why something was not measured. */
export function gapRow(
  implementation: Implementation,
  reason: string,
  item?: Case,
  loaded?: Loaded,
): Row {
  return { ...emptyRow(implementation, loaded, item), gap: reason };
}

/** Times of calls, and how right their results were. */
export interface Timed {
  /** Nanoseconds per call, one for each round. */
  readonly samples: readonly number[];
  readonly calls: number;
  /** Over the case's inputs and over the whole range; absent for the floor. */
  readonly verdict: Verdict | undefined;
  readonly sweep: Verdict | undefined;
}

/** What a timed row is made of. */
export interface Measured extends Timed {
  readonly implementation: Implementation;
  readonly loaded: Loaded;
  readonly item: Case;
}

/** A row with its derived columns. */
export function timedRow(measured: Measured): Row {
  const { implementation, loaded, item } = measured;
  return {
    ...emptyRow(implementation, loaded, item),
    ...timedColumns(measured, item.rows * item.columns, caseBytes(item)),
  };
}

/** The columns that are derived from what was measured; `bytes` are read and written by a call. */
export function timedColumns(
  { samples, calls, verdict, sweep }: Timed,
  elements: number,
  bytes: number,
): Partial<Row> {
  const { q1, median, q3 } = quartiles(samples);
  const wrong = sweep?.wrong ?? verdict?.wrong; // the sweep first: the same in every case
  return {
    median_ns: median,
    q1_ns: q1,
    q3_ns: q3,
    samples: samples.length,
    calls_per_sample: calls,
    round_ns: [...samples],
    ns_per_element: median / elements,
    elements_per_s: elements / median * 1e9,
    gb_per_s: bytes / median,
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

/** Rows as a polars data frame with the schema's types. */
export function toFrame(rows: readonly Row[]): DataFrame {
  // polars cannot make a column of lists without any list in it: one row more, cut off again.
  const columns = NAMES.map((name) => {
    const values = rows.map((row): unknown => row[name] ?? null);
    return [name, [...values, name === "round_ns" ? [0] : null]];
  });
  return pl.DataFrame(Object.fromEntries(columns), { schema: SCHEMA }).head(rows.length);
}

/** Rows of a data frame that has the schema's columns. */
export function toRows(frame: DataFrame): Row[] {
  return frame.toRecords() as unknown as Row[];
}

/** Writes a file, whole or not at all. */
export function saveResults(rows: readonly Row[], path: string): void {
  replaceBySync(path, (beside) => toFrame(rows).writeParquet(beside, { compression: "zstd" }));
}

/**
 * Reads a file that `saveResults` wrote, now or with the schema version before.
 *
 * @throws {Error} when it has any other schema version
 */
export function readResults(path: string): Row[] {
  Deno.statSync(path); // a clear NotFound in place of polars' own words
  const frame = pl.readParquet(path);
  const found = "schema_version" in frame.schema ? frame.getColumn("schema_version").max() : 0;
  if (frame.height === 0 || found === SCHEMA_VERSION) return toRows(frame);
  if (found === NAMES_VERSION) return toRows(frame).map(fieldsFromNames);
  const cure = typeof found === "number" && found > SCHEMA_VERSION
    ? "a newer kit wrote it, use that"
    : "measure anew";
  throw new Error(`${path} has schema version ${found}, not ${SCHEMA_VERSION}: ${cure}`);
}
