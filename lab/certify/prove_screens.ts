/**
 * Runs the measurement of the references over all slices, and writes what it showed.
 *
 * @module
 */
import { replaceFile } from "../files.ts";
import { environment } from "../environment.ts";
import { PAIR_BOUND } from "../oracle/double_double.ts";
import { type ReferenceName, REFERENCES, SCREEN_BOUND } from "../oracle/screen.ts";
import type { Progress } from "../progress.ts";
import { formatJson } from "./certificate.ts";
import { runJobs } from "./pool.ts";
import { SAMPLES } from "./samples.ts";
import { type Proof, sumUp } from "./screen_proof.ts";
import { SLICES } from "./slices.ts";
import type { Format } from "./types.ts";

/** What to measure, and where. */
export interface ScreensPlan {
  /** Address of a module for the workers to load; the screens need none of its subjects. */
  readonly subjects: string;
  readonly formats: readonly Format[];
  readonly workers: number;
  /** Folder of what it writes. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: (steps: number) => Progress;
}

/** Measures the screens of some formats; writes `screen.json` and the hard cases. */
export async function proveScreens(options: ScreensPlan): Promise<boolean> {
  const slices = { f32: SLICES, f64: SAMPLES };
  const jobs = options.formats.flatMap((proof) =>
    Array.from({ length: slices[proof] }, (_, slice) => ({ slice, proof }))
  ).map((job, id) => ({ ...job, id, mode: "full" as const, targets: [] }));
  const bar = options.progress(jobs.length);
  const found = { f32: new Map<number, Proof>(), f64: new Map<number, Proof>() };
  try {
    await runJobs<Proof>(options.subjects, jobs, options.workers, (job, proof) => {
      found[job.proof!].set(job.slice, proof);
      bar.tick();
      return Promise.resolve();
    }, options.signal);
  } finally {
    await bar.done();
  }
  const paths = ["screen", "hard-cases"].map((name) => `${options.folder}/${name}.json`);
  const [report, hard] = await Promise.all(paths.map(readJson)) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  report.what = "relative error of the references, measured by MPFR; hard: left undecided (f32), " +
    "close to a tie (f64)";
  let held = true;
  const { cpu, os, deno, v8, date } = await environment();
  for (const format of options.formats) {
    const bound = format === "f32" ? SCREEN_BOUND : PAIR_BOUND;
    const inOrder = [...found[format]].sort(([a], [b]) => a - b).map(([, proof]) => proof);
    const total = (name: ReferenceName) => sumUp(inOrder.map((proof) => proof[name]));
    report[format] = {
      bound: `2^${Math.log2(bound)}`,
      ...Object.fromEntries(REFERENCES.map((name) => {
        const { inputs, worst, at, hard } = total(name);
        held &&= worst < bound;
        const margin = Number((bound / worst).toPrecision(3));
        return [name, {
          inputs,
          worst: `2^${Math.log2(worst).toFixed(2)}`,
          at,
          margin,
          hard: hard.length,
        }];
      })),
      environment: { cpu, os, deno, v8, date },
    };
    hard[format] = Object.fromEntries(REFERENCES.map((name) => [name, total(name).hard]));
  }
  await replaceFile(paths[0]!, formatJson(report));
  await replaceFile(paths[1]!, formatJson(hard));
  console.log(JSON.stringify(report, null, 2));
  return held;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
