/** The outcome of a benchmark in brief: per function a table and a figure, for the index. */

import { type SpeedUp, speedUpBars } from "../../bench/figures.ts";
import { fastestOfEach, speedUps, type TimedRow, timedRows } from "../../bench/frames.ts";
import type { Row } from "../../bench/results.ts";
import { figureHtml } from "./figure.ts";
import { escapeHtml, table } from "./html.ts";

/** What people write without a library: everything is compared with it. */
const baseline = "Math loop";

const explanation = "Measured on this machine: medians, over the largest of the batches, whose " +
  "numbers are drawn from a normal distribution with mean 0 and standard deviation 4. GB/s counts " +
  "what is read and written; a plain copy is the floor. The worst error is that over the whole " +
  "range of the function, in units of the last place of the exact result, and <em>wrong at</em> " +
  "gives an input where the answer is 0, infinite or not a number and should not be.";

/** HTML for the index; empty if there are no results. */
export function summaryHtml(rows: readonly Row[]): string {
  const parts = (["softplus", "sigmoid"] as const).flatMap((name) => {
    const largest = atLargestSize(timedRows(rows, { function: name }));
    return largest.length === 0 ? [] : [functionHtml(name, rows, largest)];
  });
  return parts.length === 0 ? "" : `<p>${explanation}</p>\n${parts.join("\n")}`;
}

function atLargestSize(rows: readonly TimedRow[]): readonly TimedRow[] {
  const size = Math.max(...rows.map((row) => row.rows));
  return rows.filter((row) => row.rows === size)
    .toSorted((a, b) => a.median_ns - b.median_ns);
}

function functionHtml(
  name: "softplus" | "sigmoid",
  rows: readonly Row[],
  largest: readonly TimedRow[],
): string {
  const size = largest[0]?.rows ?? 0;
  const ratios = speedUpsOver(rows, name, size);
  const ratioOf = new Map(ratios.map(({ implementation, ratio }) => [implementation, ratio]));
  const head = [
    "",
    "includes",
    "threads",
    "ns per element",
    "GB/s",
    `× ${baseline}`,
    "worst error",
    "wrong at",
  ];
  const lines = largest.map((row) => [
    escapeHtml(row.implementation),
    escapeHtml(row.includes ?? ""),
    String(row.threads ?? ""),
    (row.median_ns / row.elements).toPrecision(3),
    row.gb_per_s.toPrecision(3),
    row.implementation === baseline ? "1" : significant(ratioOf.get(row.implementation)),
    row.sweep_max_ulp === null ? "" : `${significant(row.sweep_max_ulp)} ULP`,
    escapeHtml(wrongAt(row)),
  ]);
  // The table has every row, the figure the fastest of each library.
  const shown = new Set(fastestOfEach(largest).map(({ implementation }) => implementation));
  const isShown = ({ implementation }: SpeedUp) => shown.has(implementation);
  const title = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return `<h2 id="${name}">${title}, ${size} × ${size}, float32</h2>\n${table(head, lines)}` +
    (ratios.length === 0 ? "" : figureHtml(speedUpBars(ratios.filter(isShown), baseline)));
}

function speedUpsOver(
  rows: readonly Row[],
  name: "softplus" | "sigmoid",
  size: number,
): readonly SpeedUp[] {
  const which = { function: name, sizes: [size], all: true };
  const found = timedRows(rows, which).map(({ implementation, kind }) => ({
    implementation,
    kind,
  }));
  // With nothing to compare there is no figure, which is no reason to have no report.
  const comparable = found.filter(({ implementation, kind }) =>
    implementation !== baseline && kind !== "floor"
  );
  if (comparable.length === 0 || comparable.length === found.length) return [];
  return speedUps(rows, baseline, which).toRecords() as unknown as SpeedUp[];
}

function wrongAt({ wrong_input, wrong_got, wrong_want }: TimedRow): string {
  if (wrong_input === null) return "";
  return `x = ${significant(wrong_input)}: ${significant(wrong_got)}, not ${
    significant(wrong_want)
  }`;
}

function significant(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)) {
    return value.toExponential(1);
  }
  return String(+value.toPrecision(3));
}
