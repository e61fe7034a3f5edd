/*
 * tanh(x), odd: computed of a = |x|, with the sign of x.
 *
 *   lanes     a             method                                     why
 *   float64   all           e / (e + 2), e = e^2a - 1                  e as in expm1: accurate for small a
 *   float32   a < 5/8       a + a^3*T(a^2), T of degree 4              one rounding counts
 *             otherwise     1 - 2 / (e^2a + 1)                         the fraction's error is small beside 1
 *
 * The float64 quotient is corrected for the rounding of e + 2, which weighs most where e is small.
 * a is cut where tanh has reached 1: at 22 in float64, at 10 in float32.
 */
import { at, madd, madd32, nmadd } from "../lanes.simd";
import { excess, exp_32, one, one32, power, reduced, scaled } from "./exp.simd";
import { sign32 } from "./expm1.simd";

const half = pair("0x1p-1");
const two = pair("0x1p+1");
const limit = pair("0x1.6p+4"); // 22
export const sign = memory.data<i64>([-0x8000000000000000, -0x8000000000000000], 16);

const two32 = quad("0x1p+1");
const limit32 = quad("0x1.4p+3"); // 10
const near32 = quad("0x1.4p-1"); // 5/8
const t0 = quad("-0x1.555552p-2");
const t1 = quad("0x1.110e16p-3");
const t2 = quad("-0x1.b92674p-5");
const t3 = quad("0x1.5813cp-6");
const t4 = quad("-0x1.8ff18p-8");

/** e^c - 1, 0 <= c <= 44. */
// @ts-ignore: decorator
@inline
function risen(c: v128): v128 {
  const m = scaled(c);
  const first = power(m);
  return madd(first, excess(reduced(c, m)), f64x2.sub(first, at(one)));
}

/** tanh(x) for all x. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const a = f64x2.pmin(f64x2.abs(x), at(limit));
  const e = risen(f64x2.add(a, a));
  const d = f64x2.add(e, at(two));
  const y = f64x2.div(e, d);
  // What the sum has lost, exact where e < 2 and without weight beyond; 1/d is (1 - y)/2.
  const lost = v128.and(f64x2.add(f64x2.sub(at(two), d), e), f64x2.lt(e, at(two)));
  const inverse = nmadd(y, at(half), at(half));
  const corrected = nmadd(f64x2.mul(y, inverse), lost, y);
  return v128.or(corrected, v128.and(x, at(sign)));
}

/** tanh(x) for all x, with an error of one rounding more: for results that become float32. */
// @ts-ignore: decorator
@inline
export function tanhShort(x: v128): v128 {
  const a = f64x2.pmin(f64x2.abs(x), at(limit));
  const e = risen(f64x2.add(a, a));
  return v128.or(f64x2.div(e, f64x2.add(e, at(two))), v128.and(x, at(sign)));
}

/** float32: tanh(x) for all x. */
// @ts-ignore: decorator
@inline
export function tanh_32(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), at(limit32));
  const z = f32x4.mul(a, a);
  const t = madd32(z, madd32(z, madd32(z, madd32(z, at(t4), at(t3)), at(t2)), at(t1)), at(t0));
  const near = madd32(f32x4.mul(a, z), t, a);
  const e = exp_32(f32x4.add(a, a));
  const far = f32x4.sub(at(one32), f32x4.div(at(two32), f32x4.add(e, at(one32))));
  const y = v128.bitselect(far, near, f32x4.ge(a, at(near32))); // NaN takes near;
  return v128.or(y, v128.and(x, at(sign32)));
}
