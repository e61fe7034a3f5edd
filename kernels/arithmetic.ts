/*
 * Arithmetic with a number and its rest: high + low, an unevaluated sum.
 *
 * A function that returns such a pair returns `high` and leaves the rest in `low[0]`: a second
 * return value without an allocation. Read it before the next such call.
 *
 * Products are made exact by halves of the digits (Math.fround, then the rest; Veltkamp's where
 * float32 would underflow), sums by Knuth's TwoSum. T. J. Dekker, "A floating-point technique for
 * extending the available precision", 1971.
 */

/** The rest of the last pair. */
export const low: Float64Array = new Float64Array(1);

/** x * 2^exponent in two steps, so that neither power overflows. */
export function ldexp(x: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return x * 2 ** half * 2 ** (exponent - half);
}

/** a + b, exactly, for any order of magnitude; finite arguments. */
export function add(a: number, b: number): number {
  const sum = a + b;
  const bPart = sum - a;
  low[0] = (a - (sum - bPart)) + (b - bPart);
  return sum;
}

/** 2^27 + 1, which halves the digits of a float64. */
const splitter = 134217729;

/**
 * t - q*d without its rounding error, for q = t/d rounded.
 *
 * The halves are Veltkamp's, good at any magnitude below 2^996: q is as small as e^-700, where
 * Math.fround would leave 0 of it.
 */
export function remainder(t: number, q: number, d: number): number {
  const qScaled = splitter * q;
  const qHead = qScaled - (qScaled - q);
  const qRest = q - qHead;
  const dScaled = splitter * d;
  const dHead = dScaled - (dScaled - d);
  const dRest = d - dHead;
  return ((t - qHead * dHead) - qHead * dRest - qRest * dHead) - qRest * dRest;
}

/** Beyond it, e^-a rounds to 0 whatever it is multiplied by. */
const farthest = 2500;

/** A factor prepared for many exact products: `fraction * 2^exponent`. */
export interface Factor {
  /** In [1, 2) or next to it, with the factor's sign. */
  readonly fraction: number;
  /** 2^exponent as two powers, of which neither overflows. */
  readonly power1: number;
  readonly power2: number;
}

/** Splits a finite factor other than 0. */
export function factor(value: number): Factor {
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const half = Math.trunc(exponent / 2);
  return {
    fraction: ldexp(value, -exponent),
    power1: 2 ** half,
    power2: 2 ** (exponent - half),
  };
}

/**
 * x * factor as a pair, exact to 2^-100; results beyond +-2500 are cut there, because no kernel
 * can tell them apart: e^-2500, times two factors below 2^1024, rounds to 0.
 */
export function multiply(x: number, { fraction, power1, power2 }: Factor): number {
  const scaled = Math.min(Math.max(x * power1 * power2, -farthest), farthest);
  const high = scaled * fraction;
  const xHead = Math.fround(scaled);
  const xRest = scaled - xHead;
  const fHead = Math.fround(fraction);
  const fRest = fraction - fHead;
  low[0] = ((xHead * fHead - high) + xHead * fRest + xRest * fHead) + xRest * fRest;
  return high;
}

/**
 * a + b, |a| >= |b|, rounded to the nearest float32, once: rounding the sum to float64 first would
 * decide ties that are none.
 */
export function roundPair(a: number, b: number): number {
  const sum = a + b;
  const rest = (a - sum) + b;
  const below = Math.fround(sum * (1 - 2 ** -52));
  const above = Math.fround(sum * (1 + 2 ** -52));
  if (below === above) return below;
  const middle = (below + above) / 2; // exact
  return (sum - middle) + rest > 0 ? above : below;
}

/** 2^52 * 1.5: adding and subtracting it rounds to an integer, ties to even. */
const shift = 2 ** 52 * 1.5;

/** (high + low) * 2^exponent for 0.05 < high < 16, rounded once also where that is subnormal. */
export function ldexpRounded(high: number, low: number, exponent: number): number {
  if (exponent < -1200) return 0;
  const unit = 2 ** (-1074 - exponent); // what the smallest subnormal is before scaling
  if (high >= unit * 2 ** 52) return ldexp(high + low, exponent);
  const stop = shift * unit; // adding it rounds to a multiple of unit
  const rounded = high + stop - stop;
  return ldexp(rounded + ((high - rounded) + low + stop - stop), exponent);
}

/**
 * (high + low) * factor for a positive pair below 2, rounded once. The product of the high parts is
 * made exact; where that, or a part of it, would leave the normal numbers, at a safe scale.
 */
export function timesPair(high: number, low: number, factor: number): number {
  const product = high * factor;
  const size = Math.abs(product);
  if (size > 2 ** -900 && Math.abs(factor) < 2 ** 990) {
    return product + (low * factor - remainder(product, high, factor));
  }
  return timesScaled(high, low, 0, factor, 1);
}

/**
 * (high + low) * 2^exponent * a * b for a positive pair and any a and b, rounded once; 0, Infinity
 * and NaN as IEEE has them.
 */
export function timesScaled(
  high: number,
  low: number,
  exponent: number,
  a: number,
  b: number,
): number {
  const plain = a * b;
  if (a === 0 || b === 0 || !Number.isFinite(a) || !Number.isFinite(b)) return plain;
  const sign = (a < 0) === (b < 0) ? 1 : -1;
  const h = Math.floor(Math.log2(high));
  const k = Math.floor(Math.log2(Math.abs(a)));
  const l = Math.floor(Math.log2(Math.abs(b)));
  const first = ldexp(high, -h); // in [1, 2), or next to it, like the others
  const second = ldexp(Math.abs(a), -k);
  const third = ldexp(Math.abs(b), -l);
  const factor = second * third;
  const product = first * factor;
  const rest = (ldexp(low, -h) * factor - first * remainder(factor, second, third)) -
    remainder(product, first, factor);
  return sign * ldexpRounded(product, rest, h + k + l + exponent);
}
