/*
 * log1p: log(1 + t) for t = e^-|x| in [0, 1], the twin of log1p.ts on vectors.
 *
 *   core     lanes    log(1 + t)                                      truncation   used for
 *   fast     float32  t + t^2*R(t),                R of degree 8      2^-27.2      float32 fast
 *   quick    float64  2s + s*z*Q(z),               Q of degree 5      2^-38.4      float32 exact, first phase
 *   accurate float64  the same, s corrected,       Q of degree 10     2^-64.5      float64; float32 exact, second phase
 *                     s = t / (2 + t),  z = s^2
 *
 * exp.simd.ts gives t as a fraction, so s costs one division in all. In float32 the polynomial in
 * t wins: it adds its correction to t itself, while s carries the error of two roundings into the
 * leading term. The quick and accurate coefficients are those of log1p.ts: a test compares the bits.
 */
import { aboveLow, below, belowLow } from "./exp.simd";
import { at, low, madd, madd32, nmadd, remainder, setLow } from "./lanes.simd";

// fast: minimax of (log(1 + t) / t - 1) / t
const r0 = quad("-0x1.ffffd8p-2");
const r1 = quad("0x1.554e98p-2");
const r2 = quad("-0x1.ff3594p-3");
const r3 = quad("0x1.93abc6p-3");
const r4 = quad("-0x1.3b65eep-3");
const r5 = quad("0x1.b8a91ep-4");
const r6 = quad("-0x1.dec82ep-5");
const r7 = quad("0x1.51ee8ep-6");
const r8 = quad("-0x1.bf5686p-9");

const one32 = quad("0x1p+0");
const half32 = quad("0x1p-1");

const one = pair("0x1p+0");
const half = pair("0x1p-1");
const two = pair("0x1p+1");

// quick: minimax of (2 atanh(s)/s - 2) / z in z = s^2
const q0 = pair("0x1.5555553aea80bp-1");
const q1 = pair("0x1.9999bd2b0692p-2");
const q2 = pair("0x1.248a56125a191p-2");
const q3 = pair("0x1.c8bc1728683a2p-3");
const q4 = pair("0x1.5f301cefc4682p-3");
const q5 = pair("0x1.be4ef163b7039p-3");

// accurate: the same function
const l0 = pair("0x1.5555555555556p-1");
const l1 = pair("0x1.999999999965bp-2");
const l2 = pair("0x1.24924924ba0f6p-2");
const l3 = pair("0x1.c71c71a9d6956p-3");
const l4 = pair("0x1.745d1d69764f7p-3");
const l5 = pair("0x1.3b12e4829af99p-3");
const l6 = pair("0x1.11225d3a1645ap-3");
const l7 = pair("0x1.dff54f84cf3d9p-4");
const l8 = pair("0x1.c0f7d6aa9cd56p-4");
const l9 = pair("0x1.203164b76596fp-4");
const l10 = pair("0x1.4fe7a992c6ed9p-3");

/**
 * float32: max + log(1 + t) for 0 <= t <= 1, max >= 0; t comes last, which costs one rounding less.
 * tLow is what t lacks; the fused build does without.
 */
// @ts-ignore: decorator
@inline
export function plusLog32(max: v128, t: v128, tLow: v128): v128 {
  const w = f32x4.mul(t, t);
  // From r4 down by Horner: an even and an odd part would nearly cancel and double the error.
  const upper = madd32(w, madd32(t, at(r8), at(r7)), madd32(t, at(r6), at(r5)));
  const r = madd32(
    t,
    madd32(t, madd32(t, madd32(t, madd32(t, upper, at(r4)), at(r3)), at(r2)), at(r1)),
    at(r0),
  );
  const rest = madd32(w, r, max);
  if (FUSED) return f32x4.add(t, rest);
  // The derivative of log(1 + t) is 1 / (1 + t), near enough 1 - t/2.
  const part = f32x4.mul(tLow, f32x4.sub(at(one32), f32x4.mul(at(half32), t)));
  return f32x4.add(t, f32x4.add(rest, part));
}

/** quick: max + log(1 + t) of s = t / (2 + t), relative error of the logarithm below 2^-38. */
// @ts-ignore: decorator
@inline
export function plusLog(max: v128, s: v128): v128 {
  const z = f64x2.mul(s, s);
  const q24 = madd(z, madd(z, madd(z, at(q5), at(q4)), at(q3)), at(q2));
  const q = madd(z, madd(z, q24, at(q1)), at(q0));
  return madd(s, madd(z, q, at(two)), max);
}

/**
 * accurate: s = t / (2 + t) of t/2 = (above + aboveLow) / (below + belowLow), above < below: the
 * high part; twice the low part is in `low`.
 */
// @ts-ignore: decorator
@inline
export function ratio(above: v128, aboveLow: v128, below: v128, belowLow: v128): v128 {
  const d = f64x2.add(below, above);
  const dLow = f64x2.add(f64x2.add(f64x2.sub(below, d), above), f64x2.add(belowLow, aboveLow));
  const inverse = f64x2.div(at(one), d);
  const s = f64x2.mul(above, inverse);
  const left = f64x2.add(remainder(above, s, d), nmadd(s, dLow, aboveLow));
  setLow(f64x2.mul(f64x2.add(left, left), inverse));
  return s;
}

/**
 * accurate: log(1 + t) - 2s of s = t / (2 + t), whose low part is twiceLow / 2. The sum of both has
 * a relative error below 2^-55.
 */
// @ts-ignore: decorator
@inline
export function beyond2s(s: v128, twiceLow: v128): v128 {
  const z = f64x2.mul(s, s);
  const z2 = f64x2.mul(z, z);
  const z4 = f64x2.mul(z2, z2);
  const l03 = madd(z2, madd(z, at(l3), at(l2)), madd(z, at(l1), at(l0)));
  const l47 = madd(z2, madd(z, at(l7), at(l6)), madd(z, at(l5), at(l4)));
  const l810 = madd(z2, at(l10), madd(z, at(l9), at(l8)));
  const q = madd(z4, madd(z4, l810, l47), l03);
  // The derivative of 2 atanh(s) is 2 / (1 - z), near enough 2 (1 + z).
  return madd(f64x2.mul(s, z), q, madd(twiceLow, z, twiceLow));
}

/** accurate: log(1 + t) of a fraction t; the low part is in `low`. */
// @ts-ignore: decorator
@inline
export function log1pOf(above: v128, aboveLow: v128, below: v128, belowLow: v128): v128 {
  const s = halfRatio(above, aboveLow, below, belowLow);
  setLow(beyond2s(s, low));
  return f64x2.add(s, s);
}

/** accurate: t / (2 + t) of a fraction t; twice the low part is in `low`. */
// @ts-ignore: decorator
@inline
export function halfRatio(above: v128, aboveLow: v128, below: v128, belowLow: v128): v128 {
  return ratio(f64x2.mul(above, at(half)), f64x2.mul(aboveLow, at(half)), below, belowLow);
}

/** max + log + logLow: the high part; the low part is in `low`. */
// @ts-ignore: decorator
@inline
export function withMax(max: v128, log: v128, logLow: v128): v128 {
  const sum = f64x2.add(max, log);
  const logPart = f64x2.sub(sum, max);
  const sumLow = f64x2.add(
    f64x2.sub(max, f64x2.sub(sum, logPart)),
    f64x2.sub(log, logPart),
  );
  setLow(f64x2.add(sumLow, logLow));
  return sum;
}
