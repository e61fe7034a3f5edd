/*
 * sigmoidGrad(x) = sigmoid(x) sigmoid(-x) = s (1 - s),   s = sigmoid(-|x|) = t / (1 + t),   t = e^-|x|
 *
 * It is the derivative of sigmoid, and the second derivative of softplus. s is at most 1/2, so 1 - s
 * loses nothing; e^-x / (1 + e^-x)^2, as the textbook has it, is Infinity / Infinity for x < -709.8
 * (-88.7 in float32). The function is even. With beta: beta * sigmoidGrad(beta*x), the derivative of
 * sigmoid(beta*x).
 *
 *   range of beta*x    expression     why
 *   float32            s - s*s        |x| cut at 700: times any beta that counts, e^-700 rounds to 0
 *   float64
 *   |x| > 700          e^-|x|         the result may be subnormal; (1 - s) = 1 there
 *   otherwise          s (1 - s)      high + low; 1 - s = c + cLow exactly, by Fast2Sum
 *
 * The phases are those of softplus.ts. Worst errors, ULP (beta = 1): float32 exact 0.5 (correctly
 * rounded), float32 fast 0.50001, float64 below 0.51. The promised bounds, as code: kernels/bounds.ts.
 */
import {
  type Factor,
  factor,
  low,
  multiply,
  remainder,
  roundPair,
  timesPair,
  timesScaled,
} from "./arithmetic.ts";
import * as e from "./exp.ts";
import * as g from "./sigmoid.ts";
import { blockSize, settleQuick, undecidedAt, undecidedX } from "./undecided.ts";
import * as u from "./undecided.ts";

// An imported binding is read anew at every call, a constant is not: 2.5 ns an element.
const { aboveLow, aboveOf, below, belowLow, even, expScaled, exponent, fraction, reduced, scaled } =
  e;
const { quotient } = g;
const { isUndecided } = u;

/** Where float32 is cut. */
const farthest32 = 700;
/** Beyond, e^-|x| comes near the subnormal float64 (708.4). */
const tiny64 = 700;

/** float32, correctly rounded: sign * sigmoidGrad(x), sign = 1 or -1. */
export function sigmoidGrad32(
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
      const x = src[i]!;
      const y = quickGrad(x);
      dst[i] = sign * y;
      undecidedX[count] = x;
      undecidedAt[count] = i - start;
      count += isUndecided(y);
    }
    for (let k = 0; k < count; k++) dst[start + undecidedAt[k]!] = sign * settle(undecidedX[k]!);
  }
}

/** float32, without the rounding test, for any beta. */
export function sigmoidGrad32Fast(
  src: Float32Array,
  dst: Float32Array,
  begin: number,
  end: number,
  beta: number,
): void {
  for (let i = begin; i < end; i++) {
    const x = beta * src[i]!;
    dst[i] = beta * (Math.abs(x) === Infinity ? 0 : quickGrad(x));
  }
}

/** quick: sigmoidGrad with a relative error below 2^-37, for all x. */
export function quickGrad(x: number): number {
  const a = Math.min(Math.abs(x), farthest32);
  const m = scaled(a);
  const r = reduced(a, m);
  const R = even(r);
  const above = aboveOf(R, r, m);
  const s = above / ((R + r) + above);
  return s - s * s;
}

/** float32 sigmoidGrad of an x that the quick phase left undecided. */
function settle(x: number): number {
  const y = settleQuick(quickGrad(x));
  if (!Number.isNaN(y)) return y;
  const high = gradOf(Math.min(Math.abs(x), farthest32), 0);
  return roundPair(high, low[0]!);
}

/** accurate: sigmoidGrad(a + aLow) for 0 <= a <= 746: the high part; the low part is in `low[0]`. */
export function gradOf(a: number, aLow: number): number {
  const above = fraction(a, aLow);
  const s = quotient(above, aboveLow[0]!, below[0]!, belowLow[0]!, 1);
  const sLow = low[0]!;
  const c = 1 - s;
  const cLow = (1 - c) - s;
  const high = s * c;
  low[0] = (s * (cLow - sLow) + sLow * c) - remainder(high, s, c);
  return high;
}

/** float64, for any beta: beta * sigmoidGrad(beta*x). */
export function sigmoidGrad64(
  src: Float64Array,
  dst: Float64Array,
  begin: number,
  end: number,
  beta: number,
): void {
  const by = factor(beta);
  for (let i = begin; i < end; i++) dst[i] = scaledGrad(src[i]!, beta, by, 1);
}

/** float64: upstream * beta * sigmoidGrad(beta*x), rounded once; `by` is the factor of beta. */
export function scaledGrad(
  x: number,
  beta: number,
  by: Factor,
  upstream: number,
): number {
  const product = multiply(x, by);
  const a = Math.abs(product);
  const aLow = product < 0 ? -low[0]! : low[0]!;
  // NaN, or the limit 0, which makes NaN of an infinite upstream.
  if (!(Math.abs(x) < Infinity)) return upstream * (beta * (x === x ? 0 : x));
  if (a > tiny64) {
    const high = expScaled(a, aLow);
    return timesScaled(high, low[0]!, exponent[0]!, upstream, beta);
  }
  const high = gradOf(a, aLow);
  const rest = low[0]!;
  return Math.abs(beta) === 1
    ? timesPair(high, rest, beta * upstream)
    : timesScaled(high, rest, 0, upstream, beta);
}
