/** The committed run: everybody is in it, or the reason why not. No test says how fast anybody is. */
import assert from "node:assert/strict";
import { SIZES } from "../../bench/plans/plans.ts";
import { IMPLEMENTATIONS } from "../../bench/peers/implementations.ts";
import { loadReference } from "../../bench/results/files.ts";

const rows = loadReference();
const timed = rows.filter(({ gap }) => gap === null);

Deno.test("reference run: every implementation has times, or a gap that says why", () => {
  assert.deepEqual(
    [...new Set(rows.map(({ implementation }) => implementation))].sort(),
    IMPLEMENTATIONS.map(({ name }) => name).sort(),
    "measure again: deno task bench --output bench/reference/cpu.parquet",
  );
  for (const { name } of IMPLEMENTATIONS) {
    const own = rows.filter(({ implementation }) => implementation === name);
    for (const { gap, function: fn } of own) {
      assert.ok(gap === null || gap.length > 5, `${name}, ${fn}: ${gap}`);
    }
    // An error of its own in place of a reason would be a defect of the benchmark.
    assert.ok(!own.some(({ gap }) => /TypeError|undefined|driver .* ended/.test(gap ?? "")), name);
  }
});

Deno.test("reference run: functions, formats and sizes of the comparison", () => {
  const found = (key: "function" | "dtype" | "distribution" | "rows") =>
    new Set(timed.map((row) => row[key]));
  for (
    const fn of ["softplus", "sigmoid", "softplusGrad", "softplusGradKnown", "softplusWithGrad"]
  ) {
    assert.ok(found("function").has(fn), fn);
  }
  assert.deepEqual([...found("dtype")].sort(), ["f32", "f64"]);
  for (const n of SIZES) assert.ok(found("rows").has(n), String(n));
});

Deno.test("reference run: rows that say one thread were seen to work on one", () => {
  for (const { implementation, threads } of timed) {
    if (/1 thread|^(wasm|scalar|naive|NumPy|SciPy|stdlib|mathjs)/.test(implementation)) {
      assert.equal(threads, 1, implementation);
    }
  }
});

Deno.test("reference run: what is marked as wrong has the input that shows it, and no bound is broken", () => {
  for (const row of timed) {
    assert.equal(row.wrong_input === null, row.wrong_got === null, row.implementation);
    if (row.kind !== "kit") continue;
    assert.equal(row.wrong_input, null, row.implementation);
    assert.ok(row.sweep_max_ulp! <= 2, `${row.implementation}: ${row.sweep_max_ulp} ULP`);
  }
});
