import assert from "node:assert/strict";
import { pairedRatio, quantile, quartiles, relativeSpread } from "../../lab/statistics.ts";

Deno.test("quantile: linear interpolation between order statistics", () => {
  const sorted = [1, 2, 3, 4];
  assert.equal(quantile(sorted, 0), 1);
  assert.equal(quantile(sorted, 1), 4);
  assert.equal(quantile(sorted, 0.5), 2.5);
  assert.equal(quantile(sorted, 0.25), 1.75);
  assert.equal(quantile([7], 0.3), 7);
  assert.throws(() => quantile([], 0.5), RangeError);
});

Deno.test("quartiles: any order, and one outlier does not move the median", () => {
  assert.deepEqual(quartiles([5, 1, 4, 2, 3]), { q1: 2, median: 3, q3: 4 });
  assert.equal(quartiles([5, 1, 4, 2, 3000]).median, 4);
  assert.equal(relativeSpread({ q1: 9, median: 10, q3: 11 }), 0.2);
});

Deno.test("pairedRatio: pairs of a round share what slows the machine", () => {
  // Twice as slow in every round, while the machine itself slows down tenfold.
  const slow = [2, 4, 20, 2];
  const quick = [1, 2, 10, 1];
  assert.deepEqual(pairedRatio(slow, quick), { q1: 2, median: 2, q3: 2 });
  assert.equal(pairedRatio([4, 4, 4], [2, 2]).median, 2);
});
