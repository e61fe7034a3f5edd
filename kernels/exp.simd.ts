/*
 * exp: t = e^-a for a >= 0, the twin of exp.ts on vectors.
 *
 *   e^-a = 2^-n * e^r,   n = rint(a / ln2),   r = n*ln2 - a,   |r| <= ln2/2
 *
 *   core     lanes    e^r                                               truncation   used for
 *   fast     float32  1 + r + r^2*F(r),           F of degree 4         2^-28.1      float32 fast
 *   quick    float64  1 + r + r^2*E(r),           E of degree 5         2^-34.1      float32 exact, first phase
 *   accurate float64  1 + r + r^2/2 + r^3*E(r),   E of degree 9         2^-63.7      float64; float32 exact, second phase
 *
 * The magic number leaves n in the lowest bits of m, so 2^-n is made by integers: m moved to the
 * exponent field and subtracted. Polynomials run as an even and an odd part, two short chains that
 * the processor overlaps. fast and quick hold -r, which saves a negation. The quick and accurate coefficients are those of exp.ts: a test compares the bits.
 */
import { at, head, low, madd, madd32, nmadd, nmadd32, setLow } from "./lanes.simd";

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
const half = pair("0x1p-1");
const invLn2 = pair("0x1.71547652b82fep+0");
const ln2 = pair("0x1.62e42fefa39efp-1");
const ln2Hi = pair("0x1.62e42fefa3p-1");
const ln2Lo = pair("0x1.3de6af278ece6p-42");
const shift = pair("0x1.8p+52");

// quick: minimax of (e^r - 1 - r) / r^2
const q2 = pair("0x1.0000003a1ae63p-1");
const q3 = pair("0x1.5555544365fd6p-3");
const q4 = pair("0x1.55548dd86722ap-5");
const q5 = pair("0x1.1112708ed257ep-7");
const q6 = pair("0x1.6d8cf4253d621p-10");
const q7 = pair("0x1.9f08a4ec27fafp-13");

// accurate: minimax of (e^r - 1 - r - r^2/2) / r^3
const e3 = pair("0x1.555555555555ap-3");
const e4 = pair("0x1.555555555552cp-5");
const e5 = pair("0x1.111111110f164p-7");
const e6 = pair("0x1.6c16c16c28fb7p-10");
const e7 = pair("0x1.a01a01b1e536fp-13");
const e8 = pair("0x1.a01a0148aa8b3p-16");
const e9 = pair("0x1.71ddf387c2e39p-19");
const e10 = pair("0x1.27e5a164192afp-22");
const e11 = pair("0x1.af66b839bc5aep-26");
const e12 = pair("0x1.1e4872da74c94p-29");

/** float32: a / ln2, rounded to an integer that stands in the lowest bits. */
// @ts-ignore: decorator
@inline
export function scaled32(a: v128): v128 {
  return madd32(a, at(invLn232), at(shift32));
}

/** float32: -r = a - n*ln2, |r| <= ln2/2; the first product is exact. */
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

/** float32: 1 - e^r of -r, v = r^2 and the parts of F. */
// @ts-ignore: decorator
@inline
export function joined32(minusR: v128, v: v128, even: v128, odd: v128): v128 {
  return nmadd32(v, nmadd32(minusR, odd, even), minusR);
}

/** float32: 1 - e^r of -r, |r| <= ln2/2. */
// @ts-ignore: decorator
@inline
function core32(minusR: v128): v128 {
  const v = f32x4.mul(minusR, minusR);
  return joined32(minusR, v, even32(v), odd32(v));
}

/** float32: 1 + power * (1 - d), in the order whose first rounding is the smallest. */
// @ts-ignore: decorator
@inline
export function onePlus32(power: v128, d: v128): v128 {
  return f32x4.add(power, nmadd32(power, d, at(one32)));
}

/**
 * float32: 2^-n * (1 - d), where that is normal. NaN gives anything. The plain build leaves the
 * rounding error in `low`: it has more of them than the fused one, and needs this one back.
 */
// @ts-ignore: decorator
@inline
export function fromDifference32(m: v128, d: v128): v128 {
  const p = f32x4.sub(at(one32), d);
  if (!FUSED) setLow(f32x4.mul(lost32(p, d), power32(m)));
  return i32x4.sub(p, i32x4.shl(m, 23));
}

/** float32: what p = 1 - d has lost, exactly. */
// @ts-ignore: decorator
@inline
function lost32(p: v128, d: v128): v128 {
  return f32x4.sub(f32x4.sub(at(one32), p), d);
}

/** float32: 2^-n * e^r of m and -r, where that is normal; as fromDifference32. */
// @ts-ignore: decorator
@inline
export function expOf32(m: v128, minusR: v128): v128 {
  return fromDifference32(m, core32(minusR));
}

/** float32: 2^-n of m, for |n| <= 126. */
// @ts-ignore: decorator
@inline
export function power32(m: v128): v128 {
  return i32x4.sub(at(one32), i32x4.shl(m, 23));
}

/** float32: 1 + 2^-n * e^r of m and -r, |n| <= 126. NaN gives NaN. */
// @ts-ignore: decorator
@inline
export function onePlusExp32(m: v128, minusR: v128): v128 {
  return onePlus32(power32(m), core32(minusR));
}

/** float32: 1 + e^-x for -87.33 <= x <= 87.33. NaN gives NaN. */
// @ts-ignore: decorator
@inline
export function onePlusExpFast(x: v128): v128 {
  const m = scaled32(x);
  return onePlusExp32(m, reduced32(x, m));
}

/**
 * float32: e^-a for 0 <= a <= 105, where the result may be subnormal: 2^-n in two steps, of which
 * only the last rounds. Elsewhere the bits of expOf32; `low` as there.
 */
// @ts-ignore: decorator
@inline
export function expFastTiny(a: v128): v128 {
  const m = scaled32(a);
  const n = i32x4.sub(m, at(shift32));
  const half = i32x4.shr_s(n, 1);
  const power1 = i32x4.sub(at(one32), i32x4.shl(half, 23));
  const power2 = i32x4.sub(at(one32), i32x4.shl(i32x4.sub(n, half), 23));
  const d = core32(reduced32(a, m));
  const p = f32x4.sub(at(one32), d);
  if (!FUSED) setLow(f32x4.mul(f32x4.mul(lost32(p, d), power1), power2));
  return f32x4.mul(f32x4.mul(p, power1), power2);
}

/** a / ln2, rounded to an integer that stands in the lowest bits. */
// @ts-ignore: decorator
@inline
export function scaled(a: v128): v128 {
  return madd(a, at(invLn2), at(shift));
}

/** -r = a - n*ln2, |r| <= ln2/2. */
// @ts-ignore: decorator
@inline
export function reduced(a: v128, m: v128): v128 {
  return nmadd(f64x2.sub(m, at(shift)), at(ln2), a);
}

/** 2^-n * e^r of m and -r, relative error below 2^-33.9. */
// @ts-ignore: decorator
@inline
export function expOf(m: v128, minusR: v128): v128 {
  const v = f64x2.mul(minusR, minusR);
  const even = madd(v, madd(v, at(q6), at(q4)), at(q2));
  const odd = madd(v, madd(v, at(q7), at(q5)), at(q3));
  const p = madd(v, nmadd(minusR, odd, even), f64x2.sub(at(one), minusR));
  return i64x2.sub(p, i64x2.shl(m, 52));
}

/** e^-a for |a| <= 200, relative error below 2^-33.9. */
// @ts-ignore: decorator
@inline
export function expQuick(a: v128): v128 {
  const m = scaled(a);
  return expOf(m, reduced(a, m));
}

/**
 * e^-(a + aLow) for 0 <= a <= 708 and |aLow| <= ulp(a)/2: the high part; the low part is in `low`.
 * Their sum has a relative error below 2^-58.
 */
// @ts-ignore: decorator
@inline
export function exp(a: v128, aLow: v128): v128 {
  const m = madd(a, at(invLn2), at(shift));
  const n = f64x2.sub(m, at(shift));
  const exact = f64x2.sub(f64x2.mul(n, at(ln2Hi)), a);
  const rest = f64x2.sub(f64x2.mul(n, at(ln2Lo)), aLow);
  const r = f64x2.add(exact, rest);
  const rLow = f64x2.add(f64x2.sub(exact, r), rest);
  let square: v128, squareLow: v128;
  if (FUSED) {
    const h = f64x2.mul(at(half), r);
    square = f64x2.mul(h, r);
    squareLow = f64x2.neg(nmadd(h, r, square));
  } else {
    const rHead = head(r);
    square = f64x2.mul(f64x2.mul(at(half), rHead), rHead); // exact: 48 bits
    squareLow = f64x2.mul(f64x2.mul(at(half), f64x2.sub(r, rHead)), f64x2.add(r, rHead));
  }
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const e36 = madd(r2, madd(r, at(e6), at(e5)), madd(r, at(e4), at(e3)));
  const e710 = madd(r2, madd(r, at(e10), at(e9)), madd(r, at(e8), at(e7)));
  const e712 = madd(r4, madd(r, at(e12), at(e11)), e710);
  const cubic = f64x2.mul(f64x2.mul(r, r2), madd(r4, e712, e36));
  const up = f64x2.add(at(one), r);
  const upLow = f64x2.add(f64x2.sub(at(one), up), r);
  const sum = f64x2.add(up, square);
  const sumLow = f64x2.add(f64x2.sub(up, sum), square);
  const small = f64x2.add(squareLow, cubic);
  const tail = f64x2.add(sumLow, f64x2.add(upLow, madd(rLow, up, small)));
  const power = i64x2.sub(at(one), i64x2.shl(m, 52));
  const high = f64x2.add(sum, tail);
  setLow(f64x2.mul(f64x2.add(f64x2.sub(sum, high), tail), power));
  return f64x2.mul(high, power);
}

/** x * 2^exponent, |exponent| <= 2000, in two steps, so that neither power overflows. */
function ldexp(x: f64, exponent: i32): f64 {
  const first = exponent / 2;
  return x * power(first) * power(exponent - first);
}

/** 2^exponent for -1022 <= exponent <= 1023. */
// @ts-ignore: decorator
@inline
function power(exponent: i32): f64 {
  return reinterpret<f64>((<i64> (1023 + exponent)) << 52);
}

/**
 * e^-(a + aLow) / divisor for a > 700, where the result may be subnormal or 0: the division happens
 * at a safe scale and the result is rounded once. `divisor` is positive (1, or |beta|).
 */
export function expTiny(a: f64, aLow: f64, divisor: f64): f64 {
  const bounded = Math.min(a, 1500); // e^-1500 / 2^-1074 < 2^-1076
  const n = Math.floor(bounded * load<f64>(invLn2)) - 1;
  const t = exp(
    f64x2.splat(bounded - n * load<f64>(ln2Hi)),
    f64x2.splat(aLow - n * load<f64>(ln2Lo)),
  ); // in (0.13, 0.5]
  const normal = divisor < hex("0x1p-1022") ? divisor * hex("0x1p+54") : divisor;
  let k = <i32> (reinterpret<u64>(normal) >> 52) - 1023;
  if (divisor < hex("0x1p-1022")) k -= 54;
  const scale = ldexp(divisor, -k); // in [1, 2)
  return ldexpRounded(
    f64x2.extract_lane(t, 0) / scale,
    f64x2.extract_lane(low, 0) / scale,
    -(<i32> n) - k,
  );
}

/** (high + low) * 2^exponent for 0.05 < high < 1, rounded once also where that is subnormal. */
function ldexpRounded(high: f64, rest: f64, exponent: i32): f64 {
  if (exponent < -1200) return 0;
  if (exponent > -1000) return ldexp(high + rest, exponent);
  const unit = power(-1074 - exponent); // what the smallest subnormal is before scaling
  if (high >= unit * hex("0x1p+52")) return ldexp(high + rest, exponent);
  const stop = load<f64>(shift) * unit; // adding it rounds to a multiple of unit
  const rounded = high + stop - stop;
  return ldexp(rounded + ((high - rounded) + rest + stop - stop), exponent);
}
