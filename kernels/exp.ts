/*
 * exp: t = e^-a for a >= 0, the one transcendental that softplus and sigmoid share.
 *
 *   e^-a = 2^-n * e^r,   n = rint(a / ln2),   r = n*ln2 - a,   |r| <= ln2/2
 *
 *   core     e^r                                             truncation error   used for
 *   quick    1 + r + r^2*E(r),       E of degree 5           2^-34.1            float32, first phase
 *   accurate 1 + r + r^2/2 + r^3*E(r), E of degree 9         2^-63.7            float64, float32 second phase
 *
 * The accurate core carries a low part through every step that matters: the argument (n*ln2 in two
 * pieces), r^2/2 (split so that its large half is exact) and the sums. What is left uncompensated
 * is r^3*E(r) <= 2^-7, so high + low is within 2^-58 of e^-a.
 *
 * n is found by adding and subtracting 1.5*2^52, which rounds to an integer (ties to even).
 * A table of 2^-n serves instead of bit assembly: a load is cheaper here than the way from a
 * float register to memory and back. Coefficients: tools/derive/exp.sollya.
 */
import { ldexp, low } from "./arithmetic.ts";
import { hex } from "./hex.ts";

const invLn2 = hex("0x1.71547652b82fep+0");
const ln2 = hex("0x1.62e42fefa39efp-1");
/** The first 41 bits of ln2: n*ln2Hi is exact for n < 2^12. */
const ln2Hi = hex("0x1.62e42fefa3p-1");
const ln2Lo = hex("0x1.3de6af278ece6p-42");
const shift = 1.5 * 2 ** 52;

/** 2^-n. */
const powers: Float64Array = new Float64Array(1080);
for (let n = 0; n < powers.length; n++) powers[n] = 2 ** -n;

// quick: minimax of (e^r - 1 - r) / r^2
const q2 = hex("0x1.0000003a1ae63p-1");
const q3 = hex("0x1.5555544365fd6p-3");
const q4 = hex("0x1.55548dd86722ap-5");
const q5 = hex("0x1.1112708ed257ep-7");
const q6 = hex("0x1.6d8cf4253d621p-10");
const q7 = hex("0x1.9f08a4ec27fafp-13");

// accurate: minimax of (e^r - 1 - r - r^2/2) / r^3
const e3 = hex("0x1.555555555555ap-3");
const e4 = hex("0x1.555555555552cp-5");
const e5 = hex("0x1.111111110f164p-7");
const e6 = hex("0x1.6c16c16c28fb7p-10");
const e7 = hex("0x1.a01a01b1e536fp-13");
const e8 = hex("0x1.a01a0148aa8b3p-16");
const e9 = hex("0x1.71ddf387c2e39p-19");
const e10 = hex("0x1.27e5a164192afp-22");
const e11 = hex("0x1.af66b839bc5aep-26");
const e12 = hex("0x1.1e4872da74c94p-29");

/** e^-a for 0 <= a <= 746, relative error below 2^-34. NaN gives NaN. */
export function expQuick(a: number): number {
  const n = a * invLn2 + shift - shift;
  const r = n * ln2 - a;
  const r2 = r * r;
  const p = (1 + r) + r2 * ((q2 + r * q3) + r2 * ((q4 + r * q5) + r2 * (q6 + r * q7)));
  return p * powers[n | 0]!;
}

/**
 * e^-(a + aLow) for 0 <= a <= 708 and |aLow| <= ulp(a)/2.
 *
 * @returns the high part; the low part is in `low[0]`. Their sum has a relative error below 2^-58.
 */
export function exp(a: number, aLow: number): number {
  const n = a * invLn2 + shift - shift;
  const exact = n * ln2Hi - a;
  const rest = n * ln2Lo - aLow;
  const r = exact + rest;
  const rLow = (exact - r) + rest;
  const head = Math.fround(r);
  const square = 0.5 * head * head; // exact: 48 bits
  const r2 = r * r;
  const r4 = r2 * r2;
  const cubic = r * r2 * (((e3 + r * e4) + r2 * (e5 + r * e6)) +
    r4 * (((e7 + r * e8) + r2 * (e9 + r * e10)) + r4 * (e11 + r * e12)));
  const one = 1 + r;
  const oneLow = (1 - one) + r;
  const sum = one + square;
  const sumLow = (one - sum) + square;
  const tail = sumLow + (oneLow + (rLow * one + (0.5 * (r - head) * (r + head) + cubic)));
  const power = powers[n | 0]!;
  const high = sum + tail;
  low[0] = ((sum - high) + tail) * power;
  return high * power;
}

/**
 * e^-(a + aLow) / divisor for a > 700, where the result may be subnormal or 0: the division happens
 * at a safe scale and the result is rounded once. `divisor` is positive (1, or |beta|).
 */
export function expTiny(a: number, aLow: number, divisor: number): number {
  const bounded = Math.min(a, 1500); // e^-1500 / 2^-1074 < 2^-1076
  const n = Math.floor(bounded * invLn2) - 1;
  const high = exp(bounded - n * ln2Hi, aLow - n * ln2Lo); // in (0.13, 0.5]
  const k = Math.floor(Math.log2(divisor));
  const scale = ldexp(divisor, -k); // in [1, 2), or next to it: any power of two would do
  return ldexpRounded(high / scale, low[0]! / scale, -n - k);
}

/** (high + low) * 2^exponent for 0.05 < high < 1, rounded once also where that is subnormal. */
function ldexpRounded(high: number, low: number, exponent: number): number {
  if (exponent < -1200) return 0;
  const unit = 2 ** (-1074 - exponent); // what the smallest subnormal is before scaling
  if (high >= unit * 2 ** 52) return ldexp(high + low, exponent);
  const stop = shift * unit; // adding it rounds to a multiple of unit
  const rounded = high + stop - stop;
  return ldexp(rounded + ((high - rounded) + low + stop - stop), exponent);
}
