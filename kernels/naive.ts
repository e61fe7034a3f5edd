/*
 * The textbook forms, as the Python lineage writes them in NumPy: every operation rounded to the
 * array's type. For comparison only.
 *
 *   form                                   fails
 *   log(1 + e^-|x|) + max(x, 0)            1 + t drops the digits of t; 0 for x < -16.6 in float32
 *   1 / (1 + e^-x)                         e^-x overflows: 0 for x < -88.7 in float32, -709.8 in float64
 *   log(1 + e^x)                           e^x overflows: Infinity for x > 88.7, 709.8
 */

/** Math.fround for float32, nothing for float64. */
type Round = (x: number) => number;

/** log(1 + e^-|x|) + max(x, 0). */
export function softplus(x: number, round: Round): number {
  return round(round(Math.log(round(1 + round(Math.exp(-Math.abs(x)))))) + Math.max(x, 0));
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: number, round: Round): number {
  return round(1 / round(1 + round(Math.exp(-x))));
}

/** log(1 + e^x). */
export function softplusOverflowing(x: number, round: Round): number {
  return round(Math.log(round(1 + round(Math.exp(x)))));
}
