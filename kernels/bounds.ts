/**
 * What is promised: engine x function x format x precision -> max ULP.
 *
 * One ULP is the distance to the exact value in units of the last place of the correctly rounded
 * result, subnormals included; 1/2 is correct rounding. Tests, the benchmark, README.md and the
 * certificates all read this table. With beta, the CPU computes float32 in float64 and rounds once,
 * and float64 pays for the division and the sum. beta = -1 costs nothing: it is a change of sign.
 *
 * @module
 */

/** The element types of the kit: float16, float32, float64. */
export type Format = "f16" | "f32" | "f64";

/** The two levels of float32. */
export type Precision = "exact" | "fast";

/** The functions that promise something by themselves; the others are made of them. */
export type BoundedFunction =
  | "softplus"
  | "sigmoid"
  | "sigmoidGrad"
  | "logSigmoid"
  | "softplusBackward"
  | "sigmoidBackward";

/** The bounded function that a method of an engine is another name of. */
export const boundedAs: Readonly<Record<string, BoundedFunction>> = {
  softplus: "softplus",
  softplusGrad: "sigmoid",
  sigmoid: "sigmoid",
  sigmoidGrad: "sigmoidGrad",
  logSigmoid: "logSigmoid",
  logSigmoidGrad: "sigmoid",
  softplusBackward: "softplusBackward",
  sigmoidBackward: "sigmoidBackward",
  logSigmoidBackward: "softplusBackward",
};

/** The promised max ULP with beta = 1 or -1, and with any other beta. */
interface Promised {
  readonly plain: number;
  readonly beta: number;
}

/** A promise for every function alike, unless a function has an entry of its own. */
type Row = Readonly<{ all: Promised } & { [Name in BoundedFunction]?: Promised }>;

/** One row for each level. */
interface Rows {
  readonly f16: Row;
  readonly f32: Readonly<Record<Precision, Row>>;
  /** Missing where the engine has no float64. */
  readonly f64?: Row;
}

/** Computed with a relative error far below the format's unit, and rounded once. */
const once: Promised = { plain: 0.501, beta: 0.501 };

/**
 * The same, and with beta = 1 or -1 correctly rounded: a rounding test sends what may round either way
 * to a second phase. A backward pass has none, as upstream can bring every product near a tie.
 */
const exactOnce: Row = {
  all: { plain: 0.5, beta: 0.501 },
  softplusBackward: once,
  sigmoidBackward: once,
};

/** float64: high and low parts up to the one rounding; softplus with beta pays for a division and a sum. */
const double: Row = {
  all: { plain: 1, beta: 2 },
  sigmoidGrad: { plain: 1, beta: 1 },
  softplusBackward: { plain: 1, beta: 1 },
  sigmoidBackward: { plain: 1, beta: 1 },
};

/**
 * float32 lanes. The relative error of t / (1 + t)^2 is at most 4.48 * 2^-24, by every 397th float32 below
 * 87; a product with upstream is rounded once more, so by 5.48 * 2^-24 at most. That of 1 / (1 + t) is
 * 2 * 2^-24, and upstream in the place of the 1 leaves the roundings as they are.
 */
const fast32: Row = {
  all: { plain: 2, beta: 0.51 },
  sigmoidGrad: { plain: 4.5, beta: 0.51 },
  softplusBackward: { plain: 3, beta: 0.51 },
  sigmoidBackward: { plain: 5.5, beta: 0.51 },
};

/**
 * WGSL has no float64, so nothing is correctly rounded by design, and both precisions are one. With
 * beta the result is rounded after a division that has an error.
 */
const gpu32: Row = { all: { plain: 1, beta: 1.5 } };

/** The engines that have a row. */
export type BoundedEngine = "scalar" | "wasm" | "webgpu";

/** The table. An engine that computes as another does names it. */
const TABLE: Readonly<Record<BoundedEngine, Rows>> = {
  scalar: {
    f16: exactOnce,
    f32: { exact: exactOnce, fast: { all: { plain: 0.51, beta: 0.51 } } },
    f64: double,
  },
  // threads is wasm on ranges; both builds keep the bounds.
  wasm: {
    f16: exactOnce,
    f32: { exact: exactOnce, fast: fast32 },
    f64: double,
  },
  webgpu: { f16: exactOnce, f32: { exact: gpu32, fast: gpu32 } },
};

/** The engine behind the functions of the module. */
export const MODULE_ENGINE: BoundedEngine = "wasm";

/** Whether an engine has a row. */
export function isBounded(engine: string): engine is BoundedEngine {
  return Object.hasOwn(TABLE, engine);
}

/** The promised max ULP. Without an engine: of the module's functions. */
export function bound(
  format: Format,
  precision: Precision,
  beta = 1,
  engine: BoundedEngine = MODULE_ENGINE,
  name: BoundedFunction = "softplus",
): number {
  const rows = TABLE[engine];
  const row = format === "f32" ? rows.f32[precision] : rows[format];
  if (row === undefined) throw new RangeError(`${engine} has no ${format}, so no bound for it`);
  const promised = row[name] ?? row.all;
  return Math.abs(beta) === 1 ? promised.plain : promised.beta;
}
