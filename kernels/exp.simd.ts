/*
 * exp: e^-a, the twin of exp.ts on vectors.
 *
 *   e^-a = 2^-n * e^-r,   n = rint(a / ln2),   r = a - n*ln2,   |r| <= ln2/2
 *
 *   core     lanes    e^-r                                              truncation   used for
 *   fast     float32  1 - r + r^2*F(-r),           F of degree 4         2^-28.1      float32 fast
 *   quick    float64  (R - r) / (R + r), R = R(r^2) of degree 3          2^-40.9      float32 exact, first phase
 *   accurate float64  the same,                    R of degree 5         2^-61.5      float64; float32 exact, second phase
 *
 * R(r^2) = r coth(r/2) is even, so one short polynomial makes numerator and denominator. float64
 * kernels never divide them: e^-a reaches softplus and sigmoid as the fraction above / below, and
 * their own division, t / (2 + t) = above / (2 below + above) or 1 / (1 + t) = below / (below +
 * above), is the only one.
 *
 * The magic number leaves n in the lowest bits of m, so 2^-n is made by integers: m moved to the
 * exponent field and subtracted. The float64 coefficients are those of exp.ts: a test compares the
 * bits.
 */
import { at, low, madd, madd32, nmadd, nmadd32, remainder, setLow } from "./lanes.simd";

export const one32 = quad("0x1p+0");
const invLn232 = quad("0x1.715476p+0");
/** The first 16 bits of ln2: n times it is exact in float32. */
const ln2Hi32 = quad("0x1.62e4p-1");
const ln2Lo32 = quad("0x1.7f7d1cp-20");
const shift32 = quad("0x1.8p+23");

// fast: minimax of (e^r - 1 - r) / r^2
const f2 = quad("0x1.fffffap-2");
const f3 = quad("0x1.555492p-3");
const f4 = quad("0x1.555a26p-5");
const f5 = quad("0x1.123984p-7");
const f6 = quad("0x1.694cbap-10");

const one = pair("0x1p+0");
const two = pair("0x1p+1");
const invLn2 = pair("0x1.71547652b82fep+0");
const ln2 = pair("0x1.62e42fefa39efp-1");
const ln2Hi = pair("0x1.62e42fefa3p-1");
const ln2Lo = pair("0x1.3de6af278ece6p-42");
const shift = pair("0x1.8p+52");
/** The same with n + 1 in the lowest bits, for half of e^-a. */
const shiftHalf = pair("0x1.8000000000001p+52");

// quick: minimax of r coth(r/2) in v = r^2
const q0 = pair("0x1.0000000001779p+1");
const q1 = pair("0x1.5555553ce34e9p-3");
const q2 = pair("-0x1.6c15c2cb06bc8p-9");
const q3 = pair("0x1.13be0826d25c9p-14");

// accurate: minimax of (r coth(r/2) - 2) / v in v = r^2
const e1 = pair("0x1.555555555553ep-3");
const e2 = pair("-0x1.6c16c16bebc6cp-9");
const e3 = pair("0x1.1566aaf2390f2p-14");
const e4 = pair("-0x1.bbd41c21ef618p-20");
const e5 = pair("0x1.6376876d11bcap-25");

/** float32: a / ln2, rounded to an integer that stands in the lowest bits. */
// @ts-ignore: decorator
@inline
export function scaled32(a: v128): v128 {
  return madd32(a, at(invLn232), at(shift32));
}

/** float32: r = a - n*ln2, |r| <= ln2/2; the first product is exact. */
// @ts-ignore: decorator
@inline
export function reduced32(a: v128, m: v128): v128 {
  const n = f32x4.sub(m, at(shift32));
  return nmadd32(n, at(ln2Lo32), nmadd32(n, at(ln2Hi32), a));
}

/** float32: the even part of F, in v = r^2. */
// @ts-ignore: decorator
@inline
export function even32(v: v128): v128 {
  return madd32(v, madd32(v, at(f6), at(f4)), at(f2));
}

/** float32: the odd part of F, divided by r. */
// @ts-ignore: decorator
@inline
export function odd32(v: v128): v128 {
  return madd32(v, at(f5), at(f3));
}

/** float32: 1 - e^-r, v = r^2 and the parts of F. */
// @ts-ignore: decorator
@inline
export function joined32(r: v128, v: v128, even: v128, odd: v128): v128 {
  return nmadd32(v, nmadd32(r, odd, even), r);
}

/** float32: 1 - e^-r, |r| <= ln2/2. */
// @ts-ignore: decorator
@inline
export function core32(r: v128): v128 {
  const v = f32x4.mul(r, r);
  return joined32(r, v, even32(v), odd32(v));
}

/** float32: 1 + power * (1 - d), in the order whose first rounding is the smallest. */
// @ts-ignore: decorator
@inline
export function onePlus32(power: v128, d: v128): v128 {
  return f32x4.add(power, nmadd32(power, d, at(one32)));
}

/** float32: 2^-n * (1 - d), where that is normal. NaN gives anything. */
// @ts-ignore: decorator
@inline
export function fromDifference32(m: v128, d: v128): v128 {
  return i32x4.sub(f32x4.sub(at(one32), d), i32x4.shl(m, 23));
}

/**
 * float32: what fromDifference32 has lost to rounding. The plain build has more roundings than the
 * fused one, and needs this one back; the fused one does without.
 */
// @ts-ignore: decorator
@inline
export function lost32(m: v128, d: v128): v128 {
  if (FUSED) return f32x4.splat(0);
  return f32x4.mul(f32x4.sub(f32x4.sub(at(one32), f32x4.sub(at(one32), d)), d), power32(m));
}

/** float32: 2^-n of m, for |n| <= 126. */
// @ts-ignore: decorator
@inline
export function power32(m: v128): v128 {
  return i32x4.sub(at(one32), i32x4.shl(m, 23));
}

/** float32: 1 + 2^-n * e^-r of m and r, |n| <= 126. NaN gives NaN. */
// @ts-ignore: decorator
@inline
export function onePlusExp32(m: v128, r: v128): v128 {
  return onePlus32(power32(m), core32(r));
}

/** a / ln2, rounded to an integer that stands in the lowest bits. */
// @ts-ignore: decorator
@inline
export function scaled(a: v128): v128 {
  return madd(a, at(invLn2), at(shift));
}

/** The same plus 1, for half of e^-a. */
// @ts-ignore: decorator
@inline
export function scaledHalf(a: v128): v128 {
  return madd(a, at(invLn2), at(shiftHalf));
}

/** quick: r = a - n*ln2 of m = scaled(a). */
// @ts-ignore: decorator
@inline
export function reduced(a: v128, m: v128): v128 {
  return nmadd(f64x2.sub(m, at(shift)), at(ln2), a);
}

/** quick: r = a - n*ln2 of m = scaledHalf(a). */
// @ts-ignore: decorator
@inline
export function reducedHalf(a: v128, m: v128): v128 {
  return nmadd(f64x2.sub(m, at(shiftHalf)), at(ln2), a);
}

/** quick: R of r. */
// @ts-ignore: decorator
@inline
export function even(r: v128): v128 {
  const v = f64x2.mul(r, r);
  return madd(v, madd(v, madd(v, at(q3), at(q2)), at(q1)), at(q0));
}

/** quick: 2^-n * (R - r) of R, r and m; of scaledHalf's m, half of that. */
// @ts-ignore: decorator
@inline
export function aboveOf(R: v128, r: v128, m: v128): v128 {
  return i64x2.sub(f64x2.sub(R, r), i64x2.shl(m, 52));
}

/** accurate: what `fraction` returns beside `above`. */
export let aboveLow: v128 = f64x2.splat(0);
export let below: v128 = f64x2.splat(0);
export let belowLow: v128 = f64x2.splat(0);

/**
 * accurate: e^-(a + aLow) = (above + aboveLow) / (below + belowLow) for 0 <= a <= 708 and |aLow| <=
 * ulp(a)/2, relative error below 2^-58. Returns `above`; it is smaller than `below`.
 */
// @ts-ignore: decorator
@inline
export function fraction(a: v128, aLow: v128): v128 {
  const m = scaled(a);
  const n = f64x2.sub(m, at(shift));
  const exact = nmadd(n, at(ln2Hi), a);
  const rest = nmadd(n, at(ln2Lo), aLow);
  const r = f64x2.add(exact, rest);
  const rLow = f64x2.add(f64x2.sub(exact, r), rest);
  const v = f64x2.mul(r, r);
  const e35 = madd(v, madd(v, at(e5), at(e4)), at(e3));
  const excess = f64x2.mul(v, madd(v, madd(v, e35, at(e2)), at(e1))); // R - 2
  const R = f64x2.add(at(two), excess);
  const RLow = f64x2.add(f64x2.sub(at(two), R), excess);
  const plus = f64x2.add(R, r);
  const minus = f64x2.sub(R, r);
  const plusLow = f64x2.add(f64x2.sub(R, plus), r);
  const minusLow = f64x2.sub(f64x2.sub(R, minus), r);
  const power = i64x2.sub(at(one), i64x2.shl(m, 52));
  below = plus;
  belowLow = f64x2.add(plusLow, f64x2.add(RLow, rLow));
  aboveLow = f64x2.mul(f64x2.add(minusLow, f64x2.sub(RLow, rLow)), power);
  return f64x2.mul(minus, power);
}

/** accurate: (x < 0 ? t : 1) / (1 + t) of a fraction t: the high part; the low part is in `low`. */
// @ts-ignore: decorator
@inline
export function quotient(
  above: v128,
  aboveLow: v128,
  below: v128,
  belowLow: v128,
  x: v128,
): v128 {
  const d = f64x2.add(below, above);
  const dLow = f64x2.add(f64x2.add(f64x2.sub(below, d), above), f64x2.add(belowLow, aboveLow));
  const negative = i64x2.shr_s(x, 63);
  const over = v128.bitselect(above, below, negative);
  const overLow = v128.bitselect(aboveLow, belowLow, negative);
  const inverse = f64x2.div(at(one), d);
  const q = f64x2.mul(over, inverse);
  const left = f64x2.add(remainder(over, q, d), nmadd(q, dLow, overLow));
  setLow(f64x2.mul(left, inverse));
  return q;
}

/** accurate: e^-(a + aLow) as high + low, as `fraction`. */
function exp(a: v128, aLow: v128): v128 {
  const above = fraction(a, aLow);
  const inverse = f64x2.div(at(one), below);
  const t = f64x2.mul(above, inverse);
  const left = f64x2.add(remainder(above, t, below), nmadd(t, belowLow, aboveLow));
  setLow(f64x2.mul(left, inverse));
  return t;
}

/** x * 2^exponent, |exponent| <= 2000, in two steps, so that neither power overflows. */
export function ldexp(x: f64, exponent: i32): f64 {
  const first = exponent / 2;
  return x * power(first) * power(exponent - first);
}

/** 2^exponent for -1022 <= exponent <= 1023. */
// @ts-ignore: decorator
@inline
function power(exponent: i32): f64 {
  return reinterpret<f64>((<i64> (1023 + exponent)) << 52);
}

/** The exponent of a positive number: 2^k <= x < 2^(k+1). */
export function exponentOf(x: f64): i32 {
  if (x < hex("0x1p-1022")) return exponentOf(x * hex("0x1p+54")) - 54;
  return <i32> (reinterpret<u64>(x) >> 52) - 1023;
}

/** The power of two that scales what `expScaled` returns. */
export let exponent: i32 = 0;

/**
 * e^-(a + aLow) for 700 < a <= 2500 as (high + low) * 2^exponent: high, in (0.13, 0.5]; the low part
 * is in `low`.
 */
export function expScaled(a: f64, aLow: f64): f64 {
  const n = Math.floor(a * load<f64>(invLn2)) - 1;
  exponent = -(<i32> n);
  const t = exp(f64x2.splat(a - n * load<f64>(ln2Hi)), f64x2.splat(aLow - n * load<f64>(ln2Lo)));
  return f64x2.extract_lane(t, 0);
}

/**
 * e^-(a + aLow) / divisor for a > 700, where the result may be subnormal or 0: the division happens
 * at a safe scale and the result is rounded once. `divisor` is positive (1, or |beta|).
 */
export function expTiny(a: f64, aLow: f64, divisor: f64): f64 {
  const high = expScaled(Math.min(a, 1500), aLow); // e^-1500 / 2^-1074 < 2^-1076
  const k = exponentOf(divisor);
  const scale = ldexp(divisor, -k); // in [1, 2)
  return ldexpRounded(high / scale, f64x2.extract_lane(low, 0) / scale, exponent - k);
}

/** (high + low) * 2^exponent for 0.05 < high < 16, rounded once also where that is subnormal. */
export function ldexpRounded(high: f64, rest: f64, exponent: i32): f64 {
  if (exponent < -1200) return 0;
  if (exponent > -1000) return ldexp(high + rest, exponent);
  const unit = power(-1074 - exponent); // what the smallest subnormal is before scaling
  if (high >= unit * hex("0x1p+52")) return ldexp(high + rest, exponent);
  const stop = load<f64>(shift) * unit; // adding it rounds to a multiple of unit
  const rounded = high + stop - stop;
  return ldexp(rounded + ((high - rounded) + rest + stop - stop), exponent);
}
