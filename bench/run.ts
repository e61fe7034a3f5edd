/**
 * The benchmark's command line. `deno task bench --help` says what it takes.
 *
 * Ctrl-C ends it between two samples; what was measured so far is not saved, and a file that was
 * there before stays as it is.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exitCodeOf } from "../lab/interrupt.ts";
import { agreement, formatAgreement, type Scope, SCOPES } from "./report/agreement.ts";
import type { DistributionName, Dtype, FunctionName } from "./plans/cases.ts";
import { DISTRIBUTIONS, FUNCTIONS } from "./plans/cases.ts";
import { IMPLEMENTATIONS } from "./peers/implementations.ts";
import { measure } from "./race/measure.ts";
import { BUDGET_SECONDS, type Plan } from "./plans/plans.ts";
import { readResults, type Row, saveResults } from "./results/schema.ts";
import { LOCAL } from "./results/files.ts";
import { formatResults } from "./report/table.ts";

const HELP = `Validates and times softplus, its gradient and sigmoid, and saves the results.

  --quick                 a few cases, about ${BUDGET_SECONDS.quick} s
  --full                  every function, dtype, distribution and size, about ${
  BUDGET_SECONDS.full / 60
} min
  --output PATH           a .parquet file, or a folder for benchmark.parquet
                          (default: .cache/bench/benchmark.parquet)
  --functions NAMES       of ${Object.keys(FUNCTIONS).join(", ")}
  --dtypes NAMES          of f32, f64
  --distributions NAMES   of ${Object.keys(DISTRIBUTIONS).join(", ")}
  --sizes NUMBERS         n of n x n
  --implementations NAMES those whose names contain one of NAMES
  --budget SECONDS        time to aim for
  --sittings NUMBER       how often everything is loaded anew and measured (default: 1;
                          reference runs have 3)
  --list                  the implementations, and what each call includes
  --compare PATHS         no measurement: names implementations that differ by 15 % or more
                          and change places between two .parquet files, over all they
                          have in common, by function and by case; fails where that is
                          beyond the quartiles of both
  --help

NAMES and NUMBERS are separated by commas.`;

/** What the command line asks for. */
export interface RunOptions {
  readonly plan: Plan;
  readonly output: string;
  readonly functions?: FunctionName[];
  readonly dtypes?: Dtype[];
  readonly distributions?: DistributionName[];
  readonly sizes?: number[];
  readonly implementations?: string[];
  readonly budgetSeconds?: number;
  readonly sittings?: number;
}

/**
 * Reads the command line.
 *
 * @throws {RangeError | TypeError} naming the flag that is wrong and what it takes
 */
export function parseRun(
  args: readonly string[],
): RunOptions | "help" | "list" | { readonly compare: readonly [string, string] } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean" },
      full: { type: "boolean" },
      help: { type: "boolean" },
      list: { type: "boolean" },
      output: { type: "string" },
      functions: { type: "string" },
      dtypes: { type: "string" },
      distributions: { type: "string" },
      sizes: { type: "string" },
      implementations: { type: "string" },
      budget: { type: "string" },
      compare: { type: "string" },
      sittings: { type: "string" },
    },
  });
  if (values.help) return "help";
  if (values.list) return "list";
  if (values.compare !== undefined) {
    const [first, second, ...more] = list("compare", values.compare);
    if (second === undefined || more.length > 0) {
      throw new RangeError("--compare takes two files, with a comma between them");
    }
    return { compare: [first!, second] };
  }
  if (values.quick && values.full) throw new RangeError("--quick and --full exclude each other");
  const { functions, dtypes, distributions, sizes, implementations, budget, sittings } = values;
  return {
    plan: values.quick ? "quick" : values.full ? "full" : "standard",
    output: outputPath(values.output),
    ...(functions !== undefined && { functions: named("functions", functions, FUNCTIONS) }),
    ...(dtypes !== undefined && { dtypes: named("dtypes", dtypes, { f32: 0, f64: 0 }) }),
    ...(distributions !== undefined &&
      { distributions: named("distributions", distributions, DISTRIBUTIONS) }),
    ...(sizes !== undefined && { sizes: list("sizes", sizes).map((n) => positive("sizes", n)) }),
    ...(implementations !== undefined &&
      { implementations: list("implementations", implementations) }),
    ...(budget !== undefined && { budgetSeconds: positive("budget", budget) }),
    ...(sittings !== undefined && { sittings: whole("sittings", sittings) }),
  };
}

function outputPath(path: string | undefined): string {
  if (path === undefined) return LOCAL;
  if (path === "") throw new RangeError("--output needs a path");
  return path.endsWith(".parquet") ? path : join(path, "benchmark.parquet");
}

function list(flag: string, text: string): string[] {
  const items = text.split(",").map((item) => item.trim()).filter((item) => item !== "");
  if (items.length === 0) throw new RangeError(`--${flag} needs at least one value`);
  return items;
}

function named<Name extends string>(
  flag: string,
  text: string,
  known: Readonly<Record<Name, unknown>>,
): Name[] {
  return list(flag, text).map((item) => {
    if (Object.hasOwn(known, item)) return item as Name;
    throw new RangeError(`--${flag} ${item}: it takes ${Object.keys(known).join(", ")}`);
  });
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new RangeError(`--${flag} ${text}: it takes positive numbers`);
}

function whole(flag: string, text: string): number {
  const value = Number(text);
  if (value >= 1 && Number.isSafeInteger(value)) return value;
  throw new RangeError(`--${flag} ${text}: it takes whole numbers from 1`);
}

async function main(signal: AbortSignal): Promise<number> {
  const options = parseRun(Deno.args);
  if (options === "help") {
    console.log(HELP);
    return 0;
  }
  if (options === "list") {
    for (const { name, kind, includes } of IMPLEMENTATIONS) {
      console.log(`${name} (${kind}): ${includes}`);
    }
    return 0;
  }
  if ("compare" in options) {
    const [first, second] = options.compare.map(readResults) as [Row[], Row[]];
    const found = (Object.keys(SCOPES) as Scope[]).map((scope) => {
      const one = agreement(first, second, scope);
      console.log(formatAgreement(one, scope));
      return one;
    });
    return found.some(({ disagreements }) => disagreements.some(({ firm }) => firm)) ? 1 : 0;
  }
  const rows = await measure({ ...options, signal });
  saveResults(rows, options.output);
  console.log(formatResults(rows));
  console.log(`\nSaved ${rows.length} rows in ${options.output}`);
  return 0;
}

if (import.meta.main) Deno.exit(await exitCodeOf("bench", main));
