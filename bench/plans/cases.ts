/**
 * What is measured: functions, number formats, input distributions and sizes, and the plans that
 * combine them. A case is one function on one input; every implementation sees the same bits.
 */
import type { DistributionName } from "../../lab/race/distributions.ts";

export { type DistributionName, DISTRIBUTIONS, draws } from "../../lab/race/distributions.ts";

/** The arrays that everyone in the comparison can compute with. */
export type FloatArray = Float32Array | Float64Array;

/** Number format: IEEE binary32 or binary64. */
export type Dtype = "f32" | "f64";

/** The functions of the comparison; `FUNCTIONS` says what each one is. */
export type FunctionName =
  | "softplus"
  | "softplusGrad"
  | "softplusGradKnown"
  | "sigmoid"
  | "softplusWithGrad"
  | "sigmoidGrad";

/** The values that every function of the comparison is made of. */
export type Quantity = "softplus" | "sigmoid" | "sigmoidGrad";

/** What a function is, what it reads and what it has to give. */
export interface FunctionInfo {
  readonly title: string;
  readonly formula: string;
  /** Arrays read; traffic is (reads + results) arrays of `elements` numbers. */
  readonly reads: number;
  /** The correct value of each array that is written, as a function of x. */
  readonly results: readonly Quantity[];
}

/** Every function of the comparison. */
export const FUNCTIONS: Readonly<Record<FunctionName, FunctionInfo>> = {
  softplus: { title: "softplus", formula: "log(1 + eˣ)", reads: 1, results: ["softplus"] },
  softplusGrad: {
    title: "softplus gradient, from scratch",
    formula: "1 / (1 + e⁻ˣ) from x",
    reads: 1,
    results: ["sigmoid"],
  },
  softplusGradKnown: {
    title: "softplus gradient, value known",
    formula: "1 − e⁻ʸ from y = softplus(x), rounded",
    reads: 1,
    results: ["sigmoid"],
  },
  sigmoid: { title: "sigmoid", formula: "1 / (1 + e⁻ˣ)", reads: 1, results: ["sigmoid"] },
  softplusWithGrad: {
    title: "softplus and its gradient",
    formula: "log(1 + eˣ) and 1 / (1 + e⁻ˣ)",
    reads: 1,
    results: ["softplus", "sigmoid"],
  },
  sigmoidGrad: {
    title: "gradient of the sigmoid",
    formula: "e⁻ˣ / (1 + e⁻ˣ)² from x",
    reads: 1,
    results: ["sigmoidGrad"],
  },
};

/** One function on one batch: rows are samples, columns are nodes. */
export interface Case {
  readonly fn: FunctionName;
  readonly dtype: Dtype;
  readonly distribution: DistributionName;
  readonly rows: number;
  readonly columns: number;
}

/** The name of a case, unique in a run. */
export function caseName({ fn, dtype, distribution, rows, columns }: Case): string {
  return `${fn} ${dtype} ${distribution} ${rows}x${columns}`;
}

/** Bytes that any implementation must at least read and write: the base of GB/s. */
export function caseBytes({ fn, dtype, rows, columns }: Case): number {
  const { reads, results } = FUNCTIONS[fn];
  return (reads + results.length) * rows * columns * (dtype === "f32" ? 4 : 8);
}

/** A new float array of a dtype. */
export function floatArray(dtype: Dtype, length: number): FloatArray {
  return dtype === "f32" ? new Float32Array(length) : new Float64Array(length);
}

/**
 * Inputs for judging values, not for timing: where the functions bend, saturate, go subnormal and
 * reach zero, where exp overflows, and tiny and huge arguments. Finite, in ascending order.
 */
export function sweep(dtype: Dtype): FloatArray {
  const reach = dtype === "f32" ? 112 : 760;
  const largest = dtype === "f32" ? 3.4e38 : 1.7e308;
  const even = Array.from({ length: 1601 }, (_, i) => reach * (i / 800 - 1));
  const bend = Array.from({ length: 601 }, (_, i) => 40 * (i / 300 - 1) + 0.0123);
  const tiny = Array.from({ length: 60 }, (_, i) => 2 ** (-i / 2));
  const points = [
    ...even,
    ...bend,
    ...tiny,
    ...tiny.map((x) => -x),
    largest,
    -largest,
    1000,
    -1000,
  ];
  return dtype === "f32" ? Float32Array.from(points).sort() : Float64Array.from(points).sort();
}
