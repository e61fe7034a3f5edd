/**
 * Exact arithmetic on floats, and exp and log1p by series, in BigInt fixed point.
 *
 * A number is an integer times 2^-1400. Every finite double is one exactly, so sums, differences
 * and comparisons of results are exact, and an identity can be tested without a rounding of its
 * own. The series are a second way to the values that the oracle takes from MPFR; they are slow,
 * plain, and share nothing with it.
 *
 * @module
 */
import { type Format, FORMATS } from "../floats.ts";

/** Fraction bits: 1074 for the least double, and over 300 more for the digits of a tiny e^x. */
export const FRACTION = 1400n;

/** 1 in fixed point. */
export const ONE: bigint = 1n << FRACTION;

const word = new DataView(new ArrayBuffer(8));

/** A finite double, exactly. */
export function fixed(x: number): bigint {
  word.setFloat64(0, x);
  const bits = word.getBigUint64(0);
  const biased = (bits >> 52n) & 0x7ffn;
  if (biased === 0x7ffn) throw new RangeError(`${x} is not finite`);
  const fraction = bits & ((1n << 52n) - 1n);
  const significand = biased === 0n ? fraction : fraction | (1n << 52n);
  const unit = (biased === 0n ? 1n : biased) - 1075n + FRACTION; // value = significand 2^(unit-F)
  const magnitude = significand << unit;
  return bits >> 63n ? -magnitude : magnitude;
}

/** The bits that a positive integer needs. */
function bitLength(n: bigint): number {
  return n.toString(16).length * 4 - Math.clz32(parseInt(n.toString(16)[0]!, 16)) + 28;
}

/** A fixed-point number rounded to the format, to nearest, ties to even; no overflow expected. */
export function toFloat(n: bigint, format: Format): number {
  if (n === 0n) return 0;
  if (n < 0n) return -toFloat(-n, format);
  const { precision, minExponent } = FORMATS[format];
  const exponent = bitLength(n) - 1 - Number(FRACTION);
  const unit = Math.max(exponent, minExponent) - precision + 1; // the last place is 2^unit
  const shift = BigInt(unit) + FRACTION;
  if (shift <= 0n) return Number(n << -shift) * 2 ** unit;
  const half = 1n << (shift - 1n);
  let q = n >> shift;
  const rest = n - (q << shift);
  if (rest > half || (rest === half && q & 1n)) q += 1n;
  // q has at most 53 bits and q 2^unit is a float; two factors keep 2^unit itself a double.
  return Number(q) * 2 ** Math.ceil(unit / 2) * 2 ** Math.floor(unit / 2);
}

/** e^-a for a >= 0: 40 halvings of a, Taylor's series, 40 squarings. Error below 2^-1350. */
export function expMinus(a: bigint): bigint {
  if (a > 2000n * ONE) return 0n; // e^-2000 < 2^-2885
  const r = a >> 40n;
  let sum = ONE;
  let term = ONE;
  for (let k = 1n; term !== 0n; k++) {
    term = (term * r >> FRACTION) / k;
    sum += k & 1n ? -term : term;
  }
  for (let i = 0; i < 40; i++) sum = sum * sum >> FRACTION;
  return sum;
}

/** atanh(p/q) = p/q + (p/q)^3/3 + ..., for 0 <= p/q <= 1/3. Error below 2^-1385. */
export function atanh(p: bigint, q: bigint): bigint {
  let power = (p << FRACTION) / q;
  const square = power * power >> FRACTION;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += power / k;
    power = power * square >> FRACTION;
  }
  return sum;
}

/** log(1 + t) = 2 atanh(t / (2 + t)), for 0 <= t <= 1. */
export function log1p(t: bigint): bigint {
  return 2n * atanh(t, 2n * ONE + t);
}

/** softplus(x) in fixed point. */
export function softplus(x: number): bigint {
  const n = fixed(x);
  return (n > 0n ? n : 0n) + log1p(expMinus(n < 0n ? -n : n));
}

/** sigmoid(x) in fixed point. */
export function sigmoid(x: number): bigint {
  const n = fixed(x);
  const t = expMinus(n < 0n ? -n : n);
  return ((n < 0n ? t : ONE) << FRACTION) / (ONE + t);
}

/** What the series may be off by, in all: far above the sum of the truncations, each 2^-1400. */
export const SERIES_ERROR: bigint = 1n << 80n;
