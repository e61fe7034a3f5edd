/*
 * softplus(x) = log(1 + e^x) = max(x, 0) + log1p(e^-|x|)
 *
 * With beta: log(1 + e^(beta x)) / beta, the same expression with beta*x for x, divided by beta.
 * beta = -1 gives logSigmoid(x) = -softplus(-x), so that function needs no kernel of its own.
 *
 * exp.ts gives t = e^-|x| as a fraction above / below, which the division of log1p absorbs:
 * t / (2 + t) = (above/2) / (below + above/2).
 *
 *   range of beta*x    expression                  why
 *   float32
 *   all                max + log1p(e^-min(|x|,746))   no overflow; e^-746 rounds to 0
 *   float64
 *   < -700             e^x, rounded once           the result may be subnormal; log1p(t) = t there
 *   otherwise          max + log1p(e^-min(|x|,746))   carried as high + low
 *
 * float32 exact: a quick phase in float64 (relative error below 2^-37), the rounding test, and for
 * about one input in 4096 an accurate phase (2^-55). Loops collect the undecided elements of a
 * block and settle them afterwards: a branch to a call inside the loop costs 5 ns an element.
 *
 * Worst errors, ULP (beta = 1): float32 exact 0.5 (correctly rounded), float32 fast 0.50005,
 * float64 0.607 at x=0x1.f9d2e8b87f498p-30. The promised bounds, as code: kernels/bounds.ts.
 */
import { add, factor, low, multiply, roundPair } from "./arithmetic.ts";
import * as e from "./exp.ts";
import * as l from "./log1p.ts";
import { blockSize, settleQuick, undecidedAt, undecidedX } from "./undecided.ts";
import * as u from "./undecided.ts";

// An imported binding is read anew at every call, a constant is not: 2.5 ns an element.
const { aboveLow, aboveOf, below, belowLow, even, expTiny, fraction, reducedHalf, scaledHalf } = e;
const { beyond2s, plusLog, ratio } = l;
const { isUndecided } = u;

/** e^-746 is less than half the smallest float64; powers of two below that are 0 here. */
const limit = 746;
/** Below, e^x comes near the subnormal float64 (-708.4). */
const tiny64 = -700;

/** float32, correctly rounded: sign * softplus(sign * x). sign = 1 is softplus, -1 logSigmoid. */
export function softplus32(
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
      dst[i] = sign * y;
      undecidedX[count] = x;
      undecidedAt[count] = i - start;
      count += isUndecided(y);
    }
    for (let k = 0; k < count; k++) dst[start + undecidedAt[k]!] = sign * settle(undecidedX[k]!);
  }
}

/** float32, without the rounding test, for any beta. */
export function softplus32Fast(
  src: Float32Array,
  dst: Float32Array,
  begin: number,
  end: number,
  beta: number,
): void {
  const inverse = 1 / beta;
  for (let i = begin; i < end; i++) dst[i] = quick(beta * src[i]!) * inverse;
}

/** quick: t / (2 + t) of t = e^-a, 0 <= a <= 746. */
function halfTanh(a: number): number {
  const m = scaledHalf(a);
  const r = reducedHalf(a, m);
  const R = even(r);
  const above = aboveOf(R, r, m);
  return above / ((R + r) + above);
}

/** quick: softplus with a relative error below 2^-37, for all x. */
function quick(x: number): number {
  const bounded = Math.max(x, -limit);
  const magnitude = Math.abs(bounded);
  return plusLog(0.5 * (bounded + magnitude), halfTanh(Math.min(magnitude, limit)));
}

/** float32 softplus of an x that the quick phase left undecided. */
export function settle(x: number): number {
  const y = settleQuick(quick(x));
  if (!Number.isNaN(y)) return y;
  const log = logOf(Math.min(Math.abs(x), limit), 0);
  const logLow = low[0]!;
  const sum = add(Math.max(x, 0), log);
  return roundPair(sum, low[0]! + logLow);
}

/** accurate: log(1 + e^-(a + aLow)) for 0 <= a <= 746; the low part is in `low[0]`. */
function logOf(a: number, aLow: number): number {
  const above = fraction(a, aLow);
  return log1pOf(above, aboveLow[0]!, below[0]!, belowLow[0]!);
}

/** accurate: log(1 + t) of a fraction t; the low part is in `low[0]`. */
export function log1pOf(
  above: number,
  aboveLow: number,
  below: number,
  belowLow: number,
): number {
  const s = halfRatio(above, aboveLow, below, belowLow);
  low[0] = beyond2s(s, low[0]!);
  return s + s;
}

/** accurate: t / (2 + t) of a fraction t; twice the low part is in `low[0]`. */
function halfRatio(above: number, aboveLow: number, below: number, belowLow: number): number {
  return ratio(0.5 * above, 0.5 * aboveLow, below, belowLow);
}

/** max + log + logLow, rounded once, for max = 0 or max >= log. */
export function plusMax(max: number, log: number, logLow: number): number {
  const sum = max + log;
  const logPart = sum - max;
  const sumLow = (max - (sum - logPart)) + (log - logPart);
  return sum + (sumLow + logLow);
}

/** float64: sign * softplus(sign * x). sign = 1 is softplus, -1 logSigmoid. */
export function softplus64(
  src: Float64Array,
  dst: Float64Array,
  begin: number,
  end: number,
  sign: number,
): void {
  for (let i = begin; i < end; i++) {
    const x = sign * src[i]!;
    const bounded = Math.min(Math.max(x, -limit), limit);
    const magnitude = Math.abs(bounded);
    const log = logOf(magnitude, 0);
    const y = plusMax(0.5 * (bounded + magnitude), log, low[0]!);
    dst[i] = sign * (x < tiny64 ? expTiny(-x, 0, 1) : x > limit ? x : y);
  }
}

/** float64, for any beta: log(1 + e^(beta x)) / beta. A negative one is -softplus(-x; -beta). */
export function softplus64Beta(
  src: Float64Array,
  dst: Float64Array,
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
      dst[i] = sign * expTiny(magnitude, rest, divisor);
    } else {
      const log = logOf(Math.min(magnitude, limit), magnitude > limit ? 0 : rest);
      dst[i] = sign * (Math.max(x, 0) + (log / divisor + low[0]! / divisor));
    }
  }
}
