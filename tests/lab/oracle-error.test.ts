/** What an error in ULP is, what is wrong altogether, and what a witness is. */
import assert from "node:assert/strict";
import {
  bitsOfWitness,
  F32_PER_UNIT,
  inUlp,
  isWrong,
  Judge,
  wrongKind,
} from "../../lab/oracle/error.ts";
import { bitsOf, ulp } from "../../lab/floats.ts";

Deno.test("error: units of the correct result, subnormals included; NaN is infinitely far", () => {
  assert.equal(inUlp(2 ** -24, 1, "f32"), 0.5);
  assert.equal(inUlp(-(2 ** -149), 2 ** -149, "f32"), 1);
  assert.equal(inUlp(2 ** -149, 0, "f32"), 1);
  assert.equal(inUlp(NaN, 1, "f32"), Infinity);
});

Deno.test("error: the table for loops has the units of every binade", () => {
  for (const x of [0, 2 ** -149, 2 ** -127, 2 ** -126, 0.5, 1, 1.5, 3e38]) {
    const biased = Number(bitsOf(x, "f32") >> 23n) & 255;
    assert.equal(F32_PER_UNIT[biased], 1 / ulp(x, "f32"), String(x));
  }
});

Deno.test("error: NaN and infinities are wrong unless they are the answer, 0 unless it is near", () => {
  assert.deepEqual(
    [[NaN, 1], [1, NaN], [NaN, NaN], [Infinity, 1], [1, -Infinity], [Infinity, -Infinity]]
      .map(([got, want]) => wrongKind(got!, want!)),
    ["nan", "nan", undefined, "infinity", "infinity", "infinity"],
  );
  assert.equal(wrongKind(Infinity, Infinity), undefined);
  assert.equal(wrongKind(0, 1), undefined);
  assert.ok(isWrong(0, 1, 2 ** 23) && !isWrong(0, 2 ** -149, 1) && !isWrong(2, 1, 2 ** 23));
});

Deno.test("error: the worst, and the wrong one nearest to 0; a witness to the bit", () => {
  const judge = new Judge();
  assert.deepEqual(judge.verdict, { maxUlp: 0, maxAbsDiff: 0 });
  judge.take({ input: -9, got: 0, want: 1 }, 5);
  judge.take({ input: 3, got: 0, want: 1 }, 4);
  judge.take({ input: 4, got: NaN, want: 1 }, Infinity);
  const { maxUlp, maxAbsDiff, worst, wrong } = judge.verdict;
  assert.deepEqual([maxUlp, maxAbsDiff, worst!.input, wrong!.input], [Infinity, Infinity, 4, 3]);
  assert.deepEqual(bitsOfWitness({ input: 1, got: -0, want: 0 }, "f32"), {
    x: "0x3f800000",
    got: "0x80000000",
    want: "0x00000000",
  });
});
