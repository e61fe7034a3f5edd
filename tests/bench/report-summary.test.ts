import assert from "node:assert/strict";
import type { Row } from "../../bench/results/schema.ts";
import { summaryHtml } from "../../tools/report/summary.ts";

/** A row of a benchmark, as far as the summary looks at it. */
function row(over: Partial<Row>): Row {
  const measured = {
    kind: "kit",
    library: over.implementation,
    precision: "exact",
    includes: "output given",
    threads: 1,
    function: "softplus",
    dtype: "f32",
    distribution: "normal",
    rows: 100,
    elements: 10_000,
    median_ns: 20_000,
    q1_ns: 19_000,
    q3_ns: 21_000,
    round_ns: [19_000, 20_000, 21_000],
    gb_per_s: 4,
    gap: null,
    max_ulp: 0.5,
    sweep_max_ulp: 0.5,
    wrong_input: null,
    date: "2026-01-02",
  };
  return { ...measured, ...over } as unknown as Row;
}

Deno.test("summary: the largest size, fastest first, one picture and one table", async () => {
  const html = await summaryHtml([
    row({ implementation: "lib <x>", kind: "peer", rows: 10, median_ns: 1 }),
    row({ implementation: "Math loop", kind: "peer", median_ns: 80_000 }),
    row({ implementation: "lib <x>", kind: "peer" }),
    row({
      implementation: "naive",
      kind: "textbook",
      median_ns: 60_000,
      wrong_input: 89,
      wrong_got: Infinity,
      wrong_want: 89,
    }),
  ]);
  const lines = [...html.matchAll(/<tr><td>(.*?)<\/tr>/g)].map(([, line]) =>
    line?.replace(/<[^>]*>+/g, "|").replace(/\|+/g, "|")
  );
  assert.deepEqual(lines, [
    "lib &lt;x&gt;|2.00|0.500|",
    "naive|6.00|0.500|∞ at 89.0|",
    "Math loop|8.00|0.500|",
  ]);
  assert.equal(html.match(/<table>/g)?.length, 1);
  assert.equal(html.match(/data-figure/g)?.length, 1);
  assert.match(html, /Softplus, 100 × 100/);
  assert.doesNotMatch(html, /sigmoid/i);
});

Deno.test("summary: who is not there is named, with the reason; nobody who has a time", async () => {
  const absent = { kind: "peer", function: null, median_ns: null, library: "Lib" };
  const html = await summaryHtml([
    row({ implementation: "wasm exact" }),
    row({ implementation: "wasm exact", function: "sigmoid", dtype: "f64", gap: "not this one" }),
    row({ implementation: "slow loop", gap: "a call takes too long", median_ns: null }),
    row({ ...absent, implementation: "Lib, 1 thread", gap: "to add it: apt-get install <lib>" }),
    row({ ...absent, implementation: "Lib, out", gap: "to add it: apt-get install <lib>" }),
  ]);
  assert.match(html, /<strong>Lib<\/strong>: to add it: apt-get install &lt;lib&gt;/);
  assert.match(html, /<strong>slow loop<\/strong>: a call takes too long/);
  assert.doesNotMatch(html, /not this one/);
});

Deno.test("summary: without results there is still a report", async () => {
  assert.equal(await summaryHtml([]), "");
  const gap = row({ implementation: "a", function: null, gap: "not there", median_ns: null });
  assert.match(await summaryHtml([gap]), /not there/);
});
