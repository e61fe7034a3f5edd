/** Counting of errors, and joining of what slices have counted. */
import assert from "node:assert/strict";
import { join, problemsOf } from "../../lab/certify/join.ts";
import { Tally } from "../../lab/certify/tally.ts";
import { EDGES, type SliceResult } from "../../lab/certify/types.ts";
import { step } from "../../lab/floats.ts";
import { exact } from "../../lab/oracle/mpfr.ts";

/** What a tally says of one result with so great an error. */
function judged(ulps: number): SliceResult {
  const tally = new Tally("f32");
  tally.judge(1, step(1, 1, "f32"), 1, ulps);
  return tally.result(0);
}

Deno.test("tally: an error on an edge is in the bin below it, the next number above", () => {
  // Nothing misrounded is as good as half an ULP.
  for (const [bin, edge] of [...EDGES.entries()].slice(1)) {
    assert.equal(judged(edge).histogram.indexOf(1), bin, `${edge}`);
    assert.equal(judged(edge * (1 + 2 ** -52)).histogram.indexOf(1), bin + 1, `above ${edge}`);
  }
  assert.equal(judged(0.5).histogram.indexOf(1), 1);
});

Deno.test("tally: every NaN has the same digest, every other bit another", () => {
  const digest = (...bits: number[]) => {
    const tally = new Tally("f32");
    tally.digest(new Float32Array(Uint32Array.from(bits).buffer));
    return tally.result(0).digest;
  };
  assert.deepEqual(digest(1, 0x7fc00000, 2), digest(1, 0xffc12345, 2));
  assert.notDeepEqual(digest(1, 2), digest(2, 1));
  assert.notDeepEqual(digest(0), digest(0x80000000));
});

/** Two slices of softplus in float32, each with one result that is a step off. */
function twoSlices(): [SliceResult, SliceResult] {
  return [[0.75, 1, 126], [3, 40, 132]].map(([x, steps, slice]) => {
    const tally = new Tally("f32");
    const want = exact("softplus", x!, "f32");
    const got = step(want, steps!, "f32");
    tally.inputs = 1;
    tally.judge(x!, got, want, steps!);
    tally.digest(Float32Array.of(got));
    return tally.result(slice!);
  }) as [SliceResult, SliceResult];
}

Deno.test("join: the same in any order, the worst of all, each binade at its place", () => {
  const [small, large] = twoSlices();
  const joined = join([small, large], "softplus", "f32");
  assert.deepEqual(join([large, small], "softplus", "f32"), joined);
  assert.deepEqual(joined.worst, large.worst);
  assert.deepEqual([joined.inputs, joined.misrounded], [2, 2]);
  const { first, positive, negative, misroundedPositive } = joined.binades;
  // Slice 126 holds what has the biased exponent 126: from 2^-1 to 1.
  assert.deepEqual([positive[-1 - first], positive[5 - first]], [1, 40]);
  assert.equal(misroundedPositive[-1 - first], 1);
  assert.ok(negative.every((ulp) => ulp === null));
  const worstFirst = [{ ...small, slice: 132 }, { ...large, slice: 126 }];
  assert.deepEqual(join(worstFirst, "softplus", "f32").worst, large.worst);
});

Deno.test("join: one smallest subnormal that came back as 0 breaks the promise", () => {
  const tally = new Tally("f32");
  const x = -103;
  const want = exact("softplus", x, "f32");
  assert.equal(want, 2 ** -149);
  tally.judge(x, 0, want, 1);
  const joined = join([tally.result(0)], "softplus", "f32");
  assert.match(
    problemsOf(joined, "softplus", "f32", 4).join(),
    /1 subnormal results came back as 0/,
  );
});
