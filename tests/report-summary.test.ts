import assert from "node:assert/strict";
import type { Row } from "../bench/results.ts";
import { summaryHtml } from "../tools/report/summary.ts";

/** A row of a benchmark, as far as the summary looks at it. */
function row(over: Partial<Row>): Row {
  const measured = {
    kind: "kit",
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
    sweep_max_ulp: 0.5,
    wrong_input: null,
    date: "2026-01-02",
  };
  return { ...measured, ...over } as unknown as Row;
}

Deno.test("summary: the largest size, fastest first, with speed-up, error and figure", () => {
  const loop = { implementation: "Math loop", kind: "peer", median_ns: 80_000 };
  const html = summaryHtml([
    row({ implementation: "scalar <fast>", rows: 10, median_ns: 1 }),
    row({ ...loop, round_ns: [76_000, 80_000, 84_000] }),
    row({ implementation: "scalar <fast>" }),
    row({
      implementation: "naive",
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
    "scalar &lt;fast&gt;|2.00|4.00|4|0.5 ULP|",
    "naive|6.00|4.00|4|0.5 ULP|x = 89: Infinity, not 89|",
    "Math loop|8.00|4.00|1|0.5 ULP|",
  ]);
  assert.equal(html.match(/data-figure/g)?.length, 1);
  assert.match(html, /Softplus, 100 × 100/);
  assert.doesNotMatch(html, /Sigmoid/);
});

Deno.test("summary: without results, or with nothing to compare, there is still a report", () => {
  assert.equal(summaryHtml([]), "");
  assert.equal(summaryHtml([row({ gap: "not there", median_ns: null })]), "");
  assert.doesNotMatch(summaryHtml([row({ implementation: "a" })]), /data-figure/);
  const alone = row({ implementation: "Math loop" });
  assert.doesNotMatch(summaryHtml([alone]), /data-figure/);
});
