/**
 * The benchmark of a GPU machine: `deno run -A bench/gpu/run.ts --help` says what it takes. It needs
 * no network.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exitCodeOf } from "../../lab/interrupt.ts";
import { webgpu } from "../../kernels/engines/mod.ts";
import { environment } from "../../lab/environment.ts";
import { pythonCandidates } from "../peers/python/interpreter.ts";
import { type Row, saveResults } from "../results/schema.ts";
import { formatGpu } from "./table.ts";
import { measureGpu } from "./measure.ts";
import { measurePeers, pythonGap } from "./peers.ts";
import { withRun } from "./rows.ts";

/** The latest run on this machine; not part of the project. */
export const LOCAL_GPU: string = fileURLToPath(
  new URL("../../.cache/bench/gpu.parquet", import.meta.url),
);

const HELP = `Validates and times the kernels on the GPU at hand, and saves the results.

  --min K          from 2^K elements (default 10)
  --max K          to 2^K elements, every second power (default 28: needs 10 GiB of memory;
                   a software adapter is done with --max 22 in minutes)
  --samples N      samples of each row (default 15)
  --no-python      without CuPy, PyTorch, JAX and Triton
  --output PATH    a .parquet file (default .cache/bench/gpu.parquet)
  --help

What is missing is a gap in the results, with the reason.`;

/** What the command line asks for. */
export interface GpuRun {
  readonly sizes: readonly number[];
  readonly samples: number;
  readonly python: boolean;
  readonly output: string;
}

/**
 * Reads the command line.
 *
 * @throws {RangeError | TypeError} naming the flag that is wrong and what it takes
 */
export function parseGpuRun(args: readonly string[]): GpuRun | "help" {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      min: { type: "string" },
      max: { type: "string" },
      samples: { type: "string" },
      output: { type: "string" },
      help: { type: "boolean" },
      python: { type: "boolean", default: true },
    },
  });
  if (values.help) return "help";
  const min = whole("min", values.min ?? "10", 2, 30);
  const max = whole("max", values.max ?? "28", 2, 30);
  if (min > max) throw new RangeError(`--min ${min} is larger than --max ${max}`);
  const output = values.output ?? LOCAL_GPU;
  if (!output.endsWith(".parquet")) {
    throw new RangeError(`--output ${output}: it takes a path that ends with .parquet`);
  }
  const sizes: number[] = [];
  for (let k = min; k < max; k += 2) sizes.push(2 ** k);
  sizes.push(2 ** max);
  const samples = whole("samples", values.samples ?? "15", 1, 1000);
  return { sizes, samples, python: values.python, output };
}

function whole(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  throw new RangeError(`--${flag} ${text}: it takes a whole number from ${least} to ${most}`);
}

/** Measures everything that a run asks for. */
export async function runGpu(run: GpuRun, signal?: AbortSignal): Promise<Row[]> {
  const about = await environment();
  const { sizes, samples } = run;
  const plan = { sizes, samples, ...(signal && { signal }) };
  await using gpu = await webgpu({ powerPreference: "high-performance" });
  const own = await measureGpu({ ...plan, gpu });
  const rows = withRun(own.rows, gpu.adapter, about, own.noise);
  if (!run.python) return rows;
  const pythons = pythonCandidates((name) => Deno.env.get(name));
  const peers = await measurePeers({ ...plan, pythons }).catch((error) => {
    signal?.throwIfAborted();
    return [pythonGap(String(error))]; // the rows of the kit are not lost with it
  });
  return [...rows, ...peers.map((row) => ({ ...row, ...about, noise: own.noise }))];
}

async function main(signal: AbortSignal): Promise<number> {
  const run = parseGpuRun(Deno.args);
  if (run === "help") {
    console.log(HELP);
    return 0;
  }
  const rows = await runGpu(run, signal);
  saveResults(rows, run.output);
  console.log(formatGpu(rows));
  console.log(`\nSaved ${rows.length} rows in ${run.output}`);
  return 0;
}

if (import.meta.main) Deno.exit(await exitCodeOf("bench/gpu", main));
