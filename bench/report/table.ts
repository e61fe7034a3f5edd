/** Results as text for a terminal: a block for each function, dtype and distribution. */
import {
  type DistributionName,
  DISTRIBUTIONS,
  type FunctionName,
  FUNCTIONS,
} from "../plans/cases.ts";
import { percent, significant } from "../../lab/show/markdown.ts";
import type { Row } from "../results/schema.ts";

/** All rows of one run, gaps at the end. */
export function formatResults(rows: readonly Row[]): string {
  const timed = rows.filter(({ gap }) => gap === null);
  const blocks = Map.groupBy(timed, (row) => `${row.function} ${row.dtype} ${row.distribution}`);
  return [
    runLine(rows),
    ...[...blocks.values()].map(formatBlock),
    ...formatGaps(rows),
  ].join("\n\n");
}

function runLine(rows: readonly Row[]): string {
  const { cpu, cores, os, deno, v8, commit, date, noise } = rows[0] ?? {};
  const spread = typeof noise === "number" ? `; machine noise ${percent(noise)}` : "";
  return `${cpu}, ${cores} cores, ${os}; Deno ${deno}, V8 ${v8}; commit ${commit || "none"}; ` +
    `${date}${spread}`;
}

/** Implementations by sizes, nanoseconds per element; fastest at the largest size first. */
function formatBlock(block: readonly Row[]): string {
  const { function: fn, dtype, distribution } = block[0]!;
  const title = FUNCTIONS[fn as FunctionName].title;
  const inputs = DISTRIBUTIONS[distribution as DistributionName].title;
  const sizes = [...new Set(block.map((row) => row.rows!))].sort((a, b) => a - b);
  const groups = [...Map.groupBy(block, ({ implementation }) => implementation).values()]
    .map((group) => group.toSorted((a, b) => a.rows! - b.rows!))
    .sort((a, b) => a.at(-1)!.ns_per_element! - b.at(-1)!.ns_per_element!);
  const header = ["", ...sizes.map(String), "spread", "GB/s", "threads", "max ULP", "wrong at"];
  const lines = groups.map((group) => {
    const last = group.at(-1)!;
    const cells = sizes.map((n) => {
      const row = group.find((each) => each.rows === n);
      return row ? significant(row.ns_per_element!) : "-";
    });
    return [
      last.implementation,
      ...cells,
      percent((last.q3_ns! - last.q1_ns!) / last.median_ns!),
      significant(last.gb_per_s!),
      String(last.threads),
      // A minimum of two places, so that 0.5 and 0.501 are not told apart by rounding alone.
      last.sweep_max_ulp === null ? "-" : significant(last.sweep_max_ulp),
      wrongAt(last),
    ];
  });
  const heading = `${title}, ${dtype}, ${inputs}: nanoseconds per element of n x n (median)`;
  return `${heading}\n${align([header, ...lines])}`;
}

/** "x = -16.7: 0, not 5.7e-8". */
function wrongAt({ wrong_input, wrong_got, wrong_want }: Row): string {
  if (wrong_input === null) return "";
  const number = (value: number | null) => value === null ? "?" : String(+value.toPrecision(3));
  return `x = ${number(wrong_input)}: ${number(wrong_got)}, not ${number(wrong_want)}`;
}

/** Why something is missing, who that is about, and for which functions. */
export interface Missing {
  readonly gap: string;
  /** Of a library all of whose rows share the reason, the library. */
  readonly names: readonly string[];
  readonly cases: readonly string[];
}

/** Some gaps of a run by their reasons. */
export function missingOf(gaps: readonly Row[], rows: readonly Row[]): Missing[] {
  return [...Map.groupBy(gaps, ({ gap }) => gap!)].map(([gap, group]) => ({
    gap,
    names: [
      ...new Set(group.map(({ implementation, library }) => {
        const rest = rows.some((row) => row.library === library && row.gap !== gap);
        return rest ? implementation : library ?? implementation;
      })),
    ],
    cases: [
      ...new Set(
        group.flatMap(({ function: fn, dtype }) => fn === null ? [] : [`${fn} ${dtype}`]),
      ),
    ],
  }));
}

/** What was not measured: a line for each reason, who it is about and for which functions. */
export function formatGaps(rows: readonly Row[]): string[] {
  const missing = missingOf(rows.filter(({ gap }) => gap !== null), rows);
  if (missing.length === 0) return [];
  const lines = missing.map(({ gap, names, cases }) => {
    const where = cases.length > 0 ? ` (${cases.join(", ")})` : "";
    return `  ${names.join("; ")}: ${gap}${where}`;
  });
  return [`Not measured:\n${lines.join("\n")}`];
}

/** Columns of text: the first and the last to the left, all others to the right. */
export function align(lines: readonly (readonly string[])[]): string {
  const columns = Math.max(...lines.map((line) => line.length));
  const widths = Array.from(
    { length: columns },
    (_, i) => Math.max(...lines.map((line) => [...(line[i] ?? "")].length)),
  );
  return lines.map((line) =>
    line.map((cell, i) =>
      i === 0 || i === columns - 1 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
    ).join("  ").trimEnd()
  ).join("\n");
}
