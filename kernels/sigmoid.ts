/*
 * sigmoid(x) = 1 / (1 + e^-x) = (x < 0 ? t : 1) / (1 + t),   t = e^-|x|
 *
 * It is the derivative of softplus (softplusGrad). t never overflows, nothing cancels, and there is
 * one division. With beta: sigmoid(beta*x), the derivative of softplus(x; beta).
 *
 *   range of beta*x    expression                  why
 *   float32 exact
 *   |x| < 2^-10        1/2 + x/4 - x^3/48 + x^5/480   second phase only: at odd multiples of 2^-23,
 *                                                  1/2 + x/4 is halfway between two float32, and
 *                                                  x^3/48 < 2^-70 decides
 *   all others         t / (1 + t), 1 / (1 + t)    |x| cut at 746: e^-746 rounds to 0
 *   float64
 *   < -700             e^x, rounded once           the result may be subnormal; 1 + t = 1 there
 *   otherwise          the same, high + low        likewise
 *
 * The phases are those of softplus.ts. The accurate quotient is corrected by its remainder, formed
 * with exact products. The sign bit of x selects by a table look-up: a branch on a random sign costs
 * 5 ns an element.
 *
 * Worst errors, ULP (beta = 1): float32 exact 0.5 (correctly rounded), float32 fast 0.501,
 * float64 0.532 at x=-0x1.604a19067a49fp+9. The promised bounds, as code: tests/bounds.ts.
 */
import { factor, low, multiply, roundPair } from "./arithmetic.ts";
import * as e from "./exp.ts";
import { blockSize, settleQuick, undecidedAt, undecidedX } from "./undecided.ts";
import * as u from "./undecided.ts";

// An imported binding is read anew at every call, a constant is not: 2.5 ns an element.
const { exp, expQuick, expTiny } = e;
const { isUndecided } = u;

const limit = 746; // e^-746 rounds to 0
const tiny64 = -700;

/** What stands above the fraction line: [0] where x >= 0; [1], filled per element, where x < 0. */
const numerator = new Float64Array([1, 0]);
const numeratorLow = new Float64Array([0, 0]);

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
      const y = quick(x);
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
  for (let i = begin; i < end; i++) dst[i] = quick(beta * src[i]!);
}

/** sigmoid with a relative error below 2^-33. */
function quick(x: number): number {
  const t = expQuick(Math.min(Math.abs(x), limit));
  numerator[1] = t;
  return numerator[isNegative(x)]! / (1 + t);
}

/** float32 sigmoid of an x that the quick phase left undecided. */
export function settleSigmoid(x: number): number {
  const y = settleQuick(quick(x));
  if (!Number.isNaN(y)) return y;
  if (Math.abs(x) < 2 ** -10) {
    const x2 = x * x;
    return roundPair(0.5 + 0.25 * x, x * x2 * (x2 * (1 / 480) - 1 / 48)); // the sum is exact
  }
  const t = exp(Math.min(Math.abs(x), limit), 0);
  const high = quotient(t, low[0]!, isNegative(x));
  return roundPair(high, low[0]!);
}

/** (negative ? t : 1) / (1 + t) as a pair, for 0 <= t <= 1 given as a pair; negative is 1 or 0. */
export function quotient(t: number, tLow: number, negative: number): number {
  const d = 1 + t;
  const dLow = ((1 - d) + t) + tLow;
  numerator[1] = t;
  const above = numerator[negative]!;
  numeratorLow[1] = tLow;
  const aboveLow = numeratorLow[negative]!;
  const inverse = 1 / d;
  const q = above * inverse;
  const qHead = Math.fround(q);
  const qRest = q - qHead;
  const dHead = Math.fround(d);
  const dRest = d - dHead;
  const remainder = ((above - qHead * dHead) - qHead * dRest - qRest * dHead) - qRest * dRest;
  low[0] = (remainder + (aboveLow - q * dLow)) * inverse;
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
    const t = exp(Math.min(Math.abs(x), limit), 0);
    const q = quotient(t, low[0]!, isNegative(x));
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
      const t = exp(Math.min(magnitude, limit), magnitude > limit ? 0 : rest);
      const q = quotient(t, low[0]!, isNegative(product));
      dst[i] = q + low[0]!;
    }
  }
}
