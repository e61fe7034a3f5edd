/** Float16Array on the GPU: all 65,536 inputs, correctly rounded, against the oracle. */
import assert from "node:assert/strict";
import type { WebGpuEngine } from "../mod.ts";
import { same } from "./floats.ts";
import { gpuTest } from "./gpu.ts";
import { exact } from "./oracle.ts";

const all = () => new Float16Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer);

/** The oracle's float64, rounded again: no float64 here lies on a tie of float16 but by its nature. */
function check(name: "softplus" | "sigmoid" | "logSigmoid", got: Float16Array, beta = 1): void {
  all().forEach((x, i) => {
    const want = Math.f16round(exact(name, x, "f64", beta));
    assert.ok(same(got[i]!, want), `${name} beta=${beta} x=${x} got=${got[i]} want=${want}`);
  });
}

gpuTest("float16: every input correctly rounded", async (gpu) => {
  const x = all();
  check("softplus", await gpu.softplus(x));
  check("sigmoid", await gpu.sigmoid(x));
  check("sigmoid", await gpu.softplusGrad(x));
  check("logSigmoid", await gpu.logSigmoid(x));
});

gpuTest("float16: gradient with the value, and times upstream", async (gpu) => {
  const x = all();
  const { value, grad } = await gpu.softplusWithGrad(x);
  check("softplus", value);
  check("sigmoid", grad);
  const upstream = x.map((_, i) => x[i * 40503 & 65535]!);
  const back = await gpu.softplusBackward(x, upstream);
  back.forEach((y, i) => {
    const want = Math.f16round(upstream[i]! * grad[i]!); // the product is exact in float64
    assert.ok(same(y, want), `x=${x[i]} upstream=${upstream[i]} got=${y} want=${want}`);
  });
});

gpuTest("float16: odd lengths, out, in place, resident, with beta", async (gpu) => {
  const values = all();
  for (const length of [0, 1, 2, 3, 7, 8, 9, 17]) {
    const x = values.slice(17_000, 17_000 + length);
    const want = Float16Array.from(x, (v) => Math.f16round(exact("softplus", v, "f64", 3)));
    assert.deepEqual(await gpu.softplus(x, { beta: 3 }), want);
    const out = new Float16Array(length);
    assert.equal(await gpu.softplus(x, { beta: 3, out }), out);
    assert.deepEqual(out, want);
    using a = gpu.upload(x);
    assert.equal(a.format, "f16");
    gpu.softplus(a, { beta: 3, out: a });
    assert.deepEqual(await a.read(), want);
    await gpu.softplus(x, { beta: 3, out: x });
    assert.deepEqual(x, want);
  }
});

gpuTest("float16: unfit arguments are refused, with names", async (gpu: WebGpuEngine) => {
  const x = new Float16Array(4);
  const call = gpu as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const single = new Float32Array(4);
  await assert.rejects(() => call.softplus!(x, { out: single }), /out must be a Float16Array of/);
  await assert.rejects(() => call.softplus!(single, { out: x }), RangeError);
  await assert.rejects(() => call.softplusBackward!(x, single), TypeError);
  await assert.rejects(() => call.softplusBackward!(x, x.slice(1)), RangeError);
  await assert.rejects(
    () => call.softplusWithGrad!(x, { out: { value: x, grad: x } }),
    /must not overlap/,
  );
  await assert.rejects(() => call.softplus!(x, { beta: 0 }), RangeError);
});
