/*
 * How an operation is computed in lanes: one row an operation, a column for each of
 *
 *   accurate   float64 lanes for float32 elements: the result is rounded once, so errors of a few 2^-53 and
 *              flushed float64 subnormals do not show
 *   float64    float64 lanes for float64 elements: subnormal results count
 *   fast       float32 lanes; undefined where there is none, which sends the whole formula to accurate
 *
 * A row chooses the cheaper lane function where the ranges of its operands allow it. Fast rows guard what
 * they cannot take: a block with such an element is computed by the accurate kernel.
 */
import type { Guard, Step } from "./step.ts";

/** Bounds of a value, which may also be NaN. */
export type Range = readonly [low: number, high: number];

/** What a row may use. */
export interface Lane {
  readonly guards: Guard[];
}

/** Computes an operation of its operands, whose ranges are known. */
export type Row = (operands: readonly Step[], ranges: readonly Range[], lane: Lane) => Step;

/** How an operation is computed. */
export interface Rows {
  readonly accurate: Row;
  readonly float64: Row;
  readonly fast: Row | undefined;
}

/** A number. */
export const number = (value: number): Step => ({ kind: "number", value });

/** An instruction or a short lane function. */
export const call = (name: string, ...operands: Step[]): Step => ({
  kind: "call",
  name,
  operands,
  fence: false,
});

/** A transcendental: all vectors finish it before any goes on. */
export const fenced = (name: string, ...operands: Step[]): Step => ({
  kind: "call",
  name,
  operands,
  fence: true,
});

/** The same instruction in float64 and in float32 lanes. */
function instruction(name: string): Rows {
  const row = (shape: string): Row => (operands) => call(`${shape}.${name}`, ...operands);
  return { accurate: row("f64x2"), float64: row("f64x2"), fast: row("f32x4") };
}

/** The same lane function whatever the range. */
const always = (name: string): Row => (operands) => fenced(name, ...operands);

function guarded(kind: Guard["kind"], name: string): Row {
  return ([u], _ranges, { guards }) => {
    guards.push({ kind, step: u! });
    return fenced(name, u!);
  };
}

const exp: Row = ([u], [range]) => fenced(range![1] <= 0 ? "expFlushed" : "exp", u!);

const log: Row = ([u], [range]) => fenced(range![0] >= 1 ? "logFrom1" : "log", u!);

const log1p: Row = ([u], [range]) => {
  if (range![0] < 0) return fenced("log1p", u!);
  return fenced(range![1] <= 1 ? "log1pUnit" : "log1pFrom0", u!);
};

const log1pFast: Row = ([u], _ranges, { guards }) => {
  const w = call("f32x4.add", u!, number(1));
  guards.push({ kind: "normal", step: w });
  return fenced("logBeside_32", u!, w);
};

/** max + log1p(e^distance), distance <= 0, in float64 lanes. */
const plus = (exp: string) => (max: Step, distance: Step): Step =>
  fenced("plusLog1p", max, fenced(exp, distance));

/** max + log1p(e^-|u|) in float32 lanes, |u| <= 87.3. */
function plusFast(max: Step, u: Step): Step {
  const a = call("f32x4.abs", u);
  const m = call("scaled_32", a);
  const d = call("fall_32", fenced("reduced_32", a, m));
  return fenced("plusLog1p_32", max, call("fallen_32", m, d), fenced("lost_32", m, d));
}

function softplus(exp: string): Row {
  return ([u]) =>
    plus(exp)(call("f64x2.pmax", u!, number(0)), call("f64x2.neg", call("f64x2.abs", u!)));
}

const softplusFast: Row = ([u], _ranges, { guards }) => {
  guards.push({ kind: "within", step: u! });
  return plusFast(call("f32x4.pmax", u!, number(0)), u!);
};

function logaddexp(exp: string): Row {
  return ([a, b]) => plus(exp)(call("f64x2.pmax", a!, b!), call("distance", a!, b!));
}

const logaddexpFast: Row = ([a, b], _ranges, { guards }) => {
  const difference = call("f32x4.sub", a!, b!);
  guards.push({ kind: "within", step: difference });
  return plusFast(call("f32x4.pmax", a!, b!), difference);
};

/** -softplus(-u). */
function negated(row: Row, shape: string): Row {
  const neg = `${shape}.neg`;
  return ([u], [range], lane) => call(neg, row([call(neg, u!)], [[-range![1], -range![0]]], lane));
}

const sign = (shape: string): Row => ([u]) => {
  const zero = number(0);
  const below = call(`${shape}.lt`, u!, zero);
  const size = call("v128.bitselect", number(-1), number(1), below);
  return call("v128.bitselect", size, u!, call("v128.or", below, call(`${shape}.gt`, u!, zero)));
};

const where: Row = ([condition, a, b]) => call("v128.bitselect", a!, b!, condition!);

/** What has lane functions. */
export type PrimitiveName =
  | ("add" | "sub" | "mul" | "div" | "neg" | "abs" | "min" | "max" | "sqrt" | "sign")
  | ("lt" | "le" | "gt" | "ge" | "eq" | "ne" | "where")
  | ("exp" | "expm1" | "log" | "log1p" | "logaddexp" | "tanh" | "erf" | "erfc")
  | ("sigmoid" | "softplus" | "logSigmoid");

/** The operations. Comparisons give masks, which `where` takes. */
export const primitives: Readonly<Record<PrimitiveName, Rows>> = {
  add: instruction("add"),
  sub: instruction("sub"),
  mul: instruction("mul"),
  div: instruction("div"),
  neg: instruction("neg"),
  abs: instruction("abs"),
  min: instruction("min"),
  max: instruction("max"),
  sqrt: instruction("sqrt"),
  lt: instruction("lt"),
  le: instruction("le"),
  gt: instruction("gt"),
  ge: instruction("ge"),
  eq: instruction("eq"),
  ne: instruction("ne"),
  where: { accurate: where, float64: where, fast: where },
  sign: { accurate: sign("f64x2"), float64: sign("f64x2"), fast: sign("f32x4") },
  exp: { accurate: exp, float64: always("exp"), fast: guarded("within", "exp_32") },
  expm1: {
    accurate: always("expm1"),
    float64: always("expm1"),
    fast: guarded("within", "expm1_32"),
  },
  log: { accurate: log, float64: log, fast: guarded("normal", "log_32") },
  log1p: { accurate: log1p, float64: log1p, fast: log1pFast },
  logaddexp: {
    accurate: logaddexp("expFlushed"),
    float64: logaddexp("exp"),
    fast: logaddexpFast,
  },
  tanh: { accurate: always("tanhShort"), float64: always("tanh"), fast: always("tanh_32") },
  sigmoid: {
    accurate: always("sigmoidFlushed"),
    float64: always("sigmoid"),
    fast: guarded("within", "sigmoid_32"),
  },
  softplus: {
    accurate: softplus("expFlushed"),
    float64: softplus("exp"),
    fast: softplusFast,
  },
  logSigmoid: {
    accurate: negated(softplus("expFlushed"), "f64x2"),
    float64: negated(softplus("exp"), "f64x2"),
    fast: negated(softplusFast, "f32x4"),
  },
  erf: { accurate: always("erf"), float64: always("erf"), fast: always("erf_32") },
  erfc: { accurate: always("erfc"), float64: always("erfc"), fast: undefined },
};
