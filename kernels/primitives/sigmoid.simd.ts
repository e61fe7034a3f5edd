/*
 * sigmoid(x) = 1 / (1 + e^-x).
 *
 *   function         lanes    x                                   method
 *   sigmoid          float64  all, subnormal results kept         (x < 0 ? t : 1) / (1 + t), t = e^-|x|
 *   sigmoidFlushed   float64  all; 0 below -709                   1 / (1 + e^-x): e^-x may be Infinity
 *   sigmoid_32       float32  |x| <= 87.3, NaN not kept           1 / (1 + e^-x), as in ../sigmoid.simd.ts
 *
 * sigmoid corrects its quotient for what the sum 1 + t has lost to rounding; results that become float32
 * do without.
 */
import { onePlusExp32, reduced32, scaled32 } from "../exp.simd";
import { at, madd, nmadd } from "../lanes.simd";
import { excess, exp, most, one, one32, reduced, scaled } from "./exp.simd";

const half = pair("0x1p-1");
const least = pair("-0x1.5ep+9"); // -700: e^-700 is nothing beside 1

/** sigmoid(x) for all x. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const t = exp(f64x2.neg(f64x2.abs(x)));
  const negative = i64x2.shr_s(x, 63);
  const d = f64x2.add(at(one), t);
  const y = f64x2.div(v128.bitselect(t, at(one), negative), d);
  const lost = f64x2.add(f64x2.sub(at(one), d), t); // exact, because t <= 1
  const inverse = v128.bitselect(f64x2.sub(at(one), y), y, negative); // 1/d
  return nmadd(f64x2.mul(y, inverse), lost, y);
}

/** sigmoid(x) for all x, 0 where it is below 2^-1023. */
// @ts-ignore: decorator
@inline
export function sigmoidFlushed(x: v128): v128 {
  const c = f64x2.pmin(f64x2.pmax(f64x2.neg(x), at(least)), at(most));
  const m = scaled(c);
  const halfPower = i64x2.add(at(half), i64x2.shl(m, 52));
  const t = madd(halfPower, excess(reduced(c, m)), halfPower); // half of e^-x
  return f64x2.div(at(one), f64x2.add(at(one), f64x2.add(t, t)));
}

/** float32: sigmoid(x), |x| <= 87.3. */
// @ts-ignore: decorator
@inline
export function sigmoid_32(x: v128): v128 {
  const m = scaled32(x);
  return f32x4.div(at(one32), onePlusExp32(m, reduced32(x, m)));
}
