/** The outcome of a benchmark on one page: one picture, one table, and who is not in them. */

import { overview } from "../../bench/report/figures.ts";
import {
  frontSize,
  frontTable,
  headline,
  overviewRows,
  runText,
} from "../../bench/report/front_page.ts";
import { renderPng } from "../../lab/show/png.ts";
import { missingOf } from "../../bench/report/table.ts";
import type { Row } from "../../bench/results/schema.ts";
import { figureHtml } from "./figure.ts";
import { escapeHtml, table } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";

const explanation = "Medians over the largest of the batches, whose numbers are drawn from a " +
  "normal distribution with mean 0 and standard deviation 4; times are nanoseconds per element. A line stands " +
  "for a formula of a library, with the fastest way to call it, on one thread and on several. The " +
  "worst error is over the whole range of the function, in units of the last place (ULP) of the " +
  "exact result: ½ is correct rounding. Who fails gives 0, ∞ or NaN for some input where the " +
  "answer is none of them.";

/** HTML for the index; empty if there are no results. */
export async function summaryHtml(rows: readonly Row[]): Promise<string> {
  const size = frontSize(rows);
  const missing = missingHtml(rows);
  if (size === undefined) return missing;
  const figure = overview(overviewRows(rows), {
    title: `Softplus, ${size} × ${size}, float32: fast, accurate, or neither`,
    subtitle: runText(rows),
  });
  const { head, lines } = frontTable(rows);
  const sentences = (["softplus", "sigmoid"] as const).map((fn) => headline(rows, fn))
    .filter((text) => text !== "");
  return [
    renderMarkdown(sentences.map((sentence) => `- ${sentence}`).join("\n")),
    figureHtml(figure, (await renderPng(figure)).toBase64()),
    table(head.map(escapeHtml), lines.map((line) => line.map(escapeHtml))),
    `<p>${explanation}</p>`,
    missing,
  ].join("\n");
}

/** Who has no time on this page, one item for each reason, which says how to add a library. */
function missingHtml(rows: readonly Row[]): string {
  const size = frontSize(rows) ?? frontSize(rows, "sigmoid");
  const absent = rows.filter(({ gap, function: fn, dtype, distribution, rows: n }) =>
    gap !== null && (fn === null || (fn === "softplus" || fn === "sigmoid") && dtype === "f32" &&
        distribution === "normal" && n === size)
  );
  if (absent.length === 0) return "";
  const items = missingOf(absent, rows).map(({ gap, names }) =>
    `<li><strong>${escapeHtml(names.join(", "))}</strong>: ${escapeHtml(gap)}</li>`
  );
  return `<h2 id="missing">Not measured here</h2>\n<ul>\n${items.join("\n")}\n</ul>`;
}
