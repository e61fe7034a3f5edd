/** One line for each formula: the picture, the table and the sentences of the front page. */
import assert from "node:assert/strict";
import { contenders, peerRatios } from "../../bench/report/contenders.ts";
import { endLabels, spread } from "../../lab/figures/labels.ts";
import { overview, speedUpOverPeers, timeOverSize } from "../../bench/report/figures.ts";
import { frontTable, headline, overviewRows } from "../../bench/report/front_page.ts";
import { formulaOf, kitIdentity } from "../../bench/peers/naming.ts";
import { IMPLEMENTATIONS } from "../../bench/peers/implementations.ts";
import type { Row } from "../../bench/results/schema.ts";

const row = (implementation: string, round_ns: number[], over: Partial<Row> = {}) => ({
  implementation,
  kind: "peer",
  library: implementation,
  includes: "output given",
  threads: 1,
  precision: "",
  function: "softplus",
  dtype: "f32",
  distribution: "normal",
  rows: 10,
  columns: 10,
  elements: 100,
  gap: null,
  round_ns,
  median_ns: round_ns[0],
  max_ulp: 1,
  sweep_max_ulp: 3,
  wrong_input: null,
  date: "2026-01-01",
  gb_per_s: 1,
  ...over,
} as unknown as Row);
const kit = (
  engine: string,
  precision: string,
  round_ns: number[],
  over: Partial<Row> = {},
  memory: "given" | "own" = "given",
) => {
  const { name, ...fields } = kitIdentity(engine, precision, memory);
  return row(name, round_ns, {
    ...fields as Partial<Row>,
    max_ulp: 0.5,
    sweep_max_ulp: 0.5,
    ...over,
  });
};
const wrong = { wrong_input: -17, wrong_got: 0, wrong_want: 4e-8 };
const rows = [
  row("copy", [10], { kind: "floor", max_ulp: null, sweep_max_ulp: null }),
  kit("wasm", "exact", [200, 100, 100]),
  kit("wasm", "exact", [1], {}, "own"),
  kit("threads", "exact", [120], { threads: 3 }),
  kit("wasm", "fast", [100, 100, 100], { sweep_max_ulp: 1.5 }),
  row("Lib, 1 thread", [400, 150, 300], { ...wrong, library: "Lib" }),
  row("Lib, out, 1 thread", [300, 150, 300], { library: "Lib" }),
  row("Lib, out, all threads", [150], { library: "Lib", threads: 2 }),
];

Deno.test("contenders: one for each formula, its fastest row for each number of threads", () => {
  const all = contenders(rows, { function: "softplus" });
  assert.deepEqual(
    all.map(({ name, one, all, ulp }) => [name, one?.median_ns, all?.median_ns, ulp]),
    [
      ["copy", 10, undefined, null],
      ["softplus-kit fast", 100, undefined, 1.5],
      ["softplus-kit exact", 200, 120, 0.5],
      ["Lib", 300, 150, 3],
    ],
  );
  assert.deepEqual(all.at(-1)!.wrong, { at: -17, got: 0, right: 4e-8 });
});

Deno.test("contenders: how a row was called is not part of the name, and nobody is lost", () => {
  const formulaOfNamed = (name: string) =>
    formulaOf(IMPLEMENTATIONS.find((one) => one.name === name)!);
  assert.equal(formulaOfNamed("PyTorch, out, all threads"), "PyTorch");
  assert.equal(formulaOfNamed("NumPy stable, out"), "NumPy stable");
  assert.equal(formulaOfNamed("threads fast"), "softplus-kit fast");
  for (const one of IMPLEMENTATIONS) assert.ok(formulaOf(one).length > 2, one.name);
});

Deno.test("peers: ratios are of pairs of one round, of one run", () => {
  const ratios = peerRatios(rows, { function: "softplus" });
  assert.deepEqual(
    ratios.map(({ peer, precision, median }) => [peer, precision, median]),
    [["Lib", "fast", 3], ["Lib", "exact", 1.5]],
  );
  assert.deepEqual(
    peerRatios(rows, { function: "softplus" }, "all").map(({ precision, median }) => [
      precision,
      median,
    ]),
    [["exact", 1.25]],
  );
  const other = rows.map((one) => one.library === "Lib" ? { ...one, date: "2027-01-01" } : one);
  assert.deepEqual(peerRatios(other, { function: "softplus" }), []);
});

Deno.test("front page: sentences and table say who is fastest, most accurate, and who fails", () => {
  const text = headline(rows);
  assert.match(
    text,
    /Fastest is \*\*softplus-kit fast\*\* \(100 ns, 1\.00 ns per element\), on one thread\./,
  );
  assert.match(text, /Most accurate: \*\*softplus-kit exact\*\*, 0\.500 ULP\./);
  assert.match(text, /none of them: Lib\.$/);
  const { head, lines } = frontTable(rows);
  assert.ok(lines.every((line) => line.length === head.length));
  assert.deepEqual(lines.find(([name]) => name === "Lib"), [
    ...["Lib", "3.00", "1.50", "3.00", "0 at −17.0"],
  ]);
  const quick = row("Lib, all threads", [50], { library: "Lib", threads: 2 });
  assert.match(
    headline([...rows, quick]),
    /on one thread is \*\*softplus-kit fast.*on several \*\*Lib/,
  );
  assert.equal(headline([]), "");
  assert.deepEqual(frontTable([]).lines, []);
});

Deno.test("front page: the picture has everybody but the floor, crosses for who fails", () => {
  const { data, layout } = overview(overviewRows(rows));
  const [one, several, errors] = data;
  assert.deepEqual([one!.x.length, several!.x.length, errors!.x.length], [3, 2, 3]);
  assert.deepEqual(errors!.marker!.symbol, ["circle", "circle", "x-thin"]);
  assert.deepEqual(layout.yaxis.ticktext, [
    ...["<b>softplus-kit fast</b>", "<b>softplus-kit exact</b>", "Lib"],
  ]);
  assert.ok(layout.annotations!.some(({ text }) => text === "0 at −17.0"));
  // An infinite error has a place as well.
  const infinite = overviewRows([row("Lib", [1], { sweep_max_ulp: Infinity })]);
  assert.ok(overview(infinite).data[2]!.x.every(Number.isFinite));
  assert.ok(overview([]).layout.title.text.length > 0);
});

Deno.test("peers: the fastest peer on top, a mark for wrong values, words where there is nobody", () => {
  const { layout, data } = speedUpOverPeers([
    { peer: "slow", precision: "exact", wrong: false, n: 10, median: 5, q1: 4, q3: 6 },
    { peer: "quick", precision: "exact", wrong: true, n: 10, median: 0.5, q1: 0.4, q3: 0.6 },
  ]);
  assert.deepEqual(layout.yaxis.ticktext, ["slow", "quick †"]);
  assert.deepEqual(data[0]!.x, [5, 0.5]);
  // Numbers keep away from the line at 1.
  const side = (text: string) => layout.annotations!.find((one) => one.text === text)!.xanchor;
  assert.deepEqual([side("5.0 ×"), side("0.50 ×")], ["left", "right"]);
  assert.match(JSON.stringify(speedUpOverPeers([]).layout.annotations), /not measured/);
});

Deno.test("labels: never closer than the gap, within the plot, where they belong if they can", () => {
  assert.deepEqual(spread([0.2, 0.8], 0.1), [0.2, 0.8]);
  for (const wanted of [[0.5, 0.5, 0.5], [0, 0, 0.01], [0.97, 0.98, 1, 1], [0.1, 0.15, 0.2, 0.9]]) {
    const places = spread(wanted, 0.1);
    places.forEach((place, i) => {
      assert.ok(place >= -1e-12 && place <= 1 + 1e-12, String(places));
      if (i > 0) assert.ok(place - places[i - 1]! > 0.1 - 1e-12, String(places));
    });
  }
  const end = (text: string, y: number) => ({ text, y, x: 1, colour: "#000000", bold: false });
  const { annotations } = endLabels([end("a", 0.5), end("b", 0.5)], { width: 100, height: 340 });
  assert.equal(annotations.length, 2);
  assert.notEqual(annotations[0]!["y"], annotations[1]!["y"]);
});

Deno.test("labels: every line of a figure over size has its name at its end", () => {
  const point = (implementation: string, n: number, ns: number) => ({
    implementation,
    kind: "peer",
    n,
    elements: n * n,
    gb_per_s: 1,
    median_ns: ns,
    q1_ns: ns,
    q3_ns: ns,
  });
  const { layout } = timeOverSize([point("a", 10, 1), point("a", 20, 2), point("b", 10, 5)]);
  assert.deepEqual(layout.annotations!.map(({ text }) => text).toSorted(), ["a", "b"]);
  assert.equal(layout["showlegend"], false);
});
