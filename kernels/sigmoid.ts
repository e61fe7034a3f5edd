/*
 * sigmoid(x) = 1 / (1 + e^-x) = (x < 0 ? t : 1) / (1 + t),   t = e^-|x|
 *
 * It is the derivative of softplus (softplusGrad). t never overflows, nothing cancels, and there is
 * one division: exp.ts gives t as a fraction above / below, so 1 / (1 + t) = below / (below + above).
 * With beta: sigmoid(beta*x), the derivative of softplus(x; beta).
 *
 *   range of beta*x    expression                  why
 *   float32 exact
 *   |x| < 2^-10        1/2 + x/4 - x^3/48 + x^5/480   second phase only: at odd multiples of 2^-23,
 *                                                  1/2 + x/4 is halfway between two float32, and
 *                                                  x^3/48 < 2^-70 decides
 *   all others         1 / (1 + e^-x)              |x| cut at 200: e^-200 rounds to 0, and e^200 is
 *                                                  far from overflow, so both signs go one way
 *   float64
 *   < -700             e^x, rounded once           the result may be subnormal; 1 + t = 1 there
 *   otherwise          t / (1 + t), 1 / (1 + t)    high + low, |x| cut at 746
 *
 * The phases are those of softplus.ts. The accurate quotient is corrected by its remainder, formed
 * with exact products. There the sign bit of x selects by a table look-up: a branch on a random sign
 * costs 5 ns an element.
 *
 * Worst errors, ULP (beta = 1): float32 exact 0.5 (correctly rounded), float32 fast 0.50001,
 * float64 0.509 at x=-0x1.0d49a55f95ef3p+8. The promised bounds, as code: kernels/bounds.ts.
 */
import { factor, low, multiply, remainder, roundPair } from "./arithmetic.ts";
import * as e from "./exp.ts";
import { blockSize, settleQuick, undecidedAt, undecidedX } from "./undecided.ts";
import * as u from "./undecided.ts";

// An imported binding is read anew at every call, a constant is not: 2.5 ns an element.
const { aboveLow, aboveOf, below, belowLow, even, expTiny, fraction, reduced, scaled } = e;
const { isUndecided } = u;

const limit = 200; // float32: e^-200 rounds to 0
const limit64 = 746; // e^-746 rounds to 0
const tiny64 = -700;

/** What stands over the line, filled per element: [0] where x >= 0, [1] where x < 0. */
const over = new Float64Array(2);
const overLow = new Float64Array(2);

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** 1 where x < 0 (or -0: both quotients are 1/2 there), else 0, by the sign bit. */
export function isNegative(x: number): number {
  float[0] = x;
  return bits[0]! >>> 31;
}

/** float32, correctly rounded: sigmoid(sign * x), sign = 1 or -1. */
export function sigmoid32(
  src: Float32Array,
  dst: Float32Array,
  begin: number,
  end: number,
  sign: number,
): void {
  for (let start = begin; start < end; start += blockSize) {
    const stop = Math.min(start + blockSize, end);
    let count = 0;
    for (let i = start; i < stop; i++) {
      const x = sign * src[i]!;
      const y = quickSigmoid(x);
      dst[i] = y;
      undecidedX[count] = x;
      undecidedAt[count] = i - start;
      count += isUndecided(y);
    }
    for (let k = 0; k < count; k++) dst[start + undecidedAt[k]!] = settleSigmoid(undecidedX[k]!);
  }
}

/** float32, without the rounding test, for any beta. */
export function sigmoid32Fast(
  src: Float32Array,
  dst: Float32Array,
  begin: number,
  end: number,
  beta: number,
): void {
  for (let i = begin; i < end; i++) dst[i] = quickSigmoid(beta * src[i]!);
}

/** quick: sigmoid with a relative error below 2^-37, |x| <= 200. */
function within(x: number): number {
  const m = scaled(x);
  const r = reduced(x, m);
  const R = even(r);
  const under = R + r;
  return under / (under + aboveOf(R, r, m));
}

/** quick: sigmoid for all x. */
export function quickSigmoid(x: number): number {
  return within(Math.min(Math.max(x, -limit), limit));
}

/** float32 sigmoid of an x that the quick phase left undecided. */
export function settleSigmoid(x: number): number {
  const y = settleQuick(quickSigmoid(x));
  if (!Number.isNaN(y)) return y;
  if (Math.abs(x) < 2 ** -10) {
    const x2 = x * x;
    return roundPair(0.5 + 0.25 * x, x * x2 * (x2 * (1 / 480) - 1 / 48)); // the sum is exact
  }
  const above = fraction(Math.abs(x), 0);
  const high = quotient(above, aboveLow[0]!, below[0]!, belowLow[0]!, isNegative(x));
  return roundPair(high, low[0]!);
}

/**
 * accurate: (negative ? t : 1) / (1 + t) of a fraction t: the high part; the low part is in
 * `low[0]`. negative is 1 or 0.
 */
export function quotient(
  above: number,
  aboveLow: number,
  below: number,
  belowLow: number,
  negative: number,
): number {
  const d = below + above;
  const dLow = ((below - d) + above) + (belowLow + aboveLow);
  over[0] = below;
  over[1] = above;
  overLow[0] = belowLow;
  overLow[1] = aboveLow;
  const inverse = 1 / d;
  const q = over[negative]! * inverse;
  const left = remainder(over[negative]!, q, d) + (overLow[negative]! - q * dLow);
  low[0] = left * inverse;
  return q;
}

/** float64: sigmoid(sign * x), sign = 1 or -1. */
export function sigmoid64(
  src: Float64Array,
  dst: Float64Array,
  begin: number,
  end: number,
  sign: number,
): void {
  for (let i = begin; i < end; i++) {
    const x = sign * src[i]!;
    const above = fraction(Math.min(Math.abs(x), limit64), 0);
    const q = quotient(above, aboveLow[0]!, below[0]!, belowLow[0]!, isNegative(x));
    dst[i] = x < tiny64 ? expTiny(-x, 0, 1) : q + low[0]!;
  }
}

/** float64, for any beta: sigmoid(beta*x). */
export function sigmoid64Beta(
  src: Float64Array,
  dst: Float64Array,
  begin: number,
  end: number,
  beta: number,
): void {
  const by = factor(beta);
  for (let i = begin; i < end; i++) {
    const product = multiply(src[i]!, by);
    const magnitude = Math.abs(product);
    const rest = product < 0 ? -low[0]! : low[0]!;
    if (product < tiny64) {
      dst[i] = expTiny(magnitude, rest, 1);
    } else {
      const above = fraction(Math.min(magnitude, limit64), magnitude > limit64 ? 0 : rest);
      const q = quotient(above, aboveLow[0]!, below[0]!, belowLow[0]!, isNegative(product));
      dst[i] = q + low[0]!;
    }
  }
}
