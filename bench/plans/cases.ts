/**
 * What is measured: functions, number formats, input distributions and sizes, and the plans that
 * combine them. A case is one function on one input; every implementation sees the same bits.
 */
import { Random } from "../../lab/random.ts";

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

/** A named way to draw inputs. */
export type DistributionName = "normal" | "uniform" | "wide" | "tail";

/** What a distribution draws, and why it is in the comparison. */
export interface Distribution {
  readonly title: string;
  readonly why: string;
  /** Seed of its own, so that leaving one distribution out does not change another. */
  readonly seed: number;
  draw(random: Random, dtype: Dtype): number;
}

/** Every distribution of the comparison. */
export const DISTRIBUTIONS: Readonly<Record<DistributionName, Distribution>> = {
  normal: {
    title: "normal(0, 4)",
    why: "what a layer sees: both signs, every branch but the far tails",
    seed: 1,
    draw: (random) => 4 * random.normal(),
  },
  uniform: {
    title: "uniform [0, 1)",
    why: "the benchmark of the Python lineage, numpy.random.rand",
    seed: 2,
    draw: (random) => random.uniform(),
  },
  wide: {
    title: "1000 × uniform [0, 1)",
    why: "the lineage's sigmoid sweep: nearly all results saturate",
    seed: 3,
    draw: (random) => 1000 * random.uniform(),
  },
  tail: {
    title: "saturated tail",
    why: "results around the smallest normal number, subnormals and zeros mixed",
    seed: 4,
    // Results are subnormal below -87.3 (f32) and -708.4 (f64), zero from -104 and -745.1.
    draw: (random, dtype) =>
      dtype === "f32" ? -110 + 30 * random.uniform() : -755 + 60 * random.uniform(),
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

/** The first `length` draws of a distribution: a longer array begins with the shorter one. */
export function draws(distribution: DistributionName, dtype: Dtype, length: number): FloatArray {
  const { seed, draw } = DISTRIBUTIONS[distribution];
  const random = new Random(seed);
  const x = floatArray(dtype, length);
  for (let i = 0; i < length; i++) x[i] = draw(random, dtype);
  return x;
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
