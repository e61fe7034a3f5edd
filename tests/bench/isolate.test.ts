/** Rows in an isolate of their own: the same values and gaps, and an end to every worker. */
import assert from "node:assert/strict";
import type { Case } from "../../bench/plans/cases.ts";
import { benchmark } from "../../bench/race/harness.ts";
import type { Implementation, Loaded } from "../../bench/peers/implementation.ts";
import { isGap, type Runner } from "../../lab/implementation.ts";
import { IMPLEMENTATIONS } from "../../bench/peers/implementations.ts";
import { makeInputs } from "../../bench/plans/inputs.ts";
import { isolated } from "../../bench/race/isolate/isolated.ts";
import { ISOLATED } from "../../bench/race/isolate/rows.ts";

const item: Case = { fn: "softplus", dtype: "f32", distribution: "normal", rows: 3, columns: 4 };
const named = (name: string) => IMPLEMENTATIONS.find((one) => one.name === name)!;

async function runnerOf(implementation: Implementation, over: Partial<Case> = {}) {
  const loaded = await implementation.load() as Loaded;
  const of = async (more: Partial<Case>) => {
    const one = { ...item, ...over, ...more };
    const x = Array.from({ length: 12 }, (_, i) => i - 6.5);
    const array = one.dtype === "f32" ? Float32Array.from(x) : Float64Array.from(x);
    return await loaded.prepare(makeInputs(one, array));
  };
  return { loaded, of, runner: await of({}) };
}

Deno.test("isolate: plain loops in JavaScript are measured in one, nothing else is", () => {
  const names = ["Math loop", "naive", "scalar exact", "scalar fast", "stdlib"];
  assert.deepEqual([...ISOLATED.keys()].toSorted(), names);
  for (const one of IMPLEMENTATIONS) {
    assert.equal(isolated(one) !== one, ISOLATED.has(one.name), one.name);
  }
  // A stranger of the same name is none of them.
  const stranger = { ...named("naive") };
  assert.equal(isolated(stranger), stranger);
});

Deno.test("isolate: the same bits, for every function, and a clock of its own", async () => {
  for (const name of ISOLATED.keys()) {
    for (const fn of ["softplus", "softplusGradKnown", "softplusWithGrad", "sigmoid"] as const) {
      const plain = await runnerOf(named(name), { fn });
      const apart = await runnerOf(isolated(named(name)), { fn });
      try {
        if (isGap(plain.runner)) {
          assert.deepEqual(apart.runner, plain.runner);
          continue;
        }
        const runner = apart.runner as Runner;
        await plain.runner.run();
        await runner.run();
        assert.deepEqual(await runner.output(), await plain.runner.output());
        assert.ok(await runner.time!(10_000) > 1000);
        await runner.dispose!();
      } finally {
        await apart.loaded.dispose!();
      }
    }
  }
});

Deno.test("isolate: sizes share one, other inputs begin another, and an ended one says so", async () => {
  const { loaded, of, runner } = await runnerOf(isolated(named("scalar exact")));
  const larger = await of({ rows: 4, columns: 3 }) as Runner;
  await (runner as Runner).run();
  await larger.run();
  const wide = await of({ distribution: "wide" }) as Runner;
  await wide.run();
  await assert.rejects(async () => await larger.run(), /its isolate has ended/);
  const waiting = assert.rejects(async () => await wide.time!(1e7), /its isolate has ended/);
  await loaded.dispose!();
  await waiting;
});

Deno.test("isolate: in a benchmark, with its values judged", async () => {
  const rows = await benchmark({
    cases: [item, { ...item, dtype: "f64" }],
    implementations: [...ISOLATED.values()].map(isolated),
    budgetSeconds: 0.3,
    rounds: { least: 3, most: 5 },
  });
  const told = rows.map(({ implementation, dtype, samples, gap }) =>
    `${implementation} ${dtype} ${gap ?? samples! >= 3}`
  );
  assert.deepEqual(told.toSorted(), [
    "Math loop f32 true",
    "Math loop f64 true",
    "naive f32 true",
    "naive f64 true",
    "scalar exact f32 true",
    "scalar exact f64 true",
    "scalar fast f32 true",
    "scalar fast f64 float64 has one precision",
    "stdlib f32 true",
    "stdlib f64 true",
  ]);
  const exact = rows.find(({ implementation }) => implementation === "scalar exact")!;
  assert.ok(exact.sweep_max_ulp! <= 0.5, `${exact.sweep_max_ulp} ULP`);
});
