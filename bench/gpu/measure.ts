/** Validates and times the WebGPU engine on the GPU at hand, size by size. */
import type { WebGpuEngine } from "../../kernels/engines/mod.ts";
import { draws, sweep } from "../plans/cases.ts";
import { progress } from "../../lab/progress.ts";
import type { Row } from "../results/schema.ts";
import { quartiles, relativeSpread } from "../../lab/statistics.ts";
import { steadyWork, type Stopwatch, stopwatch, takeRounds } from "../../lab/race/timing.ts";
import type { Verdict } from "../../lab/oracle/error.ts";
import { BoundError } from "../race/validate.ts";
import { holdKitToBound, judgedIndices, judgeGpu, pick } from "./check.ts";
import { GPU_NAMES, type GpuFunction, type GpuInputs, type GpuRunner } from "./functions.ts";
import type { GpuImplementation } from "./implementation.ts";
import { GPU_ROWS, VERSION } from "./kit.ts";
import { type GpuCase, gpuGap, gpuRow } from "./rows.ts";

/** What to measure. */
export interface GpuPlan {
  readonly gpu: WebGpuEngine;
  /** Numbers of elements, multiples of 4. */
  readonly sizes: readonly number[];
  /** Samples of each row. */
  readonly samples: number;
  /** Milliseconds of a sample, by clock. */
  readonly pace?: Pace;
  readonly signal?: AbortSignal;
}

type Pace = Readonly<Record<GpuImplementation["clock"], number>>;

/** Where a sample ends with a wait of 10 ms, it is ten times as long. */
const PACE: Pace = { kernel: 5, completion: 100, transfers: 20, cpu: 5 };

/** Numbers drawn; longer arrays repeat them, at a length that no cache line divides. */
const DRAWN = 2 ** 20 + 1;

/** The inputs of a size. */
export function gpuInputs(elements: number): Omit<GpuInputs, "fn"> {
  const tile = draws("normal", "f32", Math.min(DRAWN, elements));
  const x = new Float32Array(elements);
  const upstream = new Float32Array(elements);
  for (let at = 0; at < elements; at += tile.length) {
    x.set(tile.subarray(0, Math.min(tile.length, elements - at)), at);
  }
  for (let i = 0; i < elements; i++) upstream[i] = 0.5 + (i & 1023) / 512;
  return { x, upstream };
}

/** Measures; the rows lack what `withRun` adds. */
export async function measureGpu(plan: GpuPlan): Promise<{ rows: Row[]; noise: number }> {
  const rows: Row[] = [];
  const steady: number[] = [];
  const sweeps = new Map<string, Verdict | undefined>();
  const bar = progress(plan.sizes.length * GPU_NAMES.length, "gpu");
  try {
    for (const elements of plan.sizes) {
      const arrays = gpuInputs(elements);
      for (const fn of GPU_NAMES) {
        plan.signal?.throwIfAborted();
        bar.note(`${fn}, ${elements} elements`);
        rows.push(...await measureCase(plan, { fn, ...arrays }, sweeps, steady));
        bar.tick();
      }
    }
  } finally {
    await bar.done();
  }
  return { rows, noise: relativeSpread(quartiles(steady)) };
}

interface Participant {
  readonly row: GpuImplementation;
  readonly watch: Stopwatch;
  readonly verdict: Verdict | undefined;
}

async function measureCase(
  { gpu, samples, pace = PACE, signal }: GpuPlan,
  inputs: GpuInputs,
  sweeps: Map<string, Verdict | undefined>,
  steady: number[],
): Promise<Row[]> {
  const { fn } = inputs;
  const item: GpuCase = { fn, elements: inputs.x.length };
  const rows: Row[] = [];
  const participants: Participant[] = [];
  const runners: GpuRunner[] = [];
  try {
    for (const row of GPU_ROWS.filter((row) => row.does(fn))) {
      try {
        if (row.clock === "kernel" && !gpu.device.features.has("timestamp-query")) {
          throw new Error("the adapter has no timestamp-query");
        }
        const key = `${row.name} ${fn}`;
        if (!sweeps.has(key)) sweeps.set(key, await sweepOf(gpu, row, fn));
        const runner = await row.prepare(gpu, inputs);
        runners.push(runner);
        const verdict = await verdictOf(row, runner, inputs, judgedIndices(inputs.x.length));
        const watch = await stopwatch(
          { run() {}, output: () => [], time: (calls) => runner.time(calls) },
          { warmUp: pace[row.clock], sample: pace[row.clock] },
        );
        participants.push({ row, watch, verdict });
      } catch (error) {
        if (error instanceof BoundError) throw error;
        rows.push(gpuGap(row, messageOf(error), item));
      }
    }
    const failed = new Set<number>();
    const times = await takeRounds(
      participants.map(({ watch }) => watch),
      { least: samples, most: samples, budget: Infinity },
      {
        signal,
        afterRound: () => void steady.push(steadyWork()),
        onFailure(k, error) {
          failed.add(k);
          rows.push(gpuGap(participants[k]!.row, messageOf(error), item));
        },
      },
    );
    for (const [k, { row, watch, verdict }] of participants.entries()) {
      if (failed.has(k)) continue;
      const sweep = sweeps.get(`${row.name} ${fn}`);
      const { calls } = watch;
      rows.push(
        gpuRow({ head: row, version: VERSION, item, samples: times[k]!, calls, verdict, sweep }),
      );
    }
  } finally {
    for (const runner of runners) runner.dispose();
  }
  return rows;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Over the whole range of a function: where it bends, saturates and goes subnormal. */
async function sweepOf(gpu: WebGpuEngine, row: GpuImplementation, fn: GpuFunction) {
  const points = sweep("f32");
  const x = new Float32Array(Math.ceil(points.length / 4) * 4);
  x.set(points);
  const inputs: GpuInputs = { fn, x, upstream: new Float32Array(x.length).fill(0.75) };
  const runner = await row.prepare(gpu, inputs);
  try {
    return await verdictOf(row, runner, inputs, Array.from(x, (_, i) => i));
  } finally {
    runner.dispose();
  }
}

/** Judges, and holds the kit to its bound; undefined where nothing is computed. */
async function verdictOf(
  row: GpuImplementation,
  runner: GpuRunner,
  { fn, x, upstream }: GpuInputs,
  indices: readonly number[],
): Promise<Verdict | undefined> {
  const results = await runner.output?.();
  if (results === undefined) return undefined;
  const sampled: GpuInputs = { fn, x: pick(x, indices), upstream: pick(upstream, indices) };
  const verdict = judgeGpu({
    inputs: sampled,
    results: results.map((result) => pick(result, indices)),
  });
  holdKitToBound(row, sampled, verdict);
  return verdict;
}
