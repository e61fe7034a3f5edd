/**
 * Float16Array on every engine: all 65,536 inputs, correctly rounded, against the oracle; batches,
 * and arrays longer than the pieces that the engines cut them into.
 */
import assert from "node:assert/strict";
import { Matrix, naive, softplus } from "../../kernels/engines/mod.ts";
import { call, engines, kernels } from "../support/engines.ts";
import { arrayOfBits } from "../../lab/floats.ts";
import { exact } from "../../lab/oracle/mpfr.ts";
import { equal, mixed } from "../support/vectors.ts";

const all = arrayOfBits("f16", Array.from({ length: 65536 }, (_, i) => BigInt(i)));
const NAMES = ["softplus", "sigmoid", "sigmoidGrad", "logSigmoid", "logSigmoidGrad"] as const;
const want = Object.fromEntries(
  NAMES.map((name) => [name, Float16Array.from(all, (x) => exact(name, x, "f16"))]),
);

for (const { name, engine } of engines) {
  Deno.test(`${name} f16: every input correctly rounded`, async () => {
    for (const precision of ["exact", "fast"] as const) {
      for (const fn of NAMES) {
        equal(await engine[fn](all, { precision }), want[fn]!, all, `${name} ${fn} ${precision}`);
      }
      const { value, grad } = await engine.softplusWithGrad(all, { precision });
      equal(value, want.softplus!, all, `${name} value ${precision}`);
      equal(grad, want.sigmoid!, all, `${name} grad ${precision}`);
    }
  });

  Deno.test(`${name} f16: more than one piece, in place, and as a Matrix`, async () => {
    const length = 2 ** 18 + 4099;
    for (const kernel of kernels) {
      const inputs = Array.from({ length: kernel.inputs }, (_, k) => mixed("f16", length, k));
      const tail = inputs.map((v) => v.slice(-5000));
      const expected = await call(engine, kernel, tail, { beta: 1.5 });
      const batches = inputs.map((v) => new Matrix(v.slice(), 1, length));
      const got = await call(engine, kernel, batches, { beta: 1.5 });
      got.forEach((y, k) => equal(y.data.slice(-5000), expected[k]!, tail[0]!, kernel.name));
      const outs = expected.map((_, k) => inputs[k] ?? new Float16Array(length));
      await call(engine, kernel, inputs, { beta: 1.5 }, outs);
      outs.forEach((y, k) => equal(y.slice(-5000), expected[k]!, tail[0]!, `${kernel.name} out`));
    }
  });
}

Deno.test("f16: a Matrix from rows, and through the functions of the module", () => {
  const batch = Matrix.from([[-1, 0, 1], [2, 3, 70000]], Float16Array);
  const y: Matrix<Float16Array> = softplus(batch);
  assert.ok(y.data instanceof Float16Array);
  assert.deepEqual([y.rows, y.columns], [2, 3]);
  assert.equal(y.data[1], Math.f16round(Math.LN2));
  assert.equal(y.data[5], Infinity); // 70000 is no float16
});

Deno.test("f16: the textbook forms round every operation", () => {
  // 1 + e^-6 is no float16: what is left of it is a multiple of the unit of 1.
  const x = Float16Array.of(-6, -9);
  const t = Math.f16round(Math.exp(-6));
  const got = naive.softplus(x);
  assert.equal(got[0], Math.f16round(Math.log(Math.f16round(1 + t))));
  assert.notEqual(got[0], exact("softplus", -6, "f16"));
  assert.equal(got[1], 0); // e^-9 is less than half the unit of 1
});
