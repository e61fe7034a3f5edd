/*
 * log1p: log(1 + t) for t = e^-|x| in [0, 1], so without a range reduction.
 *
 *   log(1 + t) = 2 atanh(s) = 2s + s*z*Q(z),   s = t / (2 + t) <= 1/3,   z = s^2 <= 1/9
 *
 * exp.ts gives t as a fraction above / below, so s = (above/2) / (below + above/2) costs one
 * division in all.
 *
 *   core     Q            truncation error   used for
 *   quick    degree 5     2^-38.4            float32, first phase
 *   accurate degree 10    2^-64.5            float64, float32 second phase
 *
 * The accurate core corrects s for the rounding of the sum, of the division and for the low parts
 * of the fraction: the remainder above/2 - s*(below + above/2) is formed with exact products, and
 * multiplied by the reciprocal that has made s, so there is no second division. The correction
 * enters with the derivative of 2 atanh, 2/(1 - z) = 2(1 + z + ...). What is left is the rounding
 * of s*z*Q: high + low is within 2^-55 of the logarithm. Coefficients: tools/derive/log1p.sollya.
 * The atanh form is the one of FDLIBM's log (K. C. Ng, 1986).
 */
import { low, remainder } from "./arithmetic.ts";
import { hex } from "./hex.ts";

const two = hex("0x1p+1");

// quick: minimax of (2 atanh(s)/s - 2) / z in z = s^2
const q0 = hex("0x1.5555553aea80bp-1");
const q1 = hex("0x1.9999bd2b0692p-2");
const q2 = hex("0x1.248a56125a191p-2");
const q3 = hex("0x1.c8bc1728683a2p-3");
const q4 = hex("0x1.5f301cefc4682p-3");
const q5 = hex("0x1.be4ef163b7039p-3");

// accurate: the same function
const l0 = hex("0x1.5555555555556p-1");
const l1 = hex("0x1.999999999965bp-2");
const l2 = hex("0x1.24924924ba0f6p-2");
const l3 = hex("0x1.c71c71a9d6956p-3");
const l4 = hex("0x1.745d1d69764f7p-3");
const l5 = hex("0x1.3b12e4829af99p-3");
const l6 = hex("0x1.11225d3a1645ap-3");
const l7 = hex("0x1.dff54f84cf3d9p-4");
const l8 = hex("0x1.c0f7d6aa9cd56p-4");
const l9 = hex("0x1.203164b76596fp-4");
const l10 = hex("0x1.4fe7a992c6ed9p-3");

/** quick: max + log(1 + t) of s = t / (2 + t), relative error of the logarithm below 2^-38. */
export function plusLog(max: number, s: number): number {
  const z = s * s;
  const q24 = q2 + z * (q3 + z * (q4 + z * q5));
  const q = q0 + z * (q1 + z * q24);
  return max + s * (two + z * q);
}

/**
 * accurate: s = t / (2 + t) of t/2 = (above + aboveLow) / (below + belowLow), above < below: the
 * high part; twice the low part is in `low[0]`.
 */
export function ratio(above: number, aboveLow: number, below: number, belowLow: number): number {
  const d = below + above;
  const dLow = ((below - d) + above) + (belowLow + aboveLow);
  const inverse = 1 / d;
  const s = above * inverse;
  const left = remainder(above, s, d) + (aboveLow - s * dLow);
  low[0] = (left + left) * inverse;
  return s;
}

/**
 * accurate: log(1 + t) - 2s of s = t / (2 + t), whose low part is twiceLow / 2. The sum of both has
 * a relative error below 2^-55.
 */
export function beyond2s(s: number, twiceLow: number): number {
  const z = s * s;
  const z2 = z * z;
  const z4 = z2 * z2;
  const l03 = (l0 + z * l1) + z2 * (l2 + z * l3);
  const l47 = (l4 + z * l5) + z2 * (l6 + z * l7);
  const l810 = (l8 + z * l9) + z2 * l10;
  const q = l03 + z4 * (l47 + z4 * l810);
  // The derivative of 2 atanh(s) is 2 / (1 - z), near enough 2 (1 + z).
  return (twiceLow + twiceLow * z) + (s * z) * q;
}
