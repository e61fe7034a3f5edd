/** The unit in the last place, as every error is told in it. */
import assert from "node:assert/strict";
import { step, ulp } from "../../lab/floats.ts";

Deno.test("ulp: the distance to the next value of the binade, subnormals have one", () => {
  for (
    const [format, smallest, least] of [
      ["f16", 2 ** -24, 2 ** -14],
      ["f32", 2 ** -149, 2 ** -126],
      ["f64", 2 ** -1074, 2 ** -1022],
    ] as const
  ) {
    for (const x of [0, -0, smallest, -3 * smallest, least / 2, step(least, -1, format), least]) {
      assert.equal(ulp(x, format), smallest, `${format} ${x}`);
    }
    for (const x of [2 * least, 1, 1.5, 3, 1000]) {
      assert.equal(ulp(x, format), step(x, 1, format) - x, `${format} ${x}`);
      assert.equal(ulp(-x, format), ulp(x, format));
    }
  }
});
