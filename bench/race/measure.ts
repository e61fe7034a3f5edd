/** Measures on this machine: what `run.ts` does, as a function for notebooks. */
import { benchmark } from "./harness.ts";
import type { Implementation } from "../peers/implementation.ts";
import { IMPLEMENTATIONS, OWN } from "../peers/implementations.ts";
import { isolated } from "./isolate/isolated.ts";
import type { Case } from "../plans/cases.ts";
import {
  BUDGET_SECONDS,
  LONGEST_CALL,
  type Plan,
  planCases,
  type Selection,
} from "../plans/plans.ts";
import { progress } from "../../lab/progress.ts";
import { gapRow, type Row } from "../results/schema.ts";

/** What to measure; all of it may be left out. */
export interface MeasureOptions extends Selection {
  /** How much: "quick" takes seconds. */
  readonly plan?: Plan;
  /** These cases in place of a plan's. */
  readonly cases?: readonly Case[];
  /**
   * By default all, but for the quick plan: there those that need no library to load. A string
   * selects the names that contain it.
   */
  readonly implementations?: readonly (Implementation | string)[];
  /** Seconds to aim for, in place of the plan's. */
  readonly budgetSeconds?: number;
  /** How often everything is loaded anew and measured; once unless told. */
  readonly sittings?: number;
  readonly signal?: AbortSignal;
}

/**
 * Validates and times, showing its progress in a terminal or a notebook.
 *
 * @example
 * ```ts ignore
 * const rows = await measure({ functions: ["softplus"], budgetSeconds: 10 });
 * ```
 *
 * @returns a row for each case and implementation, gaps included
 * @throws {RangeError} when a name selects nothing
 */
export async function measure(options: MeasureOptions = {}): Promise<Row[]> {
  const plan = options.plan ?? "quick";
  const cases = options.cases ?? planCases(plan, options);
  const asked = options.implementations ?? (plan === "quick" ? OWN : IMPLEMENTATIONS);
  const implementations = select(asked);
  const left = options.implementations ? [] : IMPLEMENTATIONS.filter((one) => !asked.includes(one));
  const sittings = options.sittings ?? 1;
  const bar = progress(sittings * cases.length, "benchmark");
  let last = 0;
  try {
    const rows = await benchmark({
      cases,
      implementations: implementations.map(isolated),
      budgetSeconds: options.budgetSeconds ?? BUDGET_SECONDS[plan],
      sittings,
      longestCall: LONGEST_CALL[plan],
      rounds: plan === "quick" ? { least: 3, most: 21 } : { least: 7, most: 41 },
      signal: options.signal,
      onCase(name, index) {
        bar.tick(index - last);
        last = index;
        bar.note(name ?? "");
      },
    });
    return [...rows, ...left.map((one) => ({ ...gapRow(one, NOT_QUICK), ...runOf(rows) }))];
  } finally {
    await bar.done();
  }
}

const NOT_QUICK = "not in the quick plan, which loads no library; deno task bench measures it";

/** The columns that all rows of a run share. */
function runOf([row]: readonly Row[]): Partial<Row> {
  if (!row) return {};
  const { cpu, cores, os, deno, v8, commit, date, noise } = row;
  return { cpu, cores, os, deno, v8, commit, date, noise } as Partial<Row>;
}

function select(wanted: readonly (Implementation | string)[]): Implementation[] {
  const selected = wanted.flatMap((item) => {
    if (typeof item !== "string") return [item];
    const found = IMPLEMENTATIONS.filter(({ name }) =>
      name.toLowerCase().includes(item.toLowerCase())
    );
    if (found.length === 0) {
      const names = IMPLEMENTATIONS.map(({ name }) => name).join(", ");
      throw new RangeError(`no implementation is called ${item}; there are: ${names}`);
    }
    return found;
  });
  return [...new Set(selected)];
}
