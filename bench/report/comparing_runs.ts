/** A run just taken beside another one, such as the reference: the same cases, two machines. */
import { type TimedRow, timedRows } from "../results/rows.ts";
import type { FunctionName } from "../plans/cases.ts";
import { figure3, markdownTable } from "../../lab/show/markdown.ts";
import type { Row } from "../results/schema.ts";
import { formatGaps } from "./table.ts";

/**
 * Nanoseconds per element of a fresh run and of an earlier one at the largest size of the fresh
 * run, float32 and normal(0, 4), fastest first: Markdown.
 */
export function besideReference(fresh: readonly Row[], earlier: readonly Row[]): string {
  const functions = [...new Set(fresh.flatMap((row) => row.gap === null ? [row.function!] : []))];
  const blocks = functions.flatMap((fn) => block(fresh, earlier, fn as FunctionName));
  if (blocks.length === 0) return "Nothing of float32 and normal(0, 4) was timed.";
  const absent = fresh.filter((row) => row.gap !== null && row.function === null);
  const gaps = formatGaps(absent).map((text) => `\`\`\`\n${text}\n\`\`\``);
  return [...blocks, ...gaps].join("\n\n");
}

function block(fresh: readonly Row[], earlier: readonly Row[], fn: FunctionName): string[] {
  const which = { function: fn };
  const timed = timedRows(fresh, which);
  if (timed.length === 0) return [];
  const n = Math.max(...timed.map((row) => row.rows));
  const before = timedRows(earlier, { ...which, sizes: [n] });
  const perElement = (row: TimedRow | undefined) =>
    row ? figure3(row.median_ns / row.elements) : "–";
  const lines = timed.filter((row) => row.rows === n)
    .toSorted((a, b) => a.median_ns - b.median_ns)
    .map((row) => {
      const { implementation } = row;
      const other = before.find((one) => one.implementation === implementation);
      return [implementation, perElement(row), perElement(other)];
    });
  const name = (rows: readonly Row[]) => {
    const { cpu, cores, date } = rows[0] ?? {};
    return rows.length > 0 ? `${cpu}, ${cores} cores, ${date?.slice(0, 10)}` : "no run";
  };
  return [markdownTable(
    [`${fn}, ${n} × ${n}, ns per element`, `now: ${name(fresh)}`, `shown above: ${name(earlier)}`],
    lines,
  )];
}
