/**
 * Many calls at a time: Deno looks for finished work every 10 ms, and calls that are made together
 * share that wait. Prints how much longer 64 of them take than one:
 *
 *     deno run -A bench/gpu/concurrent.ts [calls] [elements]
 */
import { webgpu, type WebGpuEngine } from "../../kernels/engines/mod.ts";
import { draws } from "../plans/cases.ts";
import { quartiles } from "../../lab/statistics.ts";

/** Milliseconds of one awaited call, and of so many awaited together: medians over the rounds. */
export async function measureConcurrent(
  gpu: WebGpuEngine,
  { calls = 64, elements = 1e4, rounds = 21 }: {
    readonly calls?: number;
    readonly elements?: number;
    readonly rounds?: number;
  } = {},
): Promise<{ one: number; all: number }> {
  const x = draws("normal", "f32", elements) as Float32Array<ArrayBuffer>;
  const outs = Array.from({ length: calls }, () => new Float32Array(elements));
  const timed = async (count: number) => {
    const began = performance.now();
    await Promise.all(outs.slice(0, count).map((out) => gpu.softplus(x, { out })));
    return performance.now() - began;
  };
  const [one, all]: [number[], number[]] = [[], []];
  for (let round = -3; round < rounds; round++) { // the first ones warm up
    const times = [await timed(1), await timed(calls)] as const;
    if (round >= 0) one.push(times[0]), all.push(times[1]);
  }
  return { one: quartiles(one).median, all: quartiles(all).median };
}

if (import.meta.main) {
  const [calls, elements] = [Number(Deno.args[0] ?? 64), Number(Deno.args[1] ?? 1e4)];
  await using gpu = await webgpu();
  const { one, all } = await measureConcurrent(gpu, { calls, elements });
  const [a, b] = [one.toFixed(1), all.toFixed(1)];
  console.log(
    `${gpu.adapter}: ${elements} elements, one call ${a} ms, ${calls} together ${b} ms: ${
      (all / one).toFixed(2)
    } times`,
  );
}
