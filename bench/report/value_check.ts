/** The value check of the lineage as a table that can be read: absolute difference, ULP beside it. */
import type { ValueDifference } from "./accuracy.ts";
import { fastestOfEach, type TimedRow, timedRows, type Which } from "../results/rows.ts";
import { figure3, markdownTable } from "../../lab/show/markdown.ts";
import type { Row } from "../results/schema.ts";

/** One implementation of a run, judged against the correctly rounded values. */
export interface Checked {
  readonly implementation: string;
  /** Over inputs of every size of the case. */
  readonly max_abs_diff: number;
  readonly max_ulp: number;
  /** Over a sweep of the function's range. */
  readonly sweep_max_ulp: number | null;
  readonly wrong: { readonly at: number; readonly got: number; readonly right: number } | null;
}

/** The fastest row of each library, the most accurate first; `all: true` for every row. */
export function checkedValues(rows: readonly Row[], which: Which): Checked[] {
  const timed = timedRows(rows, which).filter(({ kind }) => kind !== "floor");
  const shown = which.all ? timed : fastestOfEach(timed);
  const groups = Map.groupBy(shown, ({ implementation }) => implementation);
  const greatest = (group: readonly TimedRow[], column: "max_abs_diff" | "max_ulp") =>
    Math.max(...group.map((row) => row[column] ?? 0));
  return [...groups].map(([implementation, group]): Checked => {
    const { sweep_max_ulp, wrong_input, wrong_got, wrong_want } = group[0]!;
    return {
      implementation,
      max_abs_diff: greatest(group, "max_abs_diff"),
      max_ulp: greatest(group, "max_ulp"),
      sweep_max_ulp,
      wrong: wrong_input === null
        ? null
        : { at: wrong_input, got: wrong_got ?? NaN, right: wrong_want ?? NaN },
    };
  }).sort((a, b) =>
    (a.sweep_max_ulp ?? a.max_ulp) - (b.sweep_max_ulp ?? b.max_ulp) || a.max_ulp - b.max_ulp
  );
}

/** That as a table, with the input that shows a wrong value. */
export function formatChecked(rows: readonly Row[], which: Which): string {
  const lines = checkedValues(rows, which).map((one) => [
    one.implementation,
    figure3(one.max_abs_diff),
    figure3(one.max_ulp),
    one.sweep_max_ulp === null ? "–" : figure3(one.sweep_max_ulp),
    one.wrong
      ? `x = ${figure3(one.wrong.at)}: ${figure3(one.wrong.got)}, not ${figure3(one.wrong.right)}`
      : "",
  ]);
  return markdownTable(
    ["", "max abs difference", "max ULP", "max ULP, sweep of the range", "wrong altogether at"],
    lines,
    [0, 4],
  );
}

/** Differences between results, as the lineage prints them, with ULP beside. */
export function formatDifferences(differences: readonly ValueDifference[]): string {
  const lines = differences.map(({ first, second, max_abs_diff, max_ulp_diff }) => [
    `${first} and ${second}`,
    figure3(max_abs_diff),
    figure3(max_ulp_diff),
  ]);
  return markdownTable(["", "max abs difference", "in ULP"], lines);
}
