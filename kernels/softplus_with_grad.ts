/*
 * softplusWithGrad(x) = { value: softplus(x), grad: sigmoid(x) } in one pass: numerator and
 * denominator of e^-|x| serve both, to the bits of softplus.ts and sigmoid.ts.
 *
 * float32: sigmoid.ts takes e^-x, also where x < 0. The reduced arguments of x and |x| differ in
 * nothing but their sign, and then the two fractions in nothing but a power of two, so no bit of
 * the quotient differs.
 */
import { factor, low, multiply } from "./arithmetic.ts";
import * as e from "./exp.ts";
import * as l from "./log1p.ts";
import * as g from "./sigmoid.ts";
import * as s from "./softplus.ts";
import { blockSize, undecidedAt, undecidedX } from "./undecided.ts";
import * as u from "./undecided.ts";

// An imported binding is read anew at every call, a constant is not: 2.5 ns an element.
const { aboveLow, aboveOf, below, belowLow, even, expTiny, fraction, reducedHalf, scaledHalf } = e;
const { plusLog } = l;
const { isNegative, quotient, settleSigmoid } = g;
const { log1pOf, plusMax, settle } = s;
const { isUndecided } = u;

const limit = 746; // e^-746 rounds to 0
const tiny64 = -700;

/** What stands over the line of the slope, filled per element: [0] where x >= 0, [1] where x < 0. */
const over = new Float64Array(2);

/**
 * float32, correctly rounded, for beta = sign = 1 or -1. An element is settled where either result
 * is undecided.
 */
export function softplusWithGrad32(
  src: Float32Array,
  value: Float32Array,
  grad: Float32Array,
  begin: number,
  end: number,
  sign: number,
): void {
  for (let start = begin; start < end; start += blockSize) {
    const stop = Math.min(start + blockSize, end);
    let count = 0;
    for (let i = start; i < stop; i++) {
      const x = sign * src[i]!;
      const bounded = Math.max(x, -limit);
      const magnitude = Math.abs(bounded);
      const a = Math.min(magnitude, limit);
      const m = scaledHalf(a);
      const r = reducedHalf(a, m);
      const R = even(r);
      const half = aboveOf(R, r, m);
      const under = R + r;
      const y = plusLog(0.5 * (bounded + magnitude), half / (under + half));
      const slope = slopeOf(x, half, under);
      value[i] = sign * y;
      grad[i] = slope;
      undecidedX[count] = x;
      undecidedAt[count] = i - start;
      count += isUndecided(y) | isUndecided(slope);
    }
    for (let k = 0; k < count; k++) {
      value[start + undecidedAt[k]!] = sign * settle(undecidedX[k]!);
      grad[start + undecidedAt[k]!] = settleSigmoid(undecidedX[k]!);
    }
  }
}

/** float32, without the rounding test, for any beta. */
export function softplusWithGrad32Fast(
  src: Float32Array,
  value: Float32Array,
  grad: Float32Array,
  begin: number,
  end: number,
  beta: number,
): void {
  const inverse = 1 / beta;
  for (let i = begin; i < end; i++) {
    const x = beta * src[i]!;
    const bounded = Math.max(x, -limit);
    const magnitude = Math.abs(bounded);
    const a = Math.min(magnitude, limit);
    const m = scaledHalf(a);
    const r = reducedHalf(a, m);
    const R = even(r);
    const half = aboveOf(R, r, m);
    const under = R + r;
    value[i] = plusLog(0.5 * (bounded + magnitude), half / (under + half)) * inverse;
    grad[i] = slopeOf(x, half, under);
  }
}

/** quick: (x < 0 ? t : 1) / (1 + t) of t/2 = half / below. */
function slopeOf(x: number, half: number, below: number): number {
  const above = half + half;
  over[0] = below;
  over[1] = above;
  return over[isNegative(x)]! / (below + above);
}

/** float64, for beta = sign = 1 or -1. */
export function softplusWithGrad64(
  src: Float64Array,
  value: Float64Array,
  grad: Float64Array,
  begin: number,
  end: number,
  sign: number,
): void {
  for (let i = begin; i < end; i++) {
    const x = sign * src[i]!;
    if (x < tiny64) {
      grad[i] = expTiny(-x, 0, 1);
      value[i] = sign * grad[i]!;
      continue;
    }
    const bounded = Math.min(Math.max(x, -limit), limit);
    const magnitude = Math.abs(bounded);
    const above = fraction(magnitude, 0);
    const q = quotient(above, aboveLow[0]!, below[0]!, belowLow[0]!, isNegative(x));
    const slope = q + low[0]!;
    const log = log1pOf(above, aboveLow[0]!, below[0]!, belowLow[0]!);
    const y = plusMax(0.5 * (bounded + magnitude), log, low[0]!);
    value[i] = sign * (x > limit ? x : y);
    grad[i] = slope;
  }
}

/** float64, for any beta. */
export function softplusWithGrad64Beta(
  src: Float64Array,
  value: Float64Array,
  grad: Float64Array,
  begin: number,
  end: number,
  beta: number,
): void {
  const sign = beta < 0 ? -1 : 1;
  const divisor = Math.abs(beta);
  const by = factor(divisor);
  for (let i = begin; i < end; i++) {
    const x = sign * src[i]!;
    const product = multiply(x, by);
    const magnitude = Math.abs(product);
    const rest = product < 0 ? -low[0]! : low[0]!;
    if (product < tiny64) {
      value[i] = sign * expTiny(magnitude, rest, divisor);
      grad[i] = expTiny(magnitude, rest, 1);
      continue;
    }
    const above = fraction(Math.min(magnitude, limit), magnitude > limit ? 0 : rest);
    const q = quotient(above, aboveLow[0]!, below[0]!, belowLow[0]!, isNegative(product));
    const slope = q + low[0]!;
    const log = log1pOf(above, aboveLow[0]!, below[0]!, belowLow[0]!);
    value[i] = sign * (Math.max(x, 0) + (log / divisor + low[0]! / divisor));
    grad[i] = slope;
  }
}
