/**
 * Arrays beyond 4 GiB: softplus in place on 1.2e9 float32 (4.8 GB) with `wasm` and `threads`, checked
 * at 100,000 positions. Needs 6 GB of memory and about a minute; no test runs it.
 *
 *     deno run bench/race/large_arrays.ts
 */
import { scalar, threads, wasm } from "../../kernels/engines/mod.ts";
import { Random } from "../../lab/random.ts";

const LENGTH = 1.2e9;
const x = new Float32Array(LENGTH);

/** A value that tells its position. */
const at = (i: number): number => Math.fround((i % 40_009) / 1000 - 20);

await using pool = await threads();
for (const engine of [wasm, pool]) {
  for (let i = 0; i < LENGTH; i++) x[i] = at(i);
  const before = Deno.memoryUsage().rss;
  const start = performance.now();
  const y = await engine.softplus(x as never, { out: x as never }) as unknown;
  const seconds = (performance.now() - start) / 1000;
  if (y !== x) throw new Error("out was not returned");
  const random = new Random(1);
  let wrong = 0;
  for (let k = 0; k < 100_000; k++) {
    const i = k < 64 ? (k < 32 ? k : LENGTH - 64 + k) : Math.floor(random.uniform() * LENGTH);
    const want = scalar.softplus(new Float32Array([at(i)]))[0];
    if (x[i] !== want) wrong++;
  }
  const beyond = (Deno.memoryUsage().rss - before) / 2 ** 20;
  console.log(
    `${engine.name}: ${seconds.toFixed(1)} s, ${
      (seconds / LENGTH * 1e9).toFixed(2)
    } ns an element, ` +
      `${wrong} of 100,000 positions wrong, ${beyond.toFixed(1)} MiB more memory`,
  );
  if (wrong > 0) Deno.exit(1);
}
