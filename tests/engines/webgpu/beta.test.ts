/** Other beta on the GPU: signs, digits, both ends of float32, and upstreams that bring the tail back. */
import assert from "node:assert/strict";
import { bound } from "../../../kernels/bounds.ts";
import { scalar } from "../../../kernels/engines/mod.ts";
import { ulp } from "../../../lab/floats.ts";
import { gpuTest } from "../../support/gpu.ts";

const betas = [2.5, -2.5, 0.3, 1e-30, -1e-37, 1e-39, 2 ** -100, 2 ** 100, -3e38, 1e300, -5e-324];

/** x whose products with beta reach from -310 to 310, the infinities, 0 and NaN. */
function inputs(beta: number): Float32Array<ArrayBuffer> {
  const x = new Float32Array(1024).map((_, i) => (i - 512) / 1.65 / beta);
  // Products far beyond, where a huge beta must not bring back what was cut.
  x.set([Infinity, -Infinity, 0, -0, NaN, 1, -1, 2 ** -149, -3e38]);
  return x;
}

/** Holds results to a bound, by those in float64, which are within 2 ULP of theirs. */
function hold(what: string, got: Float32Array, want: Float64Array, x: Float32Array, most: number) {
  x.forEach((v, i) => {
    const right = Math.fround(want[i]!);
    if (Object.is(got[i], right)) return;
    const error = Math.abs(got[i]! - want[i]!) / ulp(right, "f32");
    assert.ok(error <= most + 1e-6, `${what} x=${v}: ${got[i]}, not ${want[i]}: ${error} ULP`);
  });
}

gpuTest("beta: value, gradients and backward passes on the GPU", async (gpu) => {
  for (const beta of betas) {
    const x = inputs(beta);
    const wide = Float64Array.from(x);
    const promised = (name: "softplus" | "sigmoid" | "sigmoidGrad" | "softplusBackward") =>
      bound("f32", "exact", beta, "webgpu", name);
    for (const fn of ["softplus", "sigmoid", "sigmoidGrad"] as const) {
      const got = await gpu[fn](x, { beta });
      hold(`${fn} beta=${beta}`, got, scalar[fn](wide, { beta }), x, promised(fn));
    }
    const { value, grad } = await gpu.softplusWithGrad(x, { beta });
    assert.deepEqual(value, await gpu.softplus(x, { beta }), `value, beta=${beta}`);
    assert.deepEqual(grad, await gpu.sigmoid(x, { beta }), `grad, beta=${beta}`);
    for (const upstream of [3e38, -1, 1e-40]) {
      const above = new Float32Array(x.length).fill(upstream);
      for (const fn of ["softplusBackward", "sigmoidBackward"] as const) {
        const got = await gpu[fn](x, above, { beta });
        const want = scalar[fn](wide, Float64Array.from(above), { beta });
        hold(`${fn} beta=${beta} upstream=${upstream}`, got, want, x, promised("softplusBackward"));
      }
    }
  }
});
