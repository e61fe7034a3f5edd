/** Figures as data: what they show, and that everybody in them can be told apart. */
import assert from "node:assert/strict";
import { decadeAxis, durationLabel, numberLabel, sizeAxis } from "../../lab/figures/axes.ts";
import type { ErrorPoint, Timing } from "../../bench/report/figures.ts";
import {
  errorCurves,
  functionsOverX,
  roofline,
  timeOverSize,
  timePerElement,
} from "../../bench/report/figures.ts";
import { lookOf } from "../../lab/figures/theme.ts";
import { OWN, PEERS } from "../../bench/peers/implementations.ts";

const timing = (implementation: string, kind: string, n: number, ns: number): Timing => ({
  implementation,
  kind,
  n,
  elements: n * n,
  median_ns: ns,
  q1_ns: 0.9 * ns,
  q3_ns: 1.2 * ns,
  gb_per_s: 8 * n * n / ns,
});
const timed: Timing[] = [
  timing("quick", "kit", 1010, 2e6),
  timing("quick", "kit", 10, 500),
  timing("slow", "peer", 10, 4000),
  timing("slow", "peer", 1010, 4e7),
  timing("copy", "floor", 10, 30),
];
Deno.test("figures over size: a line for each, points in order of size, quartiles", () => {
  const { data, layout } = timeOverSize(timed);
  assert.deepEqual(data.map(({ name }) => name), ["slow", "quick", "copy"]);
  const quick = data[1]!;
  assert.deepEqual(quick.x, [10, 1010]);
  assert.deepEqual(quick.y, [500e-9, 2e-3]);
  assert.ok(Math.abs(quick.error_y!.array[0]! - 100e-9) < 1e-15);
  assert.ok(Math.abs(quick.error_y!.arrayminus[0]! - 50e-9) < 1e-15);
  assert.equal(layout.xaxis.type, "log");
  assert.equal(layout.yaxis.type, "log");
  assert.ok(layout.yaxis.ticktext!.includes("1 ms"));
  assert.equal(timePerElement(timed).data[1]!.y[0], 5);
});

Deno.test("figures over size: the roofline has the copy on top, and quartiles the right way", () => {
  const { data } = roofline([timing("copy", "floor", 10, 30), timing("quick", "kit", 10, 500)]);
  assert.equal(data[0]!.name, "copy");
  assert.ok(data.every(({ error_y }) => error_y!.array[0]! > 0 && error_y!.arrayminus[0]! > 0));
});

Deno.test("figures: pure, plain data, titled, every axis labelled", () => {
  const points: ErrorPoint[] = [{ implementation: "a", kind: "kit", x: 0, ulp: 0.4, wrong: false }];
  const make = () => [
    timeOverSize(timed),
    timePerElement(timed),
    roofline(timed),
    functionsOverX([{ name: "f", x: 0, y: 1 }]),
    errorCurves(points, "f32"),
  ];
  for (const figure of make()) {
    assert.deepEqual(structuredClone(figure), figure);
    assert.ok(figure.layout.title.text.length > 0);
    assert.ok(figure.layout.xaxis.title.text.length > 0);
    assert.ok(figure.layout.yaxis.title.text.length > 0);
  }
  assert.deepEqual(make(), make());
});

Deno.test("errorCurves: what is wrong altogether gets crosses, at the edge where it is infinite", () => {
  const point = (x: number, ulp: number, wrong: boolean): ErrorPoint => ({
    implementation: "naive",
    kind: "textbook",
    x,
    ulp,
    wrong,
  });
  const { data, layout } = errorCurves(
    [point(2, Infinity, true), point(0, 0, false), point(1, 1e7, true)],
    "f32",
  );
  const [line, crosses] = data;
  assert.deepEqual(line!.x, [0, 1, 2]);
  assert.equal(line!.y[2], null);
  assert.ok((line!.y[0] as number) > 0, "0 is drawn at the lower edge of a logarithmic axis");
  assert.deepEqual(crosses!.x, [1, 2]);
  const edge = Math.log10(crosses!.y[1] as number);
  assert.ok(edge <= layout.yaxis.range![1] && edge > Math.log10(2 ** 24));
  assert.match(crosses!.name, /^naive: 0, ∞ or NaN$/);
});

Deno.test("looks: fixed by the name, different for the implementations of this project", () => {
  const kinds: Record<string, string> = { naive: "textbook", "Math loop": "peer", copy: "floor" };
  const names = ["naive", "Math loop", "copy", "scalar exact", "scalar fast", "wasm exact"];
  const looks = names.map((name) => lookOf({ implementation: name, kind: kinds[name] ?? "kit" }));
  assert.equal(new Set(looks.map(({ colour }) => colour)).size, names.length);
  assert.equal(new Set(looks.map(({ marker }) => marker)).size, names.length);
  const unknown = () => lookOf({ implementation: "never heard of", kind: "peer" });
  assert.deepEqual(unknown(), unknown());
  assert.match(unknown().colour, /^#/);
});

Deno.test("looks: no two libraries share one, and rows of one library do", () => {
  const drawn = [...OWN, ...PEERS].map(({ name, library, kind }) => ({
    library,
    look: lookOf({ implementation: name, kind, family: library }),
  }));
  const looks = new Map<string, string>();
  for (const { library, look } of drawn) {
    const mine = `${look.colour} ${look.marker.replace("-open", "")}`;
    assert.equal(looks.get(library) ?? mine, mine, library);
    looks.set(library, mine);
  }
  assert.equal(new Set(looks.values()).size, looks.size);
});

Deno.test("figures mark who gives wrong values, and say what the mark means", () => {
  const [line] = timed;
  const { data, layout } = timeOverSize([{ ...line!, wrong: true }, timed[2]!]);
  assert.ok(data.some(({ name }) => name === "quick †"));
  assert.match(layout.title.text, /†: 0 or ∞ somewhere where the answer is neither/);
  assert.ok(!timeOverSize(timed).layout.title.text.includes("†"));
});

Deno.test("axes: labels in the units that people use", () => {
  assert.deepEqual([-9, -8, -6, -4, -3, 0, 2].map(durationLabel), [
    ...["1 ns", "10 ns", "1 µs", "100 µs", "1 ms", "1 s", "100 s"],
  ]);
  assert.deepEqual([-2, 0, 3, 4, -6].map(numberLabel), [
    ...["0.01", "1", "1000", "10<sup>4</sup>", "10<sup>−6</sup>"],
  ]);
});

Deno.test("axes: never without ticks, never with two on one place", () => {
  for (const values of [[1], [3, 4], [0.2, 30], [1e-9, 1e3], [], [NaN, 0, 5]]) {
    const { tickvals, ticktext, range } = decadeAxis("t", values, numberLabel);
    assert.ok(tickvals!.length >= 1 && tickvals!.length <= 13, String(values));
    assert.equal(new Set(tickvals).size, tickvals!.length);
    assert.equal(ticktext!.length, tickvals!.length);
    assert.ok(tickvals!.every((v) => Math.log10(v) >= range![0] && Math.log10(v) <= range![1]));
  }
  const wide = decadeAxis("t", [2e4, 4e4], numberLabel).ticktext!;
  assert.ok(wide.includes("2 × 10<sup>4</sup>"), wide.join());
  const { tickvals } = sizeAxis([10, 3000, 1010, 2010, 1510, 5000, 4000, 510, 10]);
  assert.deepEqual(tickvals, tickvals!.toSorted((a, b) => a - b));
  assert.ok(tickvals!.includes(10) && tickvals!.includes(5000));
});
