/** What is judged before it is timed. */
import assert from "node:assert/strict";
import { isWrong } from "../../lab/oracle/error.ts";
import { BoundError, holdToBound, judge } from "../../bench/race/validate.ts";
import { sampleIndices } from "../../lab/race/validate.ts";
import { exact } from "../../lab/oracle/mpfr.ts";

Deno.test("validate: both ends are judged, and between them no element twice", () => {
  for (const length of [1, 511, 512, 513, 1000, 4099, 1e6]) {
    const indices = sampleIndices(length);
    const found = new Set(indices);
    assert.equal(found.size, Math.min(length, 512), `${length}: each once`);
    for (let k = 0; k < Math.min(length, 64); k++) {
      assert.ok(found.has(k) && found.has(length - 1 - k), `${length}: ${k} from an end`);
    }
    assert.ok(indices.every((i) => Number.isInteger(i) && i >= 0 && i < length));
    const sorted = indices.toSorted((a, b) => a - b);
    const widest = Math.max(...sorted.map((i, k) => i - (sorted[k - 1] ?? 0)));
    assert.ok(widest <= Math.ceil(length / 384) + 1, `${length}: a gap of ${widest}`);
  }
});

Deno.test("validate: a wrong last element is found", () => {
  const x = new Float32Array(5000).fill(0.5);
  const y = x.map(() => exact("softplus", 0.5, "f32"));
  assert.equal(judge("softplus", x, [y], sampleIndices(x.length)).wrong, undefined);
  y[4999] = 0;
  assert.equal(judge("softplus", x, [y], sampleIndices(x.length)).wrong?.got, 0);
});

Deno.test("validate: an infinity, NaN or 0 where the answer is none is wrong, and the reverse", () => {
  assert.ok(isWrong(Infinity, 1, Infinity) && isWrong(1, Infinity, Infinity));
  assert.ok(isWrong(NaN, 1, Infinity) && isWrong(1, NaN, Infinity));
  assert.ok(
    isWrong(0, 1, 2 ** 23) && !isWrong(0, 2 ** -149, 1),
    "the last subnormal may be flushed",
  );
  assert.ok(!isWrong(1.5, 1, 2 ** 22) && !isWrong(NaN, NaN, 0) && !isWrong(Infinity, Infinity, 0));
});

Deno.test("validate: an error as great as the bound holds it, the next number breaks it", () => {
  const worst = { input: 1, got: 1, want: 2 };
  const hold = (maxUlp: number, bound: number, got = 1) =>
    holdToBound(
      "kit",
      "softplus",
      { maxUlp, maxAbsDiff: 0, worst: { ...worst, got } },
      bound,
      "f32",
    );
  hold(1, 1);
  assert.throws(() => hold(1 + 2 ** -52, 1), BoundError);
  hold(0.5 + 2 ** -40, 0.5, 2); // correctly rounded, whatever the measure says
  assert.throws(() => hold(0.5 + 2 ** -40, 0.5), BoundError);
});
