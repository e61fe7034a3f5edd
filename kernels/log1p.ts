/*
 * log1p: log(1 + t) for t = e^-|x| in [0, 1], so without a range reduction.
 *
 *   log(1 + t) = 2 atanh(s) = 2s + s*z*Q(z),   s = t / (2 + t) <= 1/3,   z = s^2 <= 1/9
 *
 *   core     Q            truncation error   used for
 *   quick    degree 5     2^-38.4            float32, first phase
 *   accurate degree 10    2^-64.5            float64, float32 second phase
 *
 * The accurate core corrects s for the rounding of 2 + t, of the division and for the low part of
 * t: the remainder t - s*(2 + t) is formed with products that are exact (24-bit halves), and the
 * derivative of the quotient is 1/(2 + t) = (1 - s)/2, which needs no second division. The
 * correction enters with the derivative of 2 atanh, 2/(1 - z) = 2(1 + z + ...). What is left is the
 * rounding of s*z*Q: high + low is within 2^-57 of the logarithm. Coefficients:
 * tools/derive/log1p.sollya. The atanh form is the one of FDLIBM's log (K. C. Ng, 1986).
 */
import { low } from "./arithmetic.ts";
import { hex } from "./hex.ts";

// quick: minimax of (2 atanh(s)/s - 2) / s^2 in z = s^2
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

/** log(1 + t) for 0 <= t <= 1, relative error below 2^-38. NaN gives NaN. */
export function log1pQuick(t: number): number {
  const s = t / (2 + t);
  const z = s * s;
  const z2 = z * z;
  return 2 * s + (s * z) * ((q0 + z * q1) + z2 * ((q2 + z * q3) + z2 * (q4 + z * q5)));
}

/**
 * log(1 + t + tLow) for 0 <= t <= 1 and |tLow| <= ulp(t)/2.
 *
 * @returns the high part; the low part is in `low[0]`. Their sum has a relative error below 2^-57.
 */
export function log1p(t: number, tLow: number): number {
  const d = 2 + t;
  const dLow = ((2 - d) + t) + tLow;
  const s = t / d;
  const sHead = Math.fround(s);
  const sRest = s - sHead;
  const dHead = Math.fround(d);
  const dRest = d - dHead;
  const remainder = ((t - sHead * dHead) - sHead * dRest - sRest * dHead) - sRest * dRest +
    (tLow - s * dLow);
  const sLow = remainder * (0.5 - 0.5 * s);
  const z = s * s;
  const z2 = z * z;
  const z4 = z2 * z2;
  const q = ((l0 + z * l1) + z2 * (l2 + z * l3)) +
    z4 * (((l4 + z * l5) + z2 * (l6 + z * l7)) + z4 * ((l8 + z * l9) + z2 * l10));
  low[0] = 2 * (sLow + sLow * z) + (s * z) * q;
  return 2 * s;
}
