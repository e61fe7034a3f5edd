/** The result of a run in a few honest sentences, every figure of them from the data. */
import { headOf } from "../peers/naming.ts";
import { fastestOfEach, type TimedRow, timedRows, type Which } from "../results/rows.ts";
import { durationText, figure3, listText } from "../../lab/show/markdown.ts";
import type { Row } from "../results/schema.ts";
import { pairedRatio } from "../../lab/statistics.ts";

/**
 * Who is fastest at the largest size, on one thread and on all, how the kit stands to each peer,
 * who beats it, and who gives wrong values: Markdown.
 */
export function summary(rows: readonly Row[], which: Which): string {
  const timed = timedRows(rows, which).filter(({ kind }) => kind !== "floor");
  if (timed.length === 0) return `Nothing of ${which.function} was timed in this run.`;
  const n = Math.max(...timed.map((row) => row.rows));
  const largest = timed.filter((row) => row.rows === n);
  const oneThread = largest.filter(({ threads }) => threads === 1);
  const parts = [
    oneThread.length > 0 ? standing(`On one thread, ${n} × ${n}`, oneThread) : "",
    largest.length > oneThread.length ? standing(`On any number of threads`, largest) : "",
    wrongValues(timed),
    notTimed(rows, which),
  ];
  return parts.filter((part) => part !== "").map((part) => `- ${part}`).join("\n");
}

function standing(where: string, rows: readonly TimedRow[]): string {
  const sorted = fastestOfEach(rows).toSorted((a, b) => a.median_ns - b.median_ns);
  const best = sorted[0]!;
  const kit = sorted.find(({ kind }) => kind === "kit");
  const sentence = `${where}: **${best.implementation}** is fastest with ` +
    `${durationText(best.median_ns)}, ${figure3(best.median_ns / best.elements)} ns per element.`;
  if (!kit) return `${sentence} No engine of the kit was timed.`;
  const others = sorted.filter(({ kind }) => kind !== "kit");
  const ratios = others.filter(({ date }) => date === kit.date).map((row) => ({
    name: row.implementation,
    ...pairedRatio(row.round_ns, kit.round_ns),
  }));
  const faster = ratios.filter(({ q1 }) => q1 > 1);
  const slower = ratios.filter(({ q3 }) => q3 < 1);
  const tied = ratios.filter((ratio) => !faster.includes(ratio) && !slower.includes(ratio));
  const times = (all: typeof ratios) =>
    listText(all.map(({ name, median }) => `${name} (${figure3(median)})`));
  return [
    sentence,
    faster.length > 0
      ? `${kit.implementation} is faster than the best of each of these, by the factor given: ` +
        `${times(faster)}.`
      : "",
    tied.length > 0 ? `No difference beyond the quartiles: ${times(tied)}.` : "",
    slower.length > 0
      ? `It is slower than ${
        listText(slower.map(({ name, median }) =>
          `${name}, which takes ${figure3(median)} of its time`
        ))
      }.`
      : "",
  ].filter((part) => part !== "").join(" ");
}

function wrongValues(timed: readonly TimedRow[]): string {
  const wrong = new Set(
    // "NumPy naive, out" is "NumPy naive" with an output given: one formula, named once.
    timed.filter(({ wrong_input }) => wrong_input !== null)
      .map(headOf),
  );
  return wrong.size === 0
    ? ""
    : `0 or ∞ somewhere where the answer is neither: ${listText([...wrong])}.`;
}

/** Libraries without any time of this function, with the reason where all their rows share it. */
function notTimed(rows: readonly Row[], which: Which): string {
  const timed = new Set(timedRows(rows, which).map(({ library }) => library));
  const about = rows.filter((row) =>
    row.gap !== null && !timed.has(row.library) &&
    (row.function === null ||
      row.function === which.function && row.dtype === (which.dtype ?? "f32"))
  );
  const reasons = new Map<string, string[]>();
  for (const [library, group] of Map.groupBy(about, ({ library }) => library)) {
    const all = [...new Set(group.map(({ gap }) => gap!))];
    const reason = all.length > 1 ? `${all[0]!}, and more` : all[0]!;
    reasons.set(reason, [...reasons.get(reason) ?? [], library]);
  }
  const names = [...reasons].map(([reason, libraries]) => `${listText(libraries)} (${reason})`);
  return names.length === 0 ? "" : `Not timed: ${names.join("; ")}.`;
}
