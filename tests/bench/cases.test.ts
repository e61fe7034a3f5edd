import assert from "node:assert/strict";
import type { DistributionName, Dtype } from "../../bench/plans/cases.ts";
import { caseBytes, caseName, DISTRIBUTIONS, draws, sweep } from "../../bench/plans/cases.ts";
import { BUDGET_SECONDS, planCases } from "../../bench/plans/plans.ts";

const dtypes: Dtype[] = ["f32", "f64"];
const names = Object.keys(DISTRIBUTIONS) as DistributionName[];

Deno.test("draws: the same on every call, and a longer array begins with the shorter", () => {
  for (const dtype of dtypes) {
    for (const name of names) {
      const long = draws(name, dtype, 1000);
      assert.deepEqual(draws(name, dtype, 1000), long);
      assert.deepEqual(draws(name, dtype, 100), long.slice(0, 100));
      assert.ok(long.every(Number.isFinite));
    }
  }
});

Deno.test("draws: float32 inputs are the float64 inputs, rounded", () => {
  for (const name of names.filter((name) => name !== "tail")) {
    assert.deepEqual(draws(name, "f32", 500), new Float32Array(draws(name, "f64", 500)));
  }
});

Deno.test("draws: each distribution is what its name says", () => {
  const within = (name: DistributionName, dtype: Dtype, low: number, high: number) =>
    assert.ok(draws(name, dtype, 10_000).every((x) => x >= low && x <= high), name);
  within("uniform", "f64", 0, 1);
  within("wide", "f64", 0, 1000);
  within("tail", "f32", -110, -80);
  within("tail", "f64", -755, -695);
  const normal = Array.from(draws("normal", "f64", 10_000));
  const variance = normal.reduce((sum, x) => sum + x * x, 0) / normal.length;
  assert.ok(Math.abs(variance - 16) < 1, `variance ${variance}`);
});

Deno.test("sweep: ascending, finite, both signs, beyond every threshold", () => {
  for (const dtype of dtypes) {
    const x = sweep(dtype);
    assert.ok(x.every(Number.isFinite));
    assert.ok(x.every((value, i) => i === 0 || value >= x[i - 1]!));
    // The last zero of softplus and the first overflow of exp.
    const [zero, overflow] = dtype === "f32" ? [-103.98, 88.73] : [-745.14, 709.79];
    assert.ok(x.some((value) => value < zero && value > zero - 10));
    assert.ok(x.some((value) => value > overflow && value < overflow + 10));
  }
});

Deno.test("caseBytes: arrays read and written", () => {
  const base = { dtype: "f32", distribution: "normal", rows: 10, columns: 20 } as const;
  assert.equal(caseBytes({ ...base, fn: "softplus" }), 2 * 200 * 4);
  assert.equal(caseBytes({ ...base, fn: "softplusWithGrad", dtype: "f64" }), 3 * 200 * 8);
});

Deno.test("plans: no case twice, sizes 10 to 2010 of the lineage, a budget for each", () => {
  for (const plan of ["quick", "standard", "full"] as const) {
    const found = planCases(plan).map(caseName);
    assert.equal(new Set(found).size, found.length);
    assert.ok(BUDGET_SECONDS[plan] > 0);
  }
  const sizes = new Set(planCases("standard").map(({ rows }) => rows));
  for (const n of [10, 510, 1010, 1510, 2010]) assert.ok(sizes.has(n), String(n));
  assert.ok(planCases("full").some(({ rows }) => rows === 5000));
});

Deno.test("plans: a selection keeps what it names, and says what it misses", () => {
  const cases = planCases("standard", { functions: ["sigmoid"], sizes: [10], dtypes: ["f32"] });
  assert.deepEqual(cases.map(caseName), ["sigmoid f32 normal 10x10"]);
  assert.throws(
    () => planCases("quick", { functions: ["softplus"], sizes: [10, 77] }),
    (error: Error) => error instanceof RangeError && error.message.includes("77"),
  );
});
