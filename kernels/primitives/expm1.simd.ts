/*
 * expm1: e^x - 1 = 2^n * (e^r - 1) + (2^n - 1), r and e^r - 1 as in exp.simd.ts.
 *
 * For n = 0 the second term is 0 and the polynomial alone is the result, accurate however small x is.
 * float64 computes half of it, because 2^1024 would overflow before the subtraction, and gives
 * x itself below 2^-54, which keeps -0 and the last bit of a subnormal. Below -40 the result is -1.
 *
 * float32: |x| <= 87.3, NaN not kept.
 */
import { at, madd, madd32 } from "../lanes.simd";
import {
  excess,
  excess_32,
  most,
  one32,
  power_32,
  reduced,
  reduced_32,
  scaled,
  scaled_32,
} from "./exp.simd";

const half = pair("0x1p-1");
const least = pair("-0x1.4p+5"); // -40
const tiny = pair("0x1p-54");
export const sign32 = memory.data<i32>([
  -0x80000000,
  -0x80000000,
  -0x80000000,
  -0x80000000,
], 16);

/** e^x - 1 for all x. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  const c = f64x2.pmin(f64x2.pmax(x, at(least)), at(most));
  const m = scaled(c);
  const halfPower = i64x2.add(at(half), i64x2.shl(m, 52));
  const y = madd(halfPower, excess(reduced(c, m)), f64x2.sub(halfPower, at(half)));
  return v128.bitselect(x, f64x2.add(y, y), f64x2.lt(f64x2.abs(x), at(tiny)));
}

/** float32: e^x - 1, |x| <= 87.3. */
// @ts-ignore: decorator
@inline
export function expm1_32(x: v128): v128 {
  const m = scaled_32(x);
  const first = power_32(m);
  const y = madd32(first, excess_32(reduced_32(x, m)), f32x4.sub(first, at(one32)));
  return v128.or(y, v128.and(x, at(sign32)));
}
