/*
 * exp: e^-a, the one transcendental that softplus and sigmoid share; a >= 0, but for sigmoid's quick
 * phase, where a >= -200.
 *
 *   e^-a = 2^-n * e^-r,   n = rint(a / ln2),   r = a - n*ln2,   |r| <= ln2/2
 *   e^-r = (R - r) / (R + r),   R = r coth(r/2) = 2 + r^2/6 - r^4/360 + ...
 *
 *   core     R(r^2)                          truncation error of e^-r   used for
 *   quick    degree 3                        2^-40.9                    float32, first phase
 *   accurate degree 5                        2^-61.5                    float64, float32 second phase
 *
 * R is even, so one short polynomial makes numerator and denominator. The kernels never divide
 * them: e^-a reaches softplus and sigmoid as the fraction above / below, and their own division,
 * t / (2 + t) = above / (2 below + above) or 1 / (1 + t) = below / (below + above), is the only
 * one.
 *
 * The accurate core carries a low part through every step that matters: the argument (n*ln2 in two
 * pieces), 2 + (R - 2), R + r and R - r. What is left uncompensated is the rounding of R - 2, which
 * is below 2^-5 and of which (R - r) / (R + r) feels less than a fifth: the fraction is within
 * 2^-58 of e^-a.
 *
 * n is found by adding and subtracting 1.5*2^52, which rounds to an integer (ties to even).
 * A table of 2^-n serves instead of bit assembly: a load is cheaper here than the way from a
 * float register to memory and back. Coefficients: tools/derive/exp.sollya.
 */
import { ldexp, ldexpRounded, low, remainder } from "./arithmetic.ts";
import { hex } from "./hex.ts";

const two = hex("0x1p+1");
const invLn2 = hex("0x1.71547652b82fep+0");
const ln2 = hex("0x1.62e42fefa39efp-1");
/** The first 41 bits of ln2: n*ln2Hi is exact for n < 2^12. */
const ln2Hi = hex("0x1.62e42fefa3p-1");
const ln2Lo = hex("0x1.3de6af278ece6p-42");
const shift = hex("0x1.8p+52");
/** The same and 1 more, for half of e^-a. */
const shiftHalf = hex("0x1.8000000000001p+52");

/** 2^-n for n >= -300, which sigmoid's quick phase needs; 2^-n stands at n + 300. */
const powers: Float64Array = new Float64Array(1400);
for (let k = 0; k < powers.length; k++) powers[k] = 2 ** (300 - k);
/** What is subtracted from scaled(a) to find its place in the table. */
const shiftTable = shift - 300;

// quick: minimax of r coth(r/2) in v = r^2
const q0 = hex("0x1.0000000001779p+1");
const q1 = hex("0x1.5555553ce34e9p-3");
const q2 = hex("-0x1.6c15c2cb06bc8p-9");
const q3 = hex("0x1.13be0826d25c9p-14");

// accurate: minimax of (r coth(r/2) - 2) / v in v = r^2
const e1 = hex("0x1.555555555553ep-3");
const e2 = hex("-0x1.6c16c16bebc6cp-9");
const e3 = hex("0x1.1566aaf2390f2p-14");
const e4 = hex("-0x1.bbd41c21ef618p-20");
const e5 = hex("0x1.6376876d11bcap-25");

/** a / ln2, rounded to an integer that stands in the lowest bits. */
export function scaled(a: number): number {
  return a * invLn2 + shift;
}

/** The same plus 1, for half of e^-a. */
export function scaledHalf(a: number): number {
  return a * invLn2 + shiftHalf;
}

/** quick: r = a - n*ln2 of m = scaled(a). */
export function reduced(a: number, m: number): number {
  return a - (m - shift) * ln2;
}

/** quick: r = a - n*ln2 of m = scaledHalf(a). */
export function reducedHalf(a: number, m: number): number {
  return a - (m - shiftHalf) * ln2;
}

/** quick: R of r. */
export function even(r: number): number {
  const v = r * r;
  return q0 + v * (q1 + v * (q2 + v * q3));
}

/** quick: 2^-n * (R - r) of R, r and m; of scaledHalf's m, half of that. NaN gives NaN. */
export function aboveOf(R: number, r: number, m: number): number {
  return (R - r) * powers[(m - shiftTable) | 0]!;
}

/** accurate: what `fraction` returns beside `above`. */
export const aboveLow: Float64Array = new Float64Array(1);
export const below: Float64Array = new Float64Array(1);
export const belowLow: Float64Array = new Float64Array(1);

/**
 * accurate: e^-(a + aLow) = (above + aboveLow) / (below + belowLow) for 0 <= a <= 746 and |aLow| <=
 * ulp(a)/2, relative error below 2^-58 while 2^-n is normal.
 *
 * @returns `above`, which is smaller than `below`; the others are in `aboveLow[0]`, `below[0]` and
 * `belowLow[0]`
 */
export function fraction(a: number, aLow: number): number {
  const m = scaled(a);
  const n = m - shift;
  const exact = a - n * ln2Hi;
  const rest = aLow - n * ln2Lo;
  const r = exact + rest;
  const rLow = (exact - r) + rest;
  const v = r * r;
  const excess = v * (e1 + v * (e2 + v * (e3 + v * (e4 + v * e5)))); // R - 2
  const R = two + excess;
  const RLow = (two - R) + excess;
  const plus = R + r;
  const minus = R - r;
  const plusLow = (R - plus) + r;
  const minusLow = (R - minus) - r;
  const power = powers[(m - shiftTable) | 0]!;
  below[0] = plus;
  belowLow[0] = plusLow + (RLow + rLow);
  aboveLow[0] = (minusLow + (RLow - rLow)) * power;
  return minus * power;
}

/** accurate: e^-(a + aLow) as a pair, as `fraction`: the low part is in `low[0]`. */
function exp(a: number, aLow: number): number {
  const above = fraction(a, aLow);
  const inverse = 1 / below[0]!;
  const t = above * inverse;
  low[0] = (remainder(above, t, below[0]!) + (aboveLow[0]! - t * belowLow[0]!)) * inverse;
  return t;
}

/** e^-(a + aLow) for a > 700 as (high + low) * 2^exponent: what `expScaled` returns beside high. */
export const exponent: Int32Array = new Int32Array(1);

/**
 * e^-(a + aLow) for 700 < a <= 2500: high, in (0.13, 0.5]. The low part is in `low[0]`, the power of
 * two that scales both in `exponent[0]`.
 */
export function expScaled(a: number, aLow: number): number {
  const n = Math.floor(a * invLn2) - 1;
  exponent[0] = -n;
  return exp(a - n * ln2Hi, aLow - n * ln2Lo);
}

/**
 * e^-(a + aLow) / divisor for a > 700, where the result may be subnormal or 0: the division happens
 * at a safe scale and the result is rounded once. `divisor` is positive (1, or |beta|).
 */
export function expTiny(a: number, aLow: number, divisor: number): number {
  const high = expScaled(Math.min(a, 1500), aLow); // e^-1500 / 2^-1074 < 2^-1076
  const k = Math.floor(Math.log2(divisor));
  const scale = ldexp(divisor, -k); // in [1, 2), or next to it: any power of two would do
  return ldexpRounded(high / scale, low[0]! / scale, exponent[0]! - k);
}
