/** Races of small arrays: what comes back, what is refused, what is said. Speed decides nothing. */
import assert from "node:assert/strict";
import { naive, softplus } from "../../kernels/engines/mod.ts";
import { ImplementationError } from "../../lab/implementation.ts";
import type { RaceOptions } from "../../lab/race/options.ts";
import { race } from "../../lab/race/race.ts";
import { RaceResult, type RaceRow } from "../../lab/race/result.ts";
import { pairedRatio } from "../../lab/statistics.ts";

const mine = (x: number) => Math.log1p(Math.exp(x));
const quick: RaceOptions = {
  of: "softplus",
  sizes: [100],
  budgetSeconds: 0.1,
  rounds: { least: 3, most: 5 },
  progress: false,
};

Deno.test("race: a row for each and size, ratios round by round, and a DataFrame", async () => {
  const r = await race({ mine, softplus }, { ...quick, sizes: [10, 100] });
  assert.deepEqual(
    r.rows.map(({ implementation, elements, kind }) => [implementation, elements, kind]),
    [["mine", 10, "own"], ["softplus", 10, "kit"], ["mine", 100, "own"], ["softplus", 100, "kit"]],
  );
  for (const [i, row] of r.rows.entries()) {
    const first = r.rows[i - i % 2]!;
    assert.ok(row.samples.length >= 3 && row.samples.length === first.samples.length);
    const { q1, median, q3 } = pairedRatio(row.samples, first.samples);
    assert.deepEqual([row.ratio_q1, row.ratio, row.ratio_q3], [q1, median, q3]);
    assert.ok(row.q1_ns <= row.median_ns && row.median_ns <= row.q3_ns && row.max_ulp <= 0.51);
    assert.equal(row.wrong, false);
  }
  assert.equal(r.pairs.length, 4);
  assert.deepEqual(r.frame.columns.slice(0, 3), ["implementation", "kind", "family"]);
  assert.deepEqual([r.frame.height, r.frame.getColumn("elements").toArray()], [4, [
    10,
    10,
    100,
    100,
  ]]);
});

Deno.test("race: float64, inputs of one's own, engines that promise", async () => {
  const late = (x: Float64Array) => Promise.resolve(softplus(x));
  const r = await race({ late }, { ...quick, dtype: "f64", distribution: [-1, 0, 1] });
  const [row] = r.rows;
  assert.deepEqual([row?.dtype, row?.distribution, row?.wrong], ["f64", "given", false]);
  assert.ok([-1, 0, 1].includes(row!.worst_x!));
});

Deno.test("race: who is wrong is named, with what it says and what is right", async () => {
  const r = await race({ softplus, textbook: (x: number) => Math.log(1 + Math.exp(x)) }, {
    ...quick,
    distribution: "tail",
  });
  const [warning] = r.warnings;
  assert.match(
    warning!,
    /^textbook is wrong at 100 elements: 0 at x = -\d+\.\d+, where the answer is/,
  );
  assert.match(String(r), /textbook †/);
  assert.deepEqual(r.rows.map(({ wrong }) => wrong), [false, true]);
  const near = await race({ near: (x: number) => 1.00001 * mine(x) }, { ...quick, tolerance: 10 });
  assert.equal(near.rows[0]!.wrong, true, "beyond the tolerance");
  assert.equal((await race({ naive: naive.softplus }, quick)).rows[0]!.family, "naive");
});

Deno.test("race: the result shows a figure of two panels, its table, and what disturbed it", async () => {
  const r = await race({ mine, softplus }, quick);
  const shown = r as unknown as Record<symbol, () => Promise<Record<string, unknown>>>;
  const bundle = await shown[Symbol.for("Jupyter.display")]!();
  assert.deepEqual(Object.keys(bundle), [
    "application/vnd.plotly.v1+json",
    "image/png",
    "text/plain",
  ]);
  assert.match(bundle["text/plain"] as string, /\| mine \| 100 \|/);
  assert.ok((bundle["image/png"] as string).length > 10_000);
  const { data } = r.figure;
  assert.deepEqual(data.map(({ name, yaxis }) => [name, yaxis]), [
    ["mine", "y"],
    ["mine", "y2"],
    ["softplus", "y"],
    ["softplus", "y2"],
  ]);
  // Names that would share a colour by their letters alone.
  const names = ["textbook", "threshold", "stable", "shortcut"];
  const many = await RaceResult.of(names.map((implementation): RaceRow => ({
    ...r.rows[0]!,
    implementation,
    family: implementation,
  })));
  const colours = new Set(many.figure.data.map(({ line }) => line!.color));
  assert.equal(colours.size, names.length);
  const rows = r.rows.map((row): RaceRow => ({ ...row, noise: 0.3, disturbed: 2 }));
  const { warnings } = await RaceResult.of(rows);
  assert.match(warnings[0]!, /other programs kept the machine busy at 100 elements/);
  assert.match(warnings[1]!, /varied by 30 %/);
});

Deno.test("race: what it found is kept size by size, also where it is stopped", async () => {
  const folder = await Deno.makeTempDir();
  const save = `${folder}/race.json`;
  try {
    const stop = new AbortController();
    let calls = 0;
    const stopping = (x: Float32Array) => {
      if (x.length === 200 && ++calls > 3) stop.abort(new DOMException("enough", "AbortError"));
      return softplus(x);
    };
    await assert.rejects(
      race({ stopping }, { ...quick, sizes: [100, 200, 300], save, signal: stop.signal }),
      /enough/,
    );
    const rows: RaceRow[] = JSON.parse(await Deno.readTextFile(save));
    assert.deepEqual(rows.map(({ elements }) => elements), [100]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("race: bad input is refused by name, before anything is timed", async () => {
  const refused: readonly [Promise<unknown>, RegExp][] = [
    [race({}, quick), /no implementation/],
    [race({ mine }, { ...quick, of: "swish" as never }), /of must be one of softplus,.*"swish"/],
    [race({ mine }, { ...quick, size: [1] } as never), /no option "size"; there are of, sizes/],
    [race({ mine }, { ...quick, sizes: [] }), /sizes must be whole numbers/],
    [race({ mine }, { ...quick, sizes: [0.5] }), /sizes must be whole numbers/],
    [race({ mine }, { ...quick, distribution: "gamma" as never }), /distribution must be normal/],
    [race({ mine }, { ...quick, budgetSeconds: -1 }), /budgetSeconds must be a positive number/],
    [race({ mine }, { ...quick, rounds: { least: 5, most: 1 } }), /rounds must be/],
    [race({ mine: 3 as never }, quick), /mine must be a function/],
    [race({ short: (x: Float32Array) => x.slice(1) }, quick), /short: returned 8 results for 9/],
  ];
  for (const [promise, message] of refused) await assert.rejects(promise, message);
  const inPlace = (x: Float32Array) => softplus(x, { out: x });
  await assert.rejects(
    race({ inPlace }, quick),
    (error) =>
      error instanceof ImplementationError && /inPlace: changes its input/.test(error.message),
  );
});
