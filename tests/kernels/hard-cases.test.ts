/**
 * The float32 inputs whose results lie nearest to the middle between two floats, found among all of
 * them by the screens of lab/certify: where a correctly rounded kernel errs, it errs here.
 */
import assert from "node:assert/strict";
import hardCases from "../../lab/certify/hard-cases.json" with { type: "json" };
import { fromHex } from "../../lab/certify/certificate.ts";
import { report, same } from "../../lab/floats.ts";
import { exact, ulpError } from "../../lab/oracle/mpfr.ts";
import { engines } from "../support/engines.ts";

const names = ["softplus", "sigmoid", "sigmoidGrad"] as const;

for (const { name, engine, bound } of engines) {
  Deno.test(`${name} f32: hard cases`, async () => {
    for (const fn of names) {
      const x = Float32Array.from(hardCases.f32[fn], (bits) => fromHex(bits, "f32"));
      const y = await engine[fn](x);
      const promised = bound("f32", "exact", 1, fn);
      x.forEach((v, i) => {
        const want = exact(fn, v, "f32");
        if (same(y[i]!, want)) return;
        const message = report(fn, v, y[i]!, want, "f32");
        assert.ok(promised > 0.5 && ulpError(fn, v, y[i]!, "f32") <= promised, message);
      });
      // Alone among easy ones, in every lane of a vector.
      const spread = new Float32Array(5 * x.length).fill(0.75);
      x.forEach((v, i) => spread[5 * i] = v);
      const z = await engine[fn](spread);
      assert.deepEqual(x.map((_, i) => z[5 * i]!), y, `${fn} beside others`);
      if (fn === "sigmoidGrad") continue;
      const { value, grad } = await engine.softplusWithGrad(x);
      assert.deepEqual(fn === "softplus" ? value : grad, y, "softplusWithGrad");
      if (fn === "sigmoid") continue;
      const mirrored = await engine.logSigmoid(x.map((v) => -v));
      assert.deepEqual(mirrored, y.map((v) => -v), "logSigmoid");
    }
  });
}
