/*
 * logaddexp(a, b) = log(e^a + e^b) = max(a, b) + log1p(e^-|a - b|).
 *
 * The bound is absolute, 2^-52 (1 + |max|): where e^a + e^b comes near 1 the two terms cancel. Equal
 * infinities have the difference 0, not NaN.
 */
import { exp } from "./exp.simd";
import { plusLog1p } from "./log1p.simd";

/** log(e^a + e^b) for all a and b. */
// @ts-ignore: decorator
@inline
export function logaddexp(a: v128, b: v128): v128 {
  return plusLog1p(f64x2.pmax(a, b), exp(distance(a, b)));
}

/** -|a - b|, 0 where a is b. */
// @ts-ignore: decorator
@inline
export function distance(a: v128, b: v128): v128 {
  return f64x2.neg(f64x2.abs(v128.andnot(f64x2.sub(a, b), f64x2.eq(a, b))));
}
