/**
 * Floats for properties, in the shape of the functions. They are drawn as integers in the order of
 * all floats, so that every bit pattern is as likely as any other, subnormals among them, and then
 * pulled to where something happens: the neighbourhoods of thresholds and branch cuts, the range where
 * no tail is saturated, and zero.
 *
 * The functions of this file take the user's fast-check, or the project's own.
 *
 * @module
 */
import type fc from "fast-check";
import {
  arrayOf,
  type Format,
  FORMATS,
  fromOrdered,
  roundTo,
  step,
  toOrdered,
  type Vector,
} from "../floats.ts";
import { BOUNDARIES } from "../oracle/boundaries.ts";
import { loadPackage } from "../packages.ts";

/** The module that makes arbitraries. */
export type FastCheck = typeof fc;

/** fast-check, once somebody asks for it. */
export async function fastCheck(purpose: string): Promise<FastCheck> {
  return (await loadPackage("fast-check", purpose, () => import("fast-check"))).default;
}

/** Which floats are drawn. */
export interface FloatConstraints {
  /** The least; the least finite one unless told. */
  readonly min?: number;
  /** The greatest; the greatest finite one unless told. */
  readonly max?: number;
  /** Whether NaN and the infinities within min and max are drawn too; they are not unless told. */
  readonly specials?: boolean;
}

/** How many floats, and which. */
export interface FloatArrayConstraints extends FloatConstraints {
  /** 0 unless told. */
  readonly minLength?: number;
  /** 40 unless told. */
  readonly maxLength?: number;
}

/** The boundaries of all formats with either sign, powers of two, and the largest numbers. */
export function branchPoints(format: Format): number[] {
  const edges = Object.values(BOUNDARIES).flatMap((b) => Object.values<number>(b));
  const powers = [-60, -54, -53, -52, -30, -26, -25, -24, -12, -1, 0, 1, 2, 3, 5, 7, 9, 10];
  const points = [...edges, ...powers.map((e) => 2 ** e), Math.LN2, 88.72283905206835];
  points.push(709.782712893384, 2 ** FORMATS[format].minExponent, 3.4028234663852886e38);
  return points.flatMap((p) => [p, -p]).map((p) => roundTo(p, format));
}

/** Every float from one to another, as likely as its neighbours; they shrink towards 0. */
export function places(
  fc: FastCheck,
  format: Format,
  from: number,
  to: number,
): fc.Arbitrary<number> {
  return fc.bigInt({ min: toOrdered(from, format), max: toOrdered(to, format) })
    .map((place) => fromOrdered(place, format));
}

/**
 * Floats of a format: every one can come, those near a branch of softplus or sigmoid often.
 *
 * @throws {RangeError} min is not below max, or no number
 */
export function floatsOf(
  fc: FastCheck,
  format: Format,
  { min = -Infinity, max = Infinity, specials = false }: FloatConstraints = {},
): fc.Arbitrary<number> {
  const largest = step(Infinity, -1, format);
  const [low, high] = [Math.max(-largest, min), Math.min(largest, max)];
  if (!(low <= high)) {
    throw new RangeError(`floats: min must not be above max, got ${min} and ${max}`);
  }
  const isInside = (x: number) => x >= low && x <= high;
  const near = (points: fc.Arbitrary<number>, steps: number) =>
    fc.tuple(points, fc.integer({ min: -steps, max: steps }))
      .map(([p, n]) => step(p, n, format));
  const round = (x: number) => roundTo(x, format);
  const uniform = (from: number, to: number) =>
    fc.integer({ min: 0, max: 2 ** 31 - 1 })
      .map((n) =>
        round(Math.max(from, low) + (Math.min(to, high) - Math.max(from, low)) * (n / 2 ** 31))
      );
  const { zero, one } = BOUNDARIES[format];
  // Exponentials are reduced by multiples of ln 2: these are the cuts between one and the next.
  const cuts = fc.integer({ min: Math.floor(zero / Math.LN2) - 1, max: 64 })
    .map((n) => round((n + 0.5) * Math.LN2));
  const points = branchPoints(format).filter(isInside);
  const overlaps = (from: number, to: number) => from < high && to > low;
  const parts = [
    { weight: 4, arbitrary: places(fc, format, low, high) },
    ...isInside(0) ? [{ weight: 2, arbitrary: fc.constantFrom(0, -0) }] : [],
    ...isInside(0) ? [{ weight: 1, arbitrary: near(fc.constant(0), 2000) }] : [], // subnormals
    ...points.length > 0 ? [{ weight: 4, arbitrary: near(fc.constantFrom(...points), 8) }] : [],
    { weight: 2, arbitrary: near(cuts, 3) },
    ...overlaps(-8, 8) ? [{ weight: 4, arbitrary: uniform(-8, 8) }] : [],
    ...overlaps(1.02 * zero, 1.2 * one)
      ? [{ weight: 3, arbitrary: uniform(1.02 * zero, 1.2 * one) }]
      : [],
  ];
  // What a neighbourhood brings from outside is pulled to the edge.
  const finite = fc.oneof(...parts).map((x) =>
    isInside(x) ? x : x < low ? round(low) : round(high)
  );
  if (!specials) return finite;
  const ends = [-Infinity, Infinity].filter((end) => end === min || end === max);
  return fc.oneof({ weight: 12, arbitrary: finite }, {
    weight: 1,
    arbitrary: fc.constantFrom(NaN, ...ends),
  });
}

/** Arrays of such floats, of the format's type. */
export function floatArraysOf(
  fc: FastCheck,
  format: Format,
  { minLength = 0, maxLength = Math.max(40, minLength), ...which }: FloatArrayConstraints = {},
): fc.Arbitrary<Vector> {
  return fc.array(floatsOf(fc, format, which), { minLength, maxLength })
    .map((list) => arrayOf(format, list));
}
