/*
 * The backward passes: upstream times the derivative, formed before the one rounding.
 *
 *   softplusBackward(x, upstream)      upstream * sigmoid(x)
 *   sigmoidBackward(x, upstream)       upstream * sigmoidGrad(x)
 *   logSigmoidBackward(x, upstream)    upstream * sigmoid(-x): softplusBackward with beta = -1
 *
 * Far in the tail the derivative is subnormal, or rounds to 0, where a large upstream (loss scaling
 * brings such) makes a product that is neither. So the derivative is never rounded by itself.
 *
 *   range of beta*x    expression                                  why
 *   float32            upstream * quick derivative, in float64     |x| cut at 200 or 700: e^-|x|
 *                                                                  times any upstream rounds to 0
 *   float64
 *   |x| > 700          upstream * (high + low) * 2^n               e^-|x| may be subnormal
 *   otherwise          upstream * (high + low)                     the product of the high parts exact
 *
 * With beta, derivatives are those in x: sigmoid(beta*x) and beta * sigmoidGrad(beta*x). An infinite
 * x has the limit 0 or 1 for a derivative, so Infinity * 0 is NaN there, and nowhere else.
 * Worst errors, ULP: float32 0.50001, float64 below 0.51. The promised bounds: kernels/bounds.ts.
 */
import { type Factor, factor, low, multiply, timesPair, timesScaled } from "./arithmetic.ts";
import * as e from "./exp.ts";
import * as g from "./sigmoid.ts";
import * as d from "./sigmoid_grad.ts";

// An imported binding is read anew at every call, a constant is not: 2.5 ns an element.
const { aboveLow, below, belowLow, expScaled, exponent, fraction } = e;
const { isNegative, quickSigmoid, quotient } = g;
const { quickGrad, scaledGrad } = d;

const farthest64 = 746; // e^-746 is far below a unit of 1
const tiny64 = -700;

/** float32, for any beta: upstream * sigmoid(beta*x). */
export function softplusBackward32(
  src: Float32Array,
  upstream: Float32Array,
  dst: Float32Array,
  begin: number,
  end: number,
  beta: number,
): void {
  for (let i = begin; i < end; i++) {
    const x = beta * src[i]!;
    dst[i] = upstream[i]! * (x === -Infinity ? 0 : quickSigmoid(x));
  }
}

/** float32, for any beta: upstream * beta * sigmoidGrad(beta*x). */
export function sigmoidBackward32(
  src: Float32Array,
  upstream: Float32Array,
  dst: Float32Array,
  begin: number,
  end: number,
  beta: number,
): void {
  for (let i = begin; i < end; i++) {
    const x = beta * src[i]!;
    dst[i] = upstream[i]! * (beta * (Math.abs(x) === Infinity ? 0 : quickGrad(x)));
  }
}

/** float64, for any beta: upstream * sigmoid(beta*x). */
export function softplusBackward64(
  src: Float64Array,
  upstream: Float64Array,
  dst: Float64Array,
  begin: number,
  end: number,
  beta: number,
): void {
  const by = factor(beta);
  for (let i = begin; i < end; i++) dst[i] = timesSigmoid(src[i]!, by, upstream[i]!);
}

function timesSigmoid(x: number, by: Factor, upstream: number): number {
  const product = multiply(x, by);
  const rest = product < 0 ? -low[0]! : low[0]!;
  if (product < tiny64) {
    if (x - x !== 0) return upstream * 0; // x is infinite
    const high = expScaled(-product, rest);
    return timesScaled(high, low[0]!, exponent[0]!, upstream, 1);
  }
  if (product !== product) return upstream * product;
  const a = Math.abs(product);
  const above = a > farthest64 ? fraction(farthest64, 0) : fraction(a, rest);
  const q = quotient(above, aboveLow[0]!, below[0]!, belowLow[0]!, isNegative(product));
  return timesPair(q, low[0]!, upstream);
}

/** float64, for any beta: upstream * beta * sigmoidGrad(beta*x). */
export function sigmoidBackward64(
  src: Float64Array,
  upstream: Float64Array,
  dst: Float64Array,
  begin: number,
  end: number,
  beta: number,
): void {
  const by = factor(beta);
  for (let i = begin; i < end; i++) dst[i] = scaledGrad(src[i]!, beta, by, upstream[i]!);
}
