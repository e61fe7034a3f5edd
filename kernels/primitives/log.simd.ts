/*
 * log: the natural logarithm.
 *
 *   log(x) = n*ln2 + log(1 + f),   x = 2^n (1 + f),   sqrt(1/2) <= 1 + f < sqrt(2)
 *   log(1 + f) = f - s*(f - z*Q(z)),   s = f / (2 + f),   z = s^2
 *
 *   function     lanes    x                             method                     truncation
 *   log          float64  all, subnormal too            Q of degree 6              2^-57.6
 *   logFrom1     float64  x >= 1 or NaN                 the same
 *   log_32       float32  2^-126 <= x < 2^126           f - f^2/2 + f^3*H(f)       2^-25
 *
 * f enters the result unrounded and n*ln2Hi is exact, so that only the small terms carry errors. n is
 * made of bits, because WebAssembly has no conversion from 64-bit integers: the biased exponent is put
 * below the leading bit of 2^52. The form with s is the one of FDLIBM's log (K. C. Ng, 1986).
 */
import { at, madd, madd32, nmadd } from "../lanes.simd";
import { ln2Hi, ln2Hi32, ln2Lo, ln2Lo32, one, one32 } from "./exp.simd";

export const zero = memory.data<i64>([0, 0], 16);
const two = pair("0x1p+1");
export const infinity = memory.data<i64>([0x7ff0000000000000, 0x7ff0000000000000], 16);
const minusInfinity = memory.data<i64>([-0x10000000000000, -0x10000000000000], 16);
const nan = memory.data<i64>([0x7ff8000000000000, 0x7ff8000000000000], 16);
export const sqrtHalf = memory.data<i64>([0x3fe6a09e667f3bcd, 0x3fe6a09e667f3bcd], 16);
export const exponentField = memory.data<i64>([-0x10000000000000, -0x10000000000000], 16);
/** 1024 in the exponent field: what makes the biased exponent positive. */
const bias = memory.data<i64>([0x4000000000000000, 0x4000000000000000], 16);
const two52 = pair("0x1p+52");
const two52Bias = pair("0x1.00000000004p+52"); // 2^52 + 1024
const leastNormal = pair("0x1p-1022");
const two54 = pair("0x1p+54");
const minus54 = pair("-0x1.bp+5");

const q0 = pair("0x1.5555555555558p-1");
const q1 = pair("0x1.99999999952d9p-2");
const q2 = pair("0x1.2492492df75c8p-2");
const q3 = pair("0x1.c71c62dc14d9fp-3");
const q4 = pair("0x1.7462b770e3ebbp-3");
const q5 = pair("0x1.39fe05b519f62p-3");
const q6 = pair("0x1.2b5c847382147p-3");

export const sqrtHalf32 = memory.data<i32>([0x3f3504f3, 0x3f3504f3, 0x3f3504f3, 0x3f3504f3], 16);
export const exponentField32 = memory.data<i32>([-0x800000, -0x800000, -0x800000, -0x800000], 16);
const minusHalf32 = quad("-0x1p-1");
const h0 = quad("0x1.55555p-2");
const h1 = quad("-0x1.0000bcp-2");
const h2 = quad("0x1.99a3f8p-3");
const h3 = quad("-0x1.54dc64p-3");
const h4 = quad("0x1.2292aep-3");
const h5 = quad("-0x1.0903a8p-3");
const h6 = quad("0x1.066404p-3");
const h7 = quad("-0x1.553746p-4");

/** The exponent n of x in its field: what is subtracted from the bits of x to leave 1 + f. */
// @ts-ignore: decorator
@inline
export function fieldOf(x: v128): v128 {
  return v128.and(i64x2.sub(x, at(sqrtHalf)), at(exponentField));
}

/** n as a float64. */
// @ts-ignore: decorator
@inline
export function exponentOf(x: v128): v128 {
  const biased = i64x2.add(i64x2.sub(x, at(sqrtHalf)), at(bias));
  return f64x2.sub(v128.or(i64x2.shr_u(biased, 52), at(two52)), at(two52Bias));
}

/** n*ln2 + log(1 + f). */
// @ts-ignore: decorator
@inline
export function logOf(f: v128, n: v128): v128 {
  const s = f64x2.div(f, f64x2.add(f, at(two)));
  const z = f64x2.mul(s, s);
  const q46 = madd(z, madd(z, at(q6), at(q5)), at(q4));
  const q = madd(z, madd(z, madd(z, madd(z, q46, at(q3)), at(q2)), at(q1)), at(q0));
  const rest = nmadd(s, f64x2.sub(f, f64x2.mul(z, q)), f64x2.mul(n, at(ln2Lo)));
  return madd(n, at(ln2Hi), f64x2.add(f, rest));
}

/** y = log(w) where 0 < w < Infinity, else what the logarithm is there. */
// @ts-ignore: decorator
@inline
export function edges(y: v128, w: v128): v128 {
  const negative = v128.bitselect(at(nan), w, f64x2.lt(w, at(zero)));
  const edge = v128.bitselect(at(minusInfinity), negative, f64x2.eq(w, at(zero)));
  return v128.bitselect(y, edge, v128.and(f64x2.gt(w, at(zero)), f64x2.lt(w, at(infinity))));
}

/** log(x) for all x. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const isSmall = f64x2.lt(x, at(leastNormal));
  const w = v128.bitselect(f64x2.mul(x, at(two54)), x, isSmall);
  const n = f64x2.add(exponentOf(w), v128.and(isSmall, at(minus54)));
  return edges(logOf(f64x2.sub(i64x2.sub(w, fieldOf(w)), at(one)), n), x);
}

/** log(x) for x >= 1. */
// @ts-ignore: decorator
@inline
export function logFrom1(x: v128): v128 {
  const y = logOf(f64x2.sub(i64x2.sub(x, fieldOf(x)), at(one)), exponentOf(x));
  return v128.bitselect(y, x, f64x2.lt(x, at(infinity)));
}

/** float32: n*ln2 + log(1 + f). */
// @ts-ignore: decorator
@inline
export function logOf_32(f: v128, n: v128): v128 {
  const v = f32x4.mul(f, f);
  const h67 = madd32(f, at(h7), at(h6));
  const h45 = madd32(f, at(h5), at(h4));
  const h23 = madd32(f, at(h3), at(h2));
  const h01 = madd32(f, at(h1), at(h0));
  const h = madd32(v, madd32(v, madd32(v, h67, h45), h23), h01);
  const curve = madd32(f32x4.mul(f, v), h, f32x4.mul(v, at(minusHalf32)));
  const rest = madd32(n, at(ln2Lo32), curve);
  return madd32(n, at(ln2Hi32), f32x4.add(f, rest));
}

/** float32: the exponent n of x in its field. */
// @ts-ignore: decorator
@inline
export function fieldOf_32(x: v128): v128 {
  return v128.and(i32x4.sub(x, at(sqrtHalf32)), at(exponentField32));
}

/** float32: log(x), 2^-126 <= x < 2^126. */
// @ts-ignore: decorator
@inline
export function log_32(x: v128): v128 {
  const field = fieldOf_32(x);
  const n = f32x4.convert_i32x4_s(i32x4.shr_s(field, 23));
  return logOf_32(f32x4.sub(i32x4.sub(x, field), at(one32)), n);
}
