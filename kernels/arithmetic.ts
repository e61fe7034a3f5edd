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
 * x * factor as a pair, exact to 2^-100; results beyond +-2000 are cut there, because no kernel
 * can tell them apart.
 */
export function multiply(x: number, { fraction, power1, power2 }: Factor): number {
  const scaled = Math.min(Math.max(x * power1 * power2, -2000), 2000);
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
