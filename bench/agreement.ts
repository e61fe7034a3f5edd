/**
 * Whether two runs on one machine tell the same story: any two implementations that either run
 * shows clearly apart must stand in the same order in both. Either run, for whoever reads one run
 * has only that: two that seem apart there and change places in another are what must not be.
 */
import { caseName } from "./cases.ts";
import type { Case } from "./cases.ts";
import { figure3 } from "./prose.ts";
import type { Row } from "./results.ts";
import { pairedRatio, type Quartiles } from "./statistics.ts";

/** Two implementations are clearly apart when one takes this many times as long, or more. */
export const CLEARLY = 1.15;

/** Two implementations that two runs put in different orders. */
export interface Disagreement {
  readonly case: string;
  readonly faster: string;
  readonly slower: string;
  /** Time of `slower` over that of `faster`: one is clearly more than 1, the other is less. */
  readonly ratios: readonly [number, number];
  /** Whether the quartiles of both ratios lie on their sides of 1: a contradiction, not noise. */
  readonly firm: boolean;
}

/** What comparing two runs found. */
export interface Agreement {
  /** Pairs of one case that are clearly apart in a run. */
  readonly pairs: number;
  /** Those of them that the runs put in different orders, the gravest first. */
  readonly disagreements: readonly Disagreement[];
}

/**
 * Compares the order of all pairs of implementations that both runs timed, case by case. A ratio is
 * the median over pairs of samples of one round.
 */
export function agreement(
  first: readonly Row[],
  second: readonly Row[],
  clearly: number = CLEARLY,
): Agreement {
  const other = byCase(second);
  let pairs = 0;
  const disagreements: Disagreement[] = [];
  for (const [name, rows] of byCase(first)) {
    const twins = rows.flatMap((row) => {
      const twin = other.get(name)?.find((one) => one.implementation === row.implementation);
      return twin ? [{ row, twin }] : [];
    });
    for (const [i, a] of twins.entries()) {
      for (const b of twins.slice(i + 1)) {
        const spreads = [ratio(b.row, a.row), ratio(b.twin, a.twin)] as const;
        const ratios = [spreads[0].median, spreads[1].median] as const;
        if (ratios.every((one) => one < clearly && one > 1 / clearly)) continue;
        pairs++;
        // The run in which they are farther apart says who is taken to be faster.
        const inOrder = ratios[0] * ratios[1] > 1;
        if (ratios.every((one) => one > 1 === inOrder)) continue;
        disagreements.push({
          case: name,
          faster: (inOrder ? a : b).row.implementation,
          slower: (inOrder ? b : a).row.implementation,
          ratios: inOrder ? ratios : [1 / ratios[0], 1 / ratios[1]],
          firm: spreads.every(({ q1, q3 }) => q1 > 1 || q3 < 1),
        });
      }
    }
  }
  disagreements.sort((a, b) => Math.min(...a.ratios) - Math.min(...b.ratios));
  return { pairs, disagreements };
}

function byCase(rows: readonly Row[]): Map<string, Row[]> {
  const timed = rows.filter(({ gap, round_ns }) => gap === null && round_ns !== null);
  return Map.groupBy(timed, (row) => caseName({ ...row, fn: row.function } as unknown as Case));
}

function ratio(numerator: Row, denominator: Row): Quartiles {
  return pairedRatio(numerator.round_ns!, denominator.round_ns!);
}

/** What comparing found, as text. */
export function formatAgreement(
  { pairs, disagreements }: Agreement,
  clearly: number = CLEARLY,
): string {
  const margin = `${Math.round((clearly - 1) * 100)} %`;
  const head = `${pairs} pairs of implementations differ by ${margin} or more in a run; ` +
    `${disagreements.length} of them stand in different orders in the two runs, ` +
    `${disagreements.filter(({ firm }) => firm).length} beyond the quartiles of both (marked !).`;
  const lines = disagreements.map(({ case: name, faster, slower, ratios, firm }) =>
    `${firm ? "!" : " "} ${name}: ${slower} / ${faster} is ${ratios.map(figure3).join(" and ")}`
  );
  return [head, ...lines].join("\n");
}
