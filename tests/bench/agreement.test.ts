/** Two runs of one machine: which orders they agree on. */
import assert from "node:assert/strict";
import { agreement, formatAgreement, type Scope } from "../../bench/report/agreement.ts";
import type { Row } from "../../bench/results/schema.ts";

const row = (implementation: string, round_ns: number[], over: Partial<Row> = {}) => ({
  implementation,
  function: "softplus",
  dtype: "f32",
  distribution: "normal",
  rows: 10,
  columns: 10,
  gap: null,
  round_ns,
  ...over,
} as unknown as Row);

Deno.test("agreement: who is clearly apart and stands the other way round in a run is found", () => {
  const first = [row("a", [100]), row("b", [150]), row("c", [120])];
  const second = [row("a", [100]), row("b", [95]), row("c", [118.75])];
  const { pairs, disagreements } = agreement(first, second);
  assert.equal(pairs, 3);
  const about = { of: "softplus f32 normal 10x10", slower: "b", firm: true };
  assert.deepEqual(disagreements, [
    { ...about, faster: "c", ratios: [1.25, 0.8] },
    { ...about, faster: "a", ratios: [1.5, 0.95] },
  ]);
  assert.match(formatAgreement({ pairs, disagreements }, "case"), /b \/ a is 1\.50 and 0\.950/);
  // The same from the other side, and told in the same direction.
  assert.deepEqual(agreement(second, first).disagreements[1]!.ratios, [0.95, 1.5]);
  const [, turned] = agreement(first.toReversed(), second).disagreements;
  assert.deepEqual([turned!.faster, turned!.slower], ["a", "b"]);
});

Deno.test("agreement: one run that shows two apart is enough, and below the margin is not", () => {
  const first = [row("a", [100]), row("b", [115])];
  const second = [row("a", [100]), row("b", [90])]; // on the whole they are 1.7 % apart
  assert.deepEqual(agreement(first, second).disagreements.map(({ slower }) => slower), ["b"]);
  assert.equal(agreement([row("a", [100]), row("b", [114])], second).pairs, 0);
});

Deno.test("agreement: the same order counts, however far the ratios are apart", () => {
  const { pairs, disagreements } = agreement(
    [row("a", [100]), row("b", [300])],
    [row("a", [100]), row("b", [101])], // sqrt(3 * 1.01) = 1.74
  );
  assert.deepEqual([pairs, disagreements], [1, []]);
});

Deno.test("agreement: ratios are of pairs of one round, so a slow spell moves nobody", () => {
  const first = [row("a", [100, 300, 100]), row("b", [130, 390, 130])];
  const second = [row("a", [100, 100, 300]), row("b", [130, 130, 390])];
  assert.deepEqual(agreement(first, second), { pairs: 1, disagreements: [] });
});

Deno.test("agreement: where the quartiles of a run are on both sides of 1, it contradicts nobody", () => {
  const first = [row("a", [100, 100, 100]), row("b", [300, 300, 300])];
  const second = [row("a", [100, 100, 100]), row("b", [50, 95, 400])];
  assert.deepEqual(agreement(first, second).disagreements.map(({ firm }) => firm), [false]);
});

Deno.test("agreement: other cases, gaps and who is in one run only do not take part", () => {
  const gap = row("b", [], { gap: "not there", round_ns: null });
  const other = row("b", [1], { rows: 20, columns: 20 });
  for (const second of [[row("a", [100]), gap], [row("a", [100]), other], [row("a", [100])]]) {
    assert.equal(agreement([row("a", [100]), row("b", [300])], second).pairs, 0);
  }
});

Deno.test("agreement: over a function or everything, what cases say the other way round may cancel out", () => {
  const sigmoid = { function: "sigmoid" };
  const large = { rows: 20, columns: 20 };
  // b / a: in softplus 1.5 and 0.9, then 2 and 2; in sigmoid 1.5 and 0.9.
  const cases = [{}, large, sigmoid];
  const run = (times: readonly number[]) =>
    cases.flatMap((over, i) => [row("a", [100], over), row("b", [times[i]!], over)]);
  const [first, second] = [run([150, 200, 150]), run([90, 200, 90])];
  const of = (scope: Scope) => {
    const { pairs, disagreements } = agreement(first, second, scope);
    return [pairs, ...disagreements.map((one) => one.of)];
  };
  assert.deepEqual(of("case"), [3, "softplus f32 normal 10x10", "sigmoid f32 normal 10x10"]);
  assert.deepEqual(of("function"), [2, "sigmoid"]);
  assert.deepEqual(of("everything"), [1]);
  const [only] = agreement(run([150, 150, 150]), run([90, 90, 90]), "everything").disagreements;
  assert.deepEqual([only!.of, only!.slower, only!.firm], ["", "b", true]);
  only!.ratios.forEach((one, i) => assert.ok(Math.abs(one - [1.5, 0.9][i]!) < 1e-12));
});

Deno.test("agreement: over several cases, those count that both runs timed", () => {
  const large = { rows: 20, columns: 20 };
  const first = [row("a", [100]), row("b", [150]), row("a", [1], large), row("b", [9], large)];
  const second = [row("a", [100]), row("b", [150])];
  const { pairs, disagreements } = agreement(first, second, "everything");
  assert.deepEqual([pairs, disagreements], [1, []]);
  const turned = agreement(first, [row("a", [100]), row("b", [80])], "everything");
  assert.ok(Math.abs(turned.disagreements[0]!.ratios[0] - 1.5) < 1e-12);
});

Deno.test("agreement: over many cases whose ratios are large", () => {
  const run = Array.from({ length: 400 }, (_, i) => {
    const over = { rows: i + 1, columns: i + 1 };
    return [row("a", [1], over), row("b", [1000], over)];
  }).flat();
  const turned = run.map((one) => one.implementation === "b" ? { ...one, round_ns: [1e-3] } : one);
  const [only] = agreement(run, turned, "everything").disagreements;
  const [larger, smaller] = only!.ratios.toSorted((a, b) => b - a) as [number, number];
  assert.ok(Math.abs(larger / 1000 - 1) < 1e-9 && Math.abs(smaller * 1000 - 1) < 1e-9);
});
