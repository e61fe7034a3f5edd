/**
 * Where the pool starts to pay: whole calls on one thread and on the pool over the length, in one
 * run, medians. The threshold in kernels/engines/threads.ts is read from its output.
 *
 *     deno run bench/threads_threshold.ts
 */
import { wasm } from "../kernels/engines/mod.ts";
import { createThreads } from "../kernels/engines/threads.ts";
import { draws } from "./plans/cases.ts";
import { quartiles } from "../lab/statistics.ts";

const ROUNDS = 101;

await using pool = await createThreads({}, 0);
console.log(`${pool.size} workers, float32 softplus, us per call: one thread, pool`);
for (let length = 2048; length <= 2 ** 20; length *= 2) {
  const x = draws("normal", "f32", length) as Float32Array;
  const out = new Float32Array(length);
  const cells: string[] = [];
  for (const precision of ["exact", "fast"] as const) {
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      wasm.softplus(x, { out, precision });
      const middle = performance.now();
      await pool.softplus(x, { out, precision });
      const end = performance.now();
      times[0].push(1000 * (middle - start));
      times[1].push(1000 * (end - middle));
    }
    cells.push(`${precision} ${times.map((list) => quartiles(list).median.toFixed(0)).join(" ")}`);
  }
  console.log(`${String(length).padStart(8)}  ${cells.join("   ")}`);
}
