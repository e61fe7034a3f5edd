/** Float16Array that stays on the GPU; tests/kernels/float16.test.ts tries every input on every engine. */
import assert from "node:assert/strict";
import { Matrix } from "../../../kernels/engines/mod.ts";
import { arrayOfBits } from "../../../lab/floats.ts";
import { gpuTest } from "../../support/gpu.ts";
import { bound } from "../../../kernels/bounds.ts";
import { exact, productError } from "../../../lab/oracle/mpfr.ts";

const values = arrayOfBits("f16", Array.from({ length: 65536 }, (_, i) => BigInt(i)));

gpuTest("float16: odd lengths, resident, in place and as a Matrix, with beta", async (gpu) => {
  for (const length of [0, 1, 2, 3, 7, 8, 9, 17]) {
    const x = values.slice(17_000, 17_000 + length) as Float16Array;
    const want = Float16Array.from(x, (v) => exact("softplus", v, "f16", 3));
    using a = gpu.upload(x);
    assert.equal(a.format, "f16");
    gpu.softplus(a, { beta: 3, out: a });
    assert.deepEqual(await a.read(), want);
    using rows = gpu.upload(new Matrix(x, 1, length));
    using y = gpu.softplus(rows, { beta: 3 });
    assert.deepEqual((await y.read()).data, want);
  }
});

gpuTest("float16: value and gradient, and upstream, resident", async (gpu) => {
  const x = values.slice(15_000, 20_001) as Float16Array;
  using a = gpu.upload(x);
  const { value, grad } = gpu.softplusWithGrad(a);
  using back = gpu.softplusBackward(a, value);
  const [y, slope, product] = await Promise.all([value.read(), grad.read(), back.read()]);
  assert.deepEqual(y, Float16Array.from(x, (v) => exact("softplus", v, "f16")));
  assert.deepEqual(slope, Float16Array.from(x, (v) => exact("sigmoid", v, "f16")));
  product.forEach((v, i) => {
    const error = productError("softplusGrad", x[i]!, y[i]!, v, "f16");
    assert.ok(
      error <= bound("f16", "exact", 1, "webgpu", "softplusBackward"),
      `${x[i]}: ${error} ULP`,
    );
  });
  // Once more, in one copy: now all memory is known to exist.
  assert.deepEqual(await Promise.all([value.read(), grad.read(), back.read()]), [
    y,
    slope,
    product,
  ]);
  value.dispose();
  grad.dispose();
});

gpuTest("float16 and float32 do not mix", async (gpu) => {
  const call = gpu as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const [half, single] = [new Float16Array(4), new Float32Array(4)];
  await assert.rejects(
    () => call.softplus!(half, { out: single }),
    /out must be a Float16Array of/,
  );
  await assert.rejects(() => call.softplus!(single, { out: half }), RangeError);
  await assert.rejects(() => call.softplusBackward!(half, single), TypeError);
});
