/** What correct rounding costs, and the other texts that are made from the numbers of a run. */
import assert from "node:assert/strict";
import { besideReference } from "../../bench/report/comparing_runs.ts";
import type { Case } from "../../bench/plans/cases.ts";
import type { Certificate } from "../../bench/report/certified.ts";
import {
  bought,
  exactFastGaps,
  exactOverFast,
  formatExactFast,
} from "../../bench/report/exact_fast.ts";
import { costOverSize } from "../../bench/report/figures.ts";
import type { Identity, Implementation, Kind } from "../../bench/peers/implementation.ts";
import { kitIdentity } from "../../bench/peers/naming.ts";
import { formatLineage, LINEAGE } from "../../bench/report/lineage.ts";
import { durationText, figure3, listText, markdownTable } from "../../lab/show/markdown.ts";
import { gapRow, type Row, timedRow } from "../../bench/results/schema.ts";
import { summary } from "../../bench/report/summary.ts";
import { checkedValues, formatChecked } from "../../bench/report/value_check.ts";

const which = { function: "softplus" } as const;
const loaded = { version: "1", threads: 1, prepare: () => ({ gap: "" }) };
const run = { cpu: "CPU", cores: 2, os: "os", deno: "2", v8: "15", commit: "", noise: 0.01 };
const implementation = (name: string, kind: Kind = "kit", library = name): Implementation => {
  const [engine = "", precision = ""] = name.split(" ");
  const fields: Identity = kind === "kit"
    ? kitIdentity(engine, precision)
    : { kind, library, precision: "" };
  const load = () => Promise.resolve(loaded);
  return { ...fields, name, includes: "output given", load };
};

function row(name: string, n: number, samples: number[], extra: Partial<Row> = {}): Row {
  const item: Case = { fn: "softplus", dtype: "f32", distribution: "normal", rows: n, columns: n };
  const verdict = { maxUlp: 0.75, maxAbsDiff: 1e-8 };
  return {
    ...timedRow({
      implementation: implementation(name),
      loaded,
      item,
      samples,
      calls: 1,
      verdict,
      sweep: { maxUlp: 1.25, maxAbsDiff: 1e-8 },
    }),
    ...run,
    date: "2026-01-01T00:00:00.000Z",
    ...extra,
  };
}

const rows: Row[] = [
  // Medians 200 and 100, but pair by pair 3, 2 and 1.5.
  row("wasm exact", 10, [300, 200, 150]),
  row("wasm fast", 10, [100, 100, 100]),
  row("wasm exact", 100, [30_000, 40_000, 50_000]),
  row("wasm fast", 100, [20_000, 20_000, 20_000]),
  row("loop", 100, [80_000, 80_000, 80_000], { kind: "peer" }),
  { ...gapRow(implementation("threads exact"), "no workers here"), ...run },
];

const certificate = (precision: string, build: string, maxUlp: number, misrounded: number) => ({
  kind: "kit",
  engine: "wasm",
  format: "f32",
  function: "softplus",
  precision,
  build,
  maxUlp,
  misrounded,
  inputs: 2 ** 32,
  method: "exhaustive",
} as unknown as Certificate);
const certificates = [
  certificate("exact", "fused", 0.4999, 0),
  certificate("fast", "fused", 1.1, 500),
  certificate("fast", "plain", 1.3, 400),
];

Deno.test("exact over fast: pairs of one round, by size, nothing where one of them is missing", () => {
  const found = exactOverFast(rows, which);
  assert.deepEqual(found.map(({ engine, n, ratio }) => [engine, n, ratio]), [
    ["wasm", 10, 2],
    ["wasm", 100, 2],
  ]);
  assert.deepEqual([found[0]!.q1, found[0]!.q3], [1.75, 2.5]);
  assert.deepEqual([found[1]!.exact_ns, found[1]!.fast_ns], [4, 2]);
  const anotherRun = rows.map((one) =>
    one.implementation === "wasm fast" ? { ...one, date: "2026-02-02T00:00:00.000Z" } : one
  );
  assert.deepEqual(exactOverFast(anotherRun, which), []);
});

Deno.test("exact over fast: who is missing is named with the reason", () => {
  assert.deepEqual(exactFastGaps(rows, which), [
    "threads exact: no workers here",
    "threads fast: not in this run",
  ]);
  const text = formatExactFast(rows, certificates, which);
  assert.match(
    text,
    /Not measured: threads exact: no workers here; threads fast: not in this run\./,
  );
  assert.match(
    formatExactFast([], [], which),
    /No certificate yet for `wasm` exact and `wasm` fast/,
  );
});

Deno.test("exact over fast: the error is the worst of the builds, threads has that of wasm", () => {
  for (const engine of ["wasm", "threads"]) {
    const fast = bought(certificates, engine, "fast", "softplus")!;
    assert.deepEqual([fast.max_ulp, fast.misrounded, fast.exhaustive], [1.3, 500, true]);
  }
  assert.equal(bought(certificates, "scalar", "fast", "softplus"), undefined);
  assert.equal(bought(certificates, "wasm", "fast", "sigmoid"), undefined);
});

Deno.test("exact over fast: the words say what the numbers say", () => {
  const text = formatExactFast(rows, certificates, which);
  assert.match(text, /On `wasm`, 100 × 100, exact takes 2\.00 times as long as fast/);
  assert.match(text, /2\.00 ns more per element/);
  assert.match(text, /0\.500 ULP in place of 1\.300/);
  assert.match(text, /all 4,294,967,296 float32, 0 in place of 500 are not the nearest/);
  const same = [row("wasm exact", 10, [90, 100, 110]), row("wasm fast", 10, [100, 100, 100])];
  assert.match(formatExactFast(same, [], which), /take the same time within the noise/);
  // Without a certificate the run's own greatest error stands, as the lower bound that it is.
  assert.match(formatExactFast(same, [], which), /≥ 1\.250/);
});

Deno.test("exact over fast: the figure has a line for each engine, and says when it has none", () => {
  const { data, layout } = costOverSize(exactOverFast(rows, which));
  assert.deepEqual(data.map(({ name, x, y }) => [name, x, y]), [
    ["wasm exact / fast", [10, 100], [2, 2]],
  ]);
  assert.deepEqual(layout.annotations!.map(({ text }) => text), ["<b>wasm exact / fast</b>"]);
  const empty = costOverSize([]);
  assert.match(String(empty.layout.annotations![0]!["text"]), /not measured/);
});

Deno.test("value check: the most accurate first, and the input that shows a wrong value", () => {
  const wrong = { wrong_input: -17, wrong_got: 0, wrong_want: 4e-8, sweep_max_ulp: 1e7 };
  const checked = checkedValues([row("bad", 10, [1], wrong), row("good", 10, [2])], which);
  assert.deepEqual(checked.map((one) => one.implementation), ["good", "bad"]);
  assert.deepEqual(checked[1]!.wrong, { at: -17, got: 0, right: 4e-8 });
  assert.match(formatChecked([row("bad", 10, [1], wrong)], which), /x = −17\.0: 0, not 4\.0·10⁻⁸/);
});

Deno.test("summary: who is fastest, by how much, and who is faster than the kit", () => {
  assert.match(summary(rows, which), /100 × 100: \*\*wasm fast\*\* is fastest with 20\.0 µs/);
  assert.match(summary(rows, which), /loop \(4\.00\)/);
  const beaten = [
    row("wasm fast", 10, [100, 101, 102]),
    row("quick", 10, [50, 50, 51], { kind: "peer" }),
  ];
  assert.match(summary(beaten, which), /It is slower than quick, which takes 0\.50\d? of its time/);
  const tied = [
    row("wasm fast", 10, [90, 100, 110]),
    row("alike", 10, [100, 100, 100], { kind: "peer" }),
  ];
  assert.match(summary(tied, which), /No difference beyond the quartiles: alike/);
  // The ratios of the pairs: quartiles on both sides of 1, then one that is 1.
  for (const samples of [[50, 120, 130], [70, 80, 180], [100, 100, 200], [50, 100, 100]]) {
    const close = [
      row("wasm fast", 10, [100, 100, 100]),
      row("alike", 10, samples, { kind: "peer" }),
    ];
    assert.match(summary(close, which), /No difference beyond the quartiles: alike/, `${samples}`);
  }
  const gap = { ...gapRow(implementation("absent", "peer"), "not installed"), ...run };
  const too = { ...gapRow(implementation("too", "peer"), "not installed"), ...run };
  assert.match(summary([...rows, gap, too], which), /absent and too \(not installed\)/);
  assert.match(summary([], which), /Nothing of softplus was timed/);
});

Deno.test("lineage: published beside measured, marked as another machine, gaps named", () => {
  const torch = row("PyTorch, 1 thread", LINEAGE.n, [9e6], { library: "PyTorch", kind: "peer" });
  const text = formatLineage([torch]);
  assert.match(text, /i7-11800H \(another machine\)/);
  assert.match(text, /\| PyTorch \| 18\.5 ms \| 9\.00 ms \(PyTorch, 1 thread\) \|/);
  assert.match(text, /\| Numba \| 11\.9 ms \| not measured \|/);
});

Deno.test("two runs side by side: the same size of both, what one lacks is a dash", () => {
  const text = besideReference([row("a", 10, [200]), row("b", 10, [100])], [row("a", 10, [400])]);
  assert.deepEqual(text.split("\n").slice(2), ["| b | 1.00 | – |", "| a | 2.00 | 4.00 |"]);
  assert.match(besideReference([], rows), /Nothing/);
  const absent = gapRow(implementation("absent", "peer"), "not installed");
  assert.match(besideReference([row("a", 10, [1]), absent], rows), /absent: not installed/);
});

Deno.test("prose: numbers and durations as people write them", () => {
  assert.deepEqual(
    [0, 0.5, -104.2, 12.345, 1.7e7, 1.4e-45, Infinity, -Infinity, NaN].map(figure3),
    [
      ...["0", "0.500", "−104", "12.3", "1.7·10⁷", "1.4·10⁻⁴⁵", "∞", "−∞", "NaN"],
    ],
  );
  assert.deepEqual([2, 2e3, 2e6, 2e9].map(durationText), [
    "2.00 ns",
    "2.00 µs",
    "2.00 ms",
    "2.00 s",
  ]);
  assert.deepEqual([[], ["a"], ["a", "b", "c"]].map(listText), ["", "a", "a, b and c"]);
  assert.equal(
    markdownTable(["x", "y"], [["a|b", "1"]]),
    "| x | y |\n| :-- | --: |\n| a\\|b | 1 |",
  );
});
