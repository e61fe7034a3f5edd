/*
 * log1p: log(1 + u), accurate for small u.
 *
 *   w = 1 + u rounded,   n its exponent as in log.simd.ts,   p = 2^-n,   f = u*p + (p - 1)
 *
 * u*p is exact and p - 1 nearly so: f comes from u itself, rounded once, and is u where n = 0. What w
 * has lost to rounding never matters, because w only chooses n.
 *
 *   function     lanes    u                             method
 *   log1p        float64  all                           as log
 *   log1pFrom0   float64  u >= 0 or NaN                 the same
 *   log1pUnit    float64  0 <= u <= 1 or NaN            n = 0; Q of degree 9, truncation 2^-57.6
 *   log1p_32     float32  2^-126 <= 1 + u < 2^126       as log_32
 *
 * 4p stands for p, so that it is a number up to n = 1024. Below 2^-54 the result is u: so -0 and the last
 * bit of a subnormal are kept.
 */
import { at, madd, madd32 } from "../lanes.simd";
import { one, one32 } from "./exp.simd";
import { sign32 } from "./expm1.simd";
import { edges, exponentOf, fieldOf, fieldOf_32, infinity, logOf, logOf_32 } from "./log.simd";

const two = pair("0x1p+1");
const four = pair("0x1p+2");
const quarter = pair("0x1p-2");
const minusOne = pair("-0x1p+0");
const tiny = pair("0x1p-54");

const u0 = pair("0x1.5555555555555p-1");
const u1 = pair("0x1.999999999a27cp-2");
const u2 = pair("0x1.24924923df841p-2");
const u3 = pair("0x1.c71c726c17431p-3");
const u4 = pair("0x1.745cf154deaadp-3");
const u5 = pair("0x1.3b18a6ce4279ep-3");
const u6 = pair("0x1.10acf603731cp-3");
const u7 = pair("0x1.eb8a1900be9c5p-4");
const u8 = pair("0x1.688ed454c2de9p-4");
const u9 = pair("0x1.4afd6d4af6be6p-3");

/** log(1 + u), w = 1 + u rounded, positive and finite. */
// @ts-ignore: decorator
@inline
export function logBeside(u: v128, w: v128): v128 {
  const fourth = i64x2.sub(at(four), fieldOf(w)); // 4p
  const beyond = madd(fourth, at(quarter), at(minusOne)); // p - 1
  return logOf(madd(f64x2.mul(u, at(quarter)), fourth, beyond), exponentOf(w));
}

/** log(1 + u) for all u. */
// @ts-ignore: decorator
@inline
export function log1p(u: v128): v128 {
  const w = f64x2.add(u, at(one));
  return v128.bitselect(u, edges(logBeside(u, w), w), f64x2.lt(f64x2.abs(u), at(tiny)));
}

/** log(1 + u) for u >= 0. */
// @ts-ignore: decorator
@inline
export function log1pFrom0(u: v128): v128 {
  const w = f64x2.add(u, at(one));
  const isInside = f64x2.lt(w, at(infinity));
  const y = v128.bitselect(logBeside(u, w), w, isInside);
  return v128.bitselect(u, y, f64x2.lt(u, at(tiny)));
}

/** log(1 + u) - u = -s*(u - z*Q(z)) for 0 <= u <= 1. */
// @ts-ignore: decorator
@inline
export function unitFall(u: v128): v128 {
  const s = f64x2.div(u, f64x2.add(u, at(two)));
  const z = f64x2.mul(s, s);
  const q79 = madd(z, madd(z, at(u9), at(u8)), at(u7));
  const q46 = madd(z, madd(z, madd(z, q79, at(u6)), at(u5)), at(u4));
  const q = madd(z, madd(z, madd(z, madd(z, q46, at(u3)), at(u2)), at(u1)), at(u0));
  return f64x2.mul(s, f64x2.sub(f64x2.mul(z, q), u));
}

/** log(1 + u) for 0 <= u <= 1. */
// @ts-ignore: decorator
@inline
export function log1pUnit(u: v128): v128 {
  return f64x2.add(u, unitFall(u));
}

/** max + log(1 + u) for 0 <= u <= 1 and max >= 0: what softplus ends with. */
// @ts-ignore: decorator
@inline
export function plusLog1p(max: v128, u: v128): v128 {
  return f64x2.add(max, log1pUnit(u));
}

/** float32: log(1 + u), w = 1 + u rounded, 2^-126 <= w < 2^126. */
// @ts-ignore: decorator
@inline
export function logBeside_32(u: v128, w: v128): v128 {
  const field = fieldOf_32(w);
  const p = i32x4.sub(at(one32), field);
  const n = f32x4.convert_i32x4_s(i32x4.shr_s(field, 23));
  const y = logOf_32(madd32(u, p, f32x4.sub(p, at(one32))), n);
  return v128.or(y, v128.and(u, at(sign32)));
}

/** float32: log(1 + u), 2^-126 <= 1 + u < 2^126. */
// @ts-ignore: decorator
@inline
export function log1p_32(u: v128): v128 {
  return logBeside_32(u, f32x4.add(u, at(one32)));
}
