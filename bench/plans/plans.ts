/** Which cases a run measures: quick for a notebook cell or CI, standard, or full. */
import type { Case, DistributionName, Dtype, FunctionName } from "./cases.ts";
import { caseName, DISTRIBUTIONS, FUNCTIONS } from "./cases.ts";

/** How much a run measures. */
export type Plan = "quick" | "standard" | "full";

/** Every combination of its members is a case; sizes are n of n x n. */
export interface Grid {
  readonly functions: readonly FunctionName[];
  readonly dtypes: readonly Dtype[];
  readonly distributions: readonly DistributionName[];
  readonly sizes: readonly number[];
}

/** The sizes of the Python lineage, 10 to 2010 in steps of 500, and three between. */
export const SIZES: readonly number[] = [10, 50, 100, 250, 510, 1010, 1510, 2010];

const ALL_FUNCTIONS = Object.keys(FUNCTIONS) as FunctionName[];
const ALL_DISTRIBUTIONS = Object.keys(DISTRIBUTIONS) as DistributionName[];

const GRIDS: Readonly<Record<Plan, readonly Grid[]>> = {
  quick: [{
    functions: ["softplus", "sigmoid"],
    dtypes: ["f32"],
    distributions: ["normal"],
    sizes: [10, 100, 510],
  }],
  standard: [
    {
      functions: ["softplus", "sigmoid"],
      dtypes: ["f32"],
      distributions: ["normal"],
      sizes: SIZES,
    },
    {
      functions: ["softplusGrad"],
      dtypes: ["f32"],
      distributions: ["normal"],
      sizes: [10, 100, 510, 1010],
    },
    {
      functions: ["softplusGradKnown", "softplusWithGrad", "sigmoidGrad"],
      dtypes: ["f32"],
      distributions: ["normal"],
      sizes: [100, 1010],
    },
    {
      functions: ["softplus", "sigmoid"],
      dtypes: ["f64"],
      distributions: ["normal"],
      sizes: [10, 100, 510, 1010],
    },
    {
      functions: ["softplus", "sigmoid"],
      dtypes: ["f32"],
      distributions: ["uniform", "wide", "tail"],
      sizes: [1010],
    },
  ],
  full: [
    {
      functions: ALL_FUNCTIONS,
      dtypes: ["f32", "f64"],
      distributions: ["normal"],
      sizes: [...SIZES, 3000, 5000],
    },
    {
      functions: ALL_FUNCTIONS,
      dtypes: ["f32", "f64"],
      distributions: ALL_DISTRIBUTIONS,
      sizes: [100, 1010],
    },
  ],
};

/** Wall-clock seconds a plan aims for; the least number of rounds may take it beyond. */
export const BUDGET_SECONDS: Readonly<Record<Plan, number>> = {
  quick: 4,
  standard: 240,
  full: 4800,
};

/** Milliseconds of a call beyond which a plan leaves an implementation out, by name. */
export const LONGEST_CALL: Readonly<Record<Plan, number>> = {
  quick: 100,
  standard: 500,
  full: 3000,
};

/** All cases of a grid, small sizes first. */
export function gridCases(grid: Grid): Case[] {
  const cases: Case[] = [];
  for (const fn of grid.functions) {
    for (const dtype of grid.dtypes) {
      for (const distribution of grid.distributions) {
        for (const n of grid.sizes) cases.push({ fn, dtype, distribution, rows: n, columns: n });
      }
    }
  }
  return cases;
}

/** Keeps some of a plan's cases: those whose member is named, where anything is. */
export type Selection = Partial<Grid>;

/**
 * The cases of a plan, each once, less those that the selection leaves out.
 *
 * @throws {RangeError} when something selected is in no case of the plan
 */
export function planCases(plan: Plan, selection: Selection = {}): Case[] {
  const all = new Map(GRIDS[plan].flatMap(gridCases).map((item) => [caseName(item), item]));
  const cases = [...all.values()].filter((item) =>
    (selection.functions?.includes(item.fn) ?? true) &&
    (selection.dtypes?.includes(item.dtype) ?? true) &&
    (selection.distributions?.includes(item.distribution) ?? true) &&
    (selection.sizes?.includes(item.rows) ?? true)
  );
  const missing = [
    ...(selection.functions ?? []).filter((fn) => !cases.some((item) => item.fn === fn)),
    ...(selection.dtypes ?? []).filter((dtype) => !cases.some((item) => item.dtype === dtype)),
    ...(selection.distributions ?? [])
      .filter((name) => !cases.some((item) => item.distribution === name)),
    ...(selection.sizes ?? []).filter((n) => !cases.some((item) => item.rows === n)),
  ];
  if (missing.length > 0) {
    throw new RangeError(
      `the ${plan} plan has no case with ${missing.join(", ")} in this selection; ` +
        `another plan may (quick, standard, full)`,
    );
  }
  return cases;
}
