/**
 * What is promised: engine x function x format x precision -> max ULP.
 *
 * One ULP is the distance to the exact value in units of the last place of the correctly rounded
 * result, subnormals included; 1/2 is correct rounding. Tests, the benchmark, README.md and the
 * certificates all read this table. With beta, float32 is computed in float64 and rounded once,
 * and float64 pays for the division and the sum.
 *
 * @module
 */
import type { Format } from "./floats.ts";

/** The two levels of float32. */
export type Precision = "exact" | "fast";

/** The functions that promise something by themselves; the others are made of them. */
export type BoundedFunction = "softplus" | "sigmoid" | "logSigmoid";

/** The promised max ULP with beta = 1, and with any other beta. */
interface Promised {
  readonly plain: number;
  readonly beta: number;
}

/** A promise for every function alike, unless a function has an entry of its own. */
type Row = Readonly<{ all: Promised } & { [Name in BoundedFunction]?: Promised }>;

/** One row for each level. */
interface Rows {
  readonly f32: Readonly<Record<Precision, Row>>;
  readonly f64: Row;
}

const exact32: Row = { all: { plain: 0.5, beta: 0.501 } };

/** The engines that have a row. */
export type BoundedEngine = "scalar";

/** The table. An engine that computes as another does names it. */
const TABLE: Readonly<Record<BoundedEngine, Rows>> = {
  scalar: {
    f32: { exact: exact32, fast: { all: { plain: 0.51, beta: 0.51 } } },
    f64: { all: { plain: 1, beta: 2 } },
  },
};

/** The engine behind the functions of the module. */
export const MODULE_ENGINE: BoundedEngine = "scalar";

/** The promised max ULP. Without an engine: of the module's functions. */
export function bound(
  format: Format,
  precision: Precision,
  beta = 1,
  engine: BoundedEngine = MODULE_ENGINE,
  name: BoundedFunction = "softplus",
): number {
  const rows = TABLE[engine];
  const row = format === "f64" ? rows.f64 : rows.f32[precision];
  const promised = row[name] ?? row.all;
  return beta === 1 ? promised.plain : promised.beta;
}
