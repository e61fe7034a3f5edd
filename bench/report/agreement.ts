/**
 * Whether two runs on one machine tell the same story: any two implementations that either run
 * shows clearly apart must stand in the same order in both. Either run, for whoever reads one run
 * has only that: two that seem apart there and change places in another are what must not be.
 */
import { caseName } from "../plans/cases.ts";
import type { Case } from "../plans/cases.ts";
import { figure3 } from "../../lab/show/markdown.ts";
import type { Row } from "../results/schema.ts";
import { pairedRatio, type Quartiles } from "../../lab/statistics.ts";

/** Two implementations are clearly apart when one takes this many times as long, or more. */
const CLEARLY = 1.15;

/** What a ratio is of: one case, all of a function, or all cases that both have in both runs. */
export type Scope = "case" | "function" | "everything";

/** Two implementations that two runs put in different orders. */
export interface Disagreement {
  /** The case or the function; empty for everything. */
  readonly of: string;
  readonly faster: string;
  readonly slower: string;
  /** Time of `slower` over that of `faster`: one is clearly more than 1, the other is less. */
  readonly ratios: readonly [number, number];
  /** Whether the quartiles of both ratios lie on their sides of 1: a contradiction, not noise. */
  readonly firm: boolean;
}

/** What comparing two runs found. */
export interface Agreement {
  /** Pairs that are clearly apart in a run. */
  readonly pairs: number;
  /** Those of them that the runs put in different orders, the gravest first. */
  readonly disagreements: readonly Disagreement[];
}

/** Two implementations and the ratios of their times, slower over faster, in both runs. */
interface Pair {
  readonly of: string;
  readonly names: readonly [string, string];
  readonly spreads: readonly [Quartiles, Quartiles];
}

/**
 * Compares the order of all pairs of implementations that both runs timed. A ratio is the median
 * over pairs of samples of one round; over several cases, the geometric mean of theirs.
 */
export function agreement(
  first: readonly Row[],
  second: readonly Row[],
  scope: Scope = "case",
): Agreement {
  let pairs = 0;
  const disagreements: Disagreement[] = [];
  for (const { of, names: [a, b], spreads } of pairsOf(first, second, scope)) {
    const ratios = [spreads[0].median, spreads[1].median] as const;
    if (ratios.every((one) => one < CLEARLY && one > 1 / CLEARLY)) continue;
    pairs++;
    // The run in which they are farther apart says who is taken to be faster.
    const inOrder = ratios[0] * ratios[1] > 1;
    if (ratios.every((one) => one > 1 === inOrder)) continue;
    disagreements.push({
      of,
      faster: inOrder ? a : b,
      slower: inOrder ? b : a,
      ratios: inOrder ? ratios : [1 / ratios[0], 1 / ratios[1]],
      firm: spreads.every(({ q1, q3 }) => q1 > 1 || q3 < 1),
    });
  }
  disagreements.sort((a, b) => Math.min(...a.ratios) - Math.min(...b.ratios));
  return { pairs, disagreements };
}

function pairsOf(first: readonly Row[], second: readonly Row[], scope: Scope): Pair[] {
  const other = byCase(second);
  const found = [...byCase(first)].flatMap(([name, rows]) => {
    const twins = rows.flatMap((row) => {
      const twin = other.get(name)?.find((one) => one.implementation === row.implementation);
      return twin ? [{ row, twin }] : [];
    });
    return twins.flatMap((a, i) =>
      twins.slice(i + 1).map((b): Pair => ({
        of: { case: name, function: a.row.function!, everything: "" }[scope],
        names: [a.row.implementation, b.row.implementation],
        spreads: [ratio(b.row, a.row), ratio(b.twin, a.twin)],
      }))
    );
  });
  return Map.groupBy(found, ({ of, names }) => [of, ...names].join("\n")).values()
    .map(([pair, ...more]): Pair => ({
      ...pair!,
      spreads: [0, 1].map((run) =>
        mean([pair!, ...more].map(({ spreads }) => spreads[run as 0 | 1]))
      ) as [Quartiles, Quartiles],
    })).toArray();
}

function byCase(rows: readonly Row[]): Map<string, Row[]> {
  const timed = rows.filter(({ gap, round_ns }) => gap === null && round_ns !== null)
    .toSorted((a, b) => a.implementation < b.implementation ? -1 : 1);
  return Map.groupBy(timed, (row) => caseName({ ...row, fn: row.function } as unknown as Case));
}

function ratio(numerator: Row, denominator: Row): Quartiles {
  return pairedRatio(numerator.round_ns!, denominator.round_ns!);
}

/** The geometric means: products of roots, for a product of hundreds of ratios may overflow. */
function mean(spreads: readonly Quartiles[]): Quartiles {
  const of = (pick: (one: Quartiles) => number) =>
    spreads.reduce((product, one) => product * pick(one) ** (1 / spreads.length), 1);
  return { q1: of(({ q1 }) => q1), median: of(({ median }) => median), q3: of(({ q3 }) => q3) };
}

/** The scopes, widest first, as a text begins about them. */
export const SCOPES: Readonly<Record<Scope, string>> = {
  everything: "Over all cases that both were timed in",
  function: "Over those of one function",
  case: "Case by case",
};

/** What comparing found, as text. */
export function formatAgreement({ pairs, disagreements }: Agreement, scope: Scope): string {
  const margin = `${Math.round((CLEARLY - 1) * 100)} %`;
  const head = `${SCOPES[scope]}: ${pairs} pairs of implementations differ by ${margin} or more ` +
    `in a run; ${disagreements.length} of them stand in different orders in the two runs, ` +
    `${disagreements.filter(({ firm }) => firm).length} beyond the quartiles of both (marked !).`;
  const lines = disagreements.map(({ of, faster, slower, ratios, firm }) =>
    `${firm ? "!" : " "} ${of && `${of}: `}${slower} / ${faster} is ` +
    ratios.map(figure3).join(" and ")
  );
  return [head, ...lines].join("\n");
}
