/** What notebook 04 shows of a GPU: break-even sizes, bandwidth, built-in arithmetic, the chain. */
import assert from "node:assert/strict";
import { WebGpuUnavailableError } from "../../kernels/engines/mod.ts";
import { builtInErrors } from "../../bench/gpu/builtins.ts";
import { adapt } from "../../lab/adapt.ts";
import { wgsl } from "../../lab/wgsl.ts";
import { formatChain, measureChain } from "../../bench/gpu/chain.ts";
import { measureConcurrent } from "../../bench/gpu/concurrent.ts";
import { CPU_ROWS } from "../../bench/gpu/cpu.ts";
import {
  breakEven,
  formatBandwidth,
  formatBreakEven,
  formatGpuRuns,
  gpuResults,
  gpuTimings,
  kernelTimes,
  loadGpuResults,
  wholeCalls,
} from "../../bench/gpu/frames.ts";
import { onGpu } from "../../bench/gpu/here.ts";
import { GPU_ROWS, VERSION } from "../../bench/gpu/kit.ts";
import { gpuGap, gpuRow, withRun } from "../../bench/gpu/rows.ts";
import { environment } from "../../lab/environment.ts";
import { timeOverElements, trafficOverElements } from "../../bench/report/figures.ts";
import type { Row } from "../../bench/results/schema.ts";
import { gpuTest } from "../support/gpu.ts";

const head = (name: string) => [...GPU_ROWS, ...CPU_ROWS].find((row) => row.name === name)!;
const row = (name: string, elements: number, ns: number): Row =>
  gpuRow({
    head: head(name),
    version: VERSION,
    item: { fn: "softplus", elements },
    samples: [ns, 0.9 * ns, 1.1 * ns],
    calls: 1,
    verdict: undefined,
    sweep: undefined,
  });
const sizes = [2 ** 10, 2 ** 12, 2 ** 14, 2 ** 16];

/** A GPU of a fixed cost and 1 ns per element, a CPU of 10 ns per element. */
const measured = gpuResults(withRun(
  [
    ...sizes.flatMap((n) => [
      row("wasm fast", n, 10 * n),
      row("webgpu, completion", n, 1e5 + n),
      row("webgpu, transfers", n, 1e7 + n),
      row("webgpu, kernel", n, 2 * n),
      row("WebGPU copy, kernel", n, n),
    ]),
    gpuGap({ ...head("webgpu, kernel"), name: "Other", library: "Other" }, "is not here"),
  ],
  "Card 3000",
  await environment(),
  0.1,
));

Deno.test("GPU results: the adapter is named, what is missing as well", () => {
  assert.equal(measured.adapter, "Card 3000");
  assert.match(formatGpuRuns([measured]), /Card 3000 .*2\^10 to 2\^16 .*Other/);
});

Deno.test("GPU results: break-even is the size from which on the GPU stays ahead", () => {
  const [softplus] = breakEven(measured);
  assert.deepEqual(softplus, {
    adapter: "Card 3000",
    fn: "softplus",
    cpu: "wasm fast",
    resident: 2 ** 14,
    transfers: undefined,
  });
  const text = formatBreakEven([measured]);
  assert.match(text, /Card 3000 +softplus +wasm fast +2\^14 +not up to 2\^16/);
  // A size at which the CPU is ahead again takes the smaller ones with it.
  const slow = row("webgpu, completion", 2 ** 16, 1e9);
  const again = gpuResults(
    measured.rows.map((one) =>
      one.implementation === slow.implementation && one.elements === slow.elements
        ? { ...one, median_ns: slow.median_ns }
        : one
    ),
  );
  assert.equal(breakEven(again)[0]!.resident, undefined);
});

Deno.test("GPU results: the part of the copy's bandwidth, from pairs of one round", () => {
  assert.match(formatBandwidth([measured]), /softplus +2\^16 +1 in, 1 out +8.00 +4.00 +50 %/);
});

Deno.test("GPU results: figures have a line for each, over powers of two", () => {
  const times = timeOverElements(gpuTimings(measured, "softplus", wholeCalls));
  assert.deepEqual(
    new Set(times.data.map(({ name }) => name)),
    new Set(["wasm fast", "webgpu, completion", "webgpu, transfers"]),
  );
  assert.deepEqual(times.data[0]!.x, sizes);
  assert.ok(times.layout.xaxis.ticktext!.includes("2<sup>16</sup>"));
  const traffic = trafficOverElements(gpuTimings(measured, "softplus", kernelTimes));
  assert.deepEqual(traffic.data.map(({ name }) => name), ["WebGPU copy, kernel", "webgpu, kernel"]);
  assert.equal(traffic.data[0]!.y.at(-1), 8);
  assert.deepEqual(structuredClone(traffic), traffic);
});

Deno.test("GPU results: every committed file names its adapter and has what the notebook shows", () => {
  const all = loadGpuResults();
  assert.ok(all.length >= 1);
  for (const results of all) {
    assert.notEqual(results.adapter, "an unnamed GPU");
    for (const fn of ["softplus", "sigmoid"] as const) {
      assert.ok(gpuTimings(results, fn, wholeCalls).length > 0, results.adapter);
    }
    assert.ok(breakEven(results).length > 0, results.adapter);
  }
});

Deno.test("without an adapter a notebook says so and goes on", async () => {
  const said: unknown[] = [];
  const { log } = console;
  console.log = (...words: unknown[]) => void said.push(...words);
  try {
    const open = () => Promise.reject(new WebGpuUnavailableError("webgpu: no GPU adapter"));
    assert.equal(await onGpu(() => assert.fail("there is none"), open), undefined);
  } finally {
    console.log = log;
  }
  assert.deepEqual(said, ["Not computed: webgpu: no GPU adapter"]);
  await assert.rejects(
    () => onGpu(() => 1, () => Promise.reject(new TypeError("other"))),
    TypeError,
  );
});

gpuTest(
  "built-in arithmetic is computed by the GPU, and loses where the kit does not",
  async (gpu) => {
    const x = Float32Array.of(-2, 0, 3.5);
    const doubled = await adapt("doubled", wgsl("2.0 * x", { gpu }), { dtype: "f32" });
    assert.deepEqual(await doubled.apply(x), Float32Array.of(-4, 0, 7));
    for (const fn of ["softplus", "sigmoid"] as const) {
      const points = await builtInErrors(gpu, fn, { from: -100, to: 20 });
      const worst = (name: string) =>
        Math.max(...points.filter((one) => one.implementation === name).map(({ ulp }) => ulp));
      assert.ok(worst("webgpu, kernel") <= 1, fn);
      assert.ok(worst("built-in, textbook") > 1000, fn);
      assert.equal(new Set(points.map(({ implementation }) => implementation)).size, 3);
    }
  },
);

gpuTest("the chain is timed in three ways that agree", async (gpu) => {
  const times = await measureChain(gpu, { elements: 1000, links: 3, samples: 3 });
  assert.equal(times.length, 3);
  assert.ok(
    times.every(({ q1_ms, median_ms, q3_ms }) =>
      q1_ms > 0 && q1_ms <= median_ms && median_ms <= q3_ms
    ),
  );
  // Three waits for a result, of 10 ms each in Deno, against one.
  assert.match(formatChain(times), /kept there, one read-back +1,000/);
  assert.equal(gpu.buffersInUse, 0);
});

gpuTest("one call, and many together, are timed", async (gpu) => {
  const { one, all } = await measureConcurrent(gpu, { calls: 5, elements: 1000, rounds: 3 });
  assert.ok(one > 0 && all > 0);
  assert.equal(gpu.buffersInUse, 0);
});
