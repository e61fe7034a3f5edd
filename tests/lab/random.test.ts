import { deepStrictEqual, ok } from "node:assert/strict";
import { Random } from "../../lab/random.ts";

Deno.test("xoshiro128**: the published outputs from state 1, 2, 3, 4", () => {
  const random = Random.fromState(1, 2, 3, 4);
  const got = Array.from({ length: 10 }, () => random.uint32());
  deepStrictEqual(got, [
    11520,
    0,
    5927040,
    70819200,
    2031721883,
    1637235492,
    1287239034,
    3734860849,
    3729100597,
    4258142804,
  ]);
});

Deno.test("a seed fixes the sequence, another seed gives another", () => {
  const take = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 100 }, () => random.uint32());
  };
  deepStrictEqual(take(7), take(7));
  const [seven, eight] = [take(7), new Set(take(8))];
  ok(seven.filter((value) => eight.has(value)).length <= 1);
});

Deno.test("uniform: in [0, 1), mean 1/2, all of 53 bits in use", () => {
  const random = new Random(1);
  const sample = Float64Array.from({ length: 100_000 }, () => random.uniform());
  ok(sample.every((u) => u >= 0 && u < 1));
  const mean = sample.reduce((sum, u) => sum + u, 0) / sample.length;
  // The standard error is 0.29 / sqrt(1e5) = 0.0009; the seed is fixed, so 4 of them never flake.
  ok(Math.abs(mean - 0.5) < 0.0037, `mean ${mean}`);
  ok(sample.some((u) => u * 2 ** 53 % 2 === 1));
});

Deno.test("normal: mean, variance, kurtosis and tails of the standard normal", () => {
  const random = new Random(2);
  const n = 200_000;
  const sample = Float64Array.from({ length: n }, () => random.normal());
  const moment = (k: number) => sample.reduce((sum, z) => sum + z ** k, 0) / n;
  ok(Math.abs(moment(1)) < 4 / Math.sqrt(n), `mean ${moment(1)}`);
  ok(Math.abs(moment(2) - 1) < 4 * Math.sqrt(2 / n), `variance ${moment(2)}`);
  ok(Math.abs(moment(4) - 3) < 4 * Math.sqrt(96 / n), `fourth moment ${moment(4)}`);
  const beyond3 = sample.filter((z) => Math.abs(z) > 3).length / n;
  ok(Math.abs(beyond3 - 0.0026998) < 4 * Math.sqrt(0.0027 / n), `beyond 3 sigma ${beyond3}`);
});

Deno.test("normal: the first values of seed 1 do not change", () => {
  const random = new Random(1);
  const first = Array.from({ length: 3 }, () => random.normal());
  deepStrictEqual(first, [1.5485709813333495, -0.47646437373537043, 0.00806158554350508]);
});
