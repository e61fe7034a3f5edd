/** How the inputs matter: the same function on numbers of different distributions, as a table. */
import { contenders } from "./contenders.ts";
import { type DistributionName, DISTRIBUTIONS, type FunctionName } from "../plans/cases.ts";
import { timedRows } from "../results/rows.ts";
import { figure3, markdownTable } from "../../lab/show/markdown.ts";
import type { Row } from "../results/schema.ts";

/** Nanoseconds per element on one thread by distribution, at the largest size they share. */
export function formatDistributions(rows: readonly Row[], fn: FunctionName): string {
  const names = (Object.keys(DISTRIBUTIONS) as DistributionName[])
    .filter((distribution) => timedRows(rows, { function: fn, distribution }).length > 0);
  if (names.length < 2) return "This run has no other inputs than normal(0, 4).";
  const sizes = names.map((distribution) =>
    new Set(timedRows(rows, { function: fn, distribution }).map((row) => row.rows))
  );
  const n = Math.max(...sizes[0]!.values().filter((n) => sizes.every((all) => all.has(n))));
  const columns = names.map((distribution) =>
    new Map(
      contenders(rows, { function: fn, distribution, sizes: [n] })
        .filter(({ one }) => one)
        .map(({ name, one }) => [name, one!.median_ns / one!.elements]),
    )
  );
  const lines = [...columns[0]!.keys()].map((name) => [
    name,
    ...columns.map((column) => column.has(name) ? figure3(column.get(name)!) : "–"),
  ]);
  const header = names.map((name) => `${DISTRIBUTIONS[name].title}`);
  return [
    markdownTable([`${fn}, ${n} × ${n}, one thread, ns per element`, ...header], lines),
    names.map((name) => `${DISTRIBUTIONS[name].title}: ${DISTRIBUTIONS[name].why}`).join("; ") +
    ".",
  ].join("\n\n");
}
