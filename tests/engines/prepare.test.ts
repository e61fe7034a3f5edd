/** Outputs that stand side by side in one buffer, which is no overlap. */
import assert from "node:assert/strict";
import { scalar, wasm } from "../../kernels/engines/mod.ts";

Deno.test("value and grad side by side in one buffer, in either order, next to x", () => {
  for (const engine of [scalar, wasm]) {
    for (const length of [1, 7, 40_000]) {
      const all = new Float32Array(3 * length);
      const part = (k: number) => all.subarray(k * length, (k + 1) * length);
      const [a, b, c] = [part(0), part(1), part(2)];
      for (const [value, grad] of [[a, c], [c, a], [a, b], [b, a]] as const) {
        b.fill(-0.5);
        const x = b.slice();
        engine.softplusWithGrad(b, { out: { value, grad } });
        assert.deepEqual(value.slice(), engine.softplus(x), `${engine.name}: value`);
        assert.deepEqual(grad.slice(), engine.sigmoid(x), `${engine.name}: grad`);
      }
    }
  }
});
