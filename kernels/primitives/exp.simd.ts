/*
 * exp: e^x, what every other transcendental of a formula but log is made of.
 *
 *   e^x = 2^n * e^r,   n = rint(x / ln2),   r = x - n*ln2,   |r| <= ln2/2
 *
 *   function     lanes    x                             e^r - 1                    truncation
 *   exp          float64  all, subnormal results kept   r + r^2*P(r), degree 9     2^-55.5
 *   expFlushed   float64  x <= 0; 0 below -708          the same
 *   exp_32       float32  |x| <= 87.3, NaN not kept     r + r^2*P(r), degree 4     2^-26.1
 *
 * exp scales by two powers, so that neither leaves the format: e^709.7 is 2^1024 * 0.92, and what is
 * subnormal is rounded at the second product alone. At 709.875 the product is Infinity, at -746 it is 0,
 * so that is where x is cut. In the order pmin(pmax(x, k), k) NaN stays NaN.
 *
 * Errors in ULP are held by tests/formula/primitives.test.ts. Coefficients: tools/derive/primitives.sollya.
 */
import { at, madd, madd32, nmadd, nmadd32 } from "../lanes.simd";

export const one = pair("0x1p+0");
export const shift = pair("0x1.8p+52");
export const invLn2 = pair("0x1.71547652b82fep+0");
const halfInvLn2 = pair("0x1.71547652b82fep-1");
/** The first 41 bits of ln2: n*ln2Hi is exact. */
export const ln2Hi = pair("0x1.62e42fefa3p-1");
export const ln2Lo = pair("0x1.3de6af278ece6p-42");
export const most = pair("0x1.62fp+9"); // 709.875
const least = pair("-0x1.75p+9"); // -746
const flush = pair("-0x1.62p+9"); // -708

const p2 = pair("0x1.0000000000005p-1");
const p3 = pair("0x1.555555555553bp-3");
const p4 = pair("0x1.5555555552111p-5");
const p5 = pair("0x1.1111111118833p-7");
const p6 = pair("0x1.6c16c17f2d333p-10");
const p7 = pair("0x1.a01a0177ef8d4p-13");
const p8 = pair("0x1.a019a6a845c57p-16");
const p9 = pair("0x1.71de8115c3135p-19");
const p10 = pair("0x1.28a287a715637p-22");
const p11 = pair("0x1.ae77591c3a628p-26");

export const one32 = quad("0x1p+0");
export const shift32 = quad("0x1.8p+23");
export const invLn232 = quad("0x1.715476p+0");
/** The first 16 bits of ln2: n times it is exact in float32. */
export const ln2Hi32 = quad("0x1.62e4p-1");
export const ln2Lo32 = quad("0x1.7f7d1cp-20");
const f2 = quad("0x1.fffffep-2");
const f3 = quad("0x1.5554bp-3");
const f4 = quad("0x1.555716p-5");
const f5 = quad("0x1.122798p-7");
const f6 = quad("0x1.6b735cp-10");

/** x / ln2, rounded to an integer that stands in the lowest bits. */
// @ts-ignore: decorator
@inline
export function scaled(x: v128): v128 {
  return madd(x, at(invLn2), at(shift));
}

/** r = x - n*ln2 of m = scaled(x). */
// @ts-ignore: decorator
@inline
export function reduced(x: v128, m: v128): v128 {
  const n = f64x2.sub(m, at(shift));
  return nmadd(n, at(ln2Lo), nmadd(n, at(ln2Hi), x));
}

/** e^r - 1. */
// @ts-ignore: decorator
@inline
export function excess(r: v128): v128 {
  const v = f64x2.mul(r, r);
  const p1011 = madd(r, at(p11), at(p10));
  const p89 = madd(r, at(p9), at(p8));
  const p67 = madd(r, at(p7), at(p6));
  const p45 = madd(r, at(p5), at(p4));
  const p23 = madd(r, at(p3), at(p2));
  return madd(v, madd(v, madd(v, madd(v, madd(v, p1011, p89), p67), p45), p23), r);
}

/** 2^n of m, |n| < 1023. */
// @ts-ignore: decorator
@inline
export function power(m: v128): v128 {
  return i64x2.add(at(one), i64x2.shl(m, 52));
}

/** 2^n * (1 + q) of x and m = scaled(x), rounded once. */
// @ts-ignore: decorator
@inline
export function raised(x: v128, m: v128, q: v128): v128 {
  const half = madd(x, at(halfInvLn2), at(shift));
  const first = power(half);
  return f64x2.mul(madd(first, q, first), power(i64x2.sub(m, half)));
}

/** e^x for all x. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const c = f64x2.pmin(f64x2.pmax(x, at(least)), at(most));
  const m = scaled(c);
  return raised(c, m, excess(reduced(c, m)));
}

/** e^x for x <= 0, and 0 where it is below 2^-1021. */
// @ts-ignore: decorator
@inline
export function expFlushed(x: v128): v128 {
  const c = f64x2.pmax(x, at(flush));
  const m = scaled(c);
  const first = power(m);
  return v128.andnot(madd(first, excess(reduced(c, m)), first), f64x2.lt(x, at(flush)));
}

/** float32: x / ln2, rounded to an integer that stands in the lowest bits. */
// @ts-ignore: decorator
@inline
export function scaled_32(x: v128): v128 {
  return madd32(x, at(invLn232), at(shift32));
}

/** float32: r = x - n*ln2 of m = scaled_32(x). */
// @ts-ignore: decorator
@inline
export function reduced_32(x: v128, m: v128): v128 {
  const n = f32x4.sub(m, at(shift32));
  return nmadd32(n, at(ln2Lo32), nmadd32(n, at(ln2Hi32), x));
}

/** float32: e^r - 1. */
// @ts-ignore: decorator
@inline
export function excess_32(r: v128): v128 {
  const v = f32x4.mul(r, r);
  const even = madd32(v, madd32(v, at(f6), at(f4)), at(f2));
  return madd32(v, madd32(r, madd32(v, at(f5), at(f3)), even), r);
}

/** float32: 2^n of m, |n| < 127. */
// @ts-ignore: decorator
@inline
export function power_32(m: v128): v128 {
  return i32x4.add(at(one32), i32x4.shl(m, 23));
}

/** float32: e^x, |x| <= 87.3. */
// @ts-ignore: decorator
@inline
export function exp_32(x: v128): v128 {
  const m = scaled_32(x);
  const q = excess_32(reduced_32(x, m));
  return i32x4.add(f32x4.add(at(one32), q), i32x4.shl(m, 23));
}
