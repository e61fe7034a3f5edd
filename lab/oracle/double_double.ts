/**
 * The float64 reference: softplus and sigmoid as unevaluated sums of two doubles.
 *
 *   e^-a:      n = rint(a/ln2), r = n ln2 - a with ln2 in three pieces, p = e^(r/256) - 1 by Taylor's
 *              series, and eight times p <- p (2 + p)
 *   log(1+t):  2 (s + s^3/3 + s^5/5 + ...), s = t / (2 + t)
 *
 * Products are exact by Veltkamp's splitting, sums by Knuth's TwoSum. The bound, 2^-92 relative, is
 * measured: lab/certify/screen_proof.ts compares with MPFR. Valid for x >= -600; below, low parts
 * come near the subnormal numbers, and the caller asks MPFR.
 *
 * A function returns the high part and leaves the low part in `rest[0]`.
 *
 * @module
 */
import { FRACTION, log1p as fixedLog1p, ONE } from "./fixed_point.ts";

/** Bound of the relative error of the sums. */
export const PAIR_BOUND: number = 2 ** -92;

/** The least x that {@linkcode evaluate} takes. */
export const LEAST = -600;

const rest = new Float64Array(1);

/** a b exactly. */
function product(a: number, b: number): number {
  const high = a * b;
  const ca = 134217729 * a;
  const aHead = ca - (ca - a);
  const aRest = a - aHead;
  const cb = 134217729 * b;
  const bHead = cb - (cb - b);
  const bRest = b - bHead;
  rest[0] = ((aHead * bHead - high) + aHead * bRest + aRest * bHead) + aRest * bRest;
  return high;
}

/** a + b exactly. */
function sum(a: number, b: number): number {
  const high = a + b;
  const bPart = high - a;
  rest[0] = (a - (high - bPart)) + (b - bPart);
  return high;
}

/** A sum whose parts do not overlap any more; |a| >= |b|. */
function settle(a: number, b: number): number {
  const high = a + b;
  rest[0] = b - (high - a);
  return high;
}

function add(a: number, aLow: number, b: number, bLow: number): number {
  const high = sum(a, b);
  const highLow = rest[0]!;
  const low = sum(aLow, bLow);
  const lowLow = rest[0]!;
  const first = settle(high, highLow + low);
  return settle(first, rest[0]! + lowLow);
}

function multiply(a: number, aLow: number, b: number, bLow: number): number {
  const high = product(a, b);
  return settle(high, rest[0]! + (a * bLow + aLow * b));
}

function divide(a: number, aLow: number, b: number, bLow: number): number {
  const q = a / b;
  const back = product(q, b);
  const backLow = rest[0]!;
  const q2 = ((a - back) - backLow + (aLow - q * bLow)) / b;
  const high = settle(q, q2);
  const highLow = rest[0]!;
  // One more step: what the first remainder has lost.
  const again = multiply(high, highLow, b, bLow);
  const againLow = rest[0]!;
  const q3 = ((a - again) + (aLow - againLow)) / b;
  return settle(high, highLow + q3);
}

/** 1/k in two doubles. */
const inverse = Array.from({ length: 100 }, (_, k) => {
  if (k === 0) return [0, 0] as const;
  const high = divide(1, 0, k, 0);
  return [high, rest[0]!] as const;
});

/** ln2 in pieces of 40, 40 and 53 bits: n times one of the first two is exact for n < 2^13. */
const [ln2A, ln2B, ln2C] = pieces(fixedLog1p(ONE));

function pieces(value: bigint): [number, number, number] {
  let remaining = value;
  const take = (bits: bigint, position: bigint): number => {
    const unit = FRACTION - position - bits; // the last bit kept
    const kept = remaining >> unit;
    remaining -= kept << unit;
    return Number(kept) * 2 ** Number(unit - FRACTION);
  };
  return [take(40n, 0n), take(40n, 40n), take(53n, 80n)];
}

/** e^-a for 0 <= a <= 700. */
function exp(a: number): number {
  const n = Math.round(a / Math.LN2);
  // n ln2A - a is exact: both are multiples of the last bit of either, and the difference is small.
  let high = sum(n * ln2A - a, n * ln2B);
  high = add(high, rest[0]!, n * ln2C, 0);
  const r = high / 256;
  const rLow = rest[0]! / 256;
  let p = inverse[11]![0];
  let pLow = inverse[11]![1];
  for (let k = 10; k >= 1; k--) { // p = (1 + r p) / k
    p = multiply(p, pLow, r, rLow);
    p = add(1, 0, p, rest[0]!);
    p = multiply(p, rest[0]!, inverse[k]![0], inverse[k]![1]);
    pLow = rest[0]!;
  }
  p = multiply(p, pLow, r, rLow);
  pLow = rest[0]!;
  for (let k = 0; k < 8; k++) {
    const two = add(2, 0, p, pLow);
    p = multiply(two, rest[0]!, p, pLow);
    pLow = rest[0]!;
  }
  const t = add(1, 0, p, pLow);
  const scale = 2 ** -n;
  rest[0]! *= scale;
  return t * scale;
}

/** log(1 + t) for 0 < t <= 1. */
function log1p(t: number, tLow: number): number {
  const d = add(2, 0, t, tLow);
  const s = divide(t, tLow, d, rest[0]!);
  const sLow = rest[0]!;
  const z = multiply(s, sLow, s, sLow);
  const zLow = rest[0]!;
  // z^k / (2k+1) below 2^-110 ends the series.
  let k = Math.min(Math.ceil(110 / -Math.log2(z)), 45);
  let q = inverse[2 * k + 1]![0];
  let qLow = inverse[2 * k + 1]![1];
  while (--k >= 0) {
    q = multiply(q, qLow, z, zLow);
    q = add(q, rest[0]!, inverse[2 * k + 1]![0], inverse[2 * k + 1]![1]);
    qLow = rest[0]!;
  }
  const high = multiply(q, qLow, s, sLow);
  rest[0]! *= 2;
  return 2 * high;
}

/** Where {@linkcode evaluate} puts its results: high and low of softplus, sigmoid and sigmoidGrad. */
export const pair: Float64Array = new Float64Array(6);

/** softplus, sigmoid and, to 600, sigmoidGrad of an x >= -600, not NaN, into {@linkcode pair}. */
export function evaluate(x: number): void {
  if (x > -LEAST) {
    pair.set([x, 0, 1, 0, NaN, NaN]);
    return;
  }
  const t = exp(Math.abs(x));
  const tLow = rest[0]!;
  const log = log1p(t, tLow);
  pair[0] = x > 0 ? add(x, 0, log, rest[0]!) : log;
  pair[1] = rest[0]!;
  const d = add(1, 0, t, tLow);
  const dLow = rest[0]!;
  const below = divide(t, tLow, d, dLow);
  const belowLow = rest[0]!;
  const above = divide(1, 0, d, dLow);
  const aboveLow = rest[0]!;
  pair[2] = x < 0 ? below : above;
  pair[3] = x < 0 ? belowLow : aboveLow;
  pair[4] = multiply(below, belowLow, above, aboveLow);
  pair[5] = rest[0]!;
}
