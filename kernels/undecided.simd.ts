/*
 * The rounding test of the float32 `exact` kernels, the twin of undecided.ts on vectors.
 *
 * The quick phase gives y in float64 with a relative error below 2^-37. Rounding it to float32 drops
 * 29 bits, and the result is certain unless these lie within 2^16 of the middle, as in one of 4096
 * inputs. A loop tests a block at once and hands one that fails to its `careful` path. Results below
 * 2^-126 are subnormal in float32: there the test looks at y + 2^-126, whose 29 bits are the ones
 * that are dropped.
 */
import { at } from "./lanes.simd";

/** The 29 bits. */
const dropped = memory.data<i32>([0x1fffffff, 0x1fffffff, 0x1fffffff, 0x1fffffff], 16);
/** Where the band about their middle begins, and how wide it is. */
const bandStart = memory.data<i32>([0xfff0000, 0xfff0000, 0xfff0000, 0xfff0000], 16);
const bandWidth = memory.data<i32>([0x20000, 0x20000, 0x20000, 0x20000], 16);
const smallestNormal = pair("0x1p-126");

/** For four results that are not subnormal: how far beyond the start of the band, modulo 2^32. */
// @ts-ignore: decorator
@inline
export function distance(y0: v128, y1: v128): v128 {
  const words = v128.shuffle<i32>(y0, y1, 0, 2, 4, 6);
  return i32x4.sub(v128.and(words, at(dropped)), at(bandStart));
}

/** All bits set in each 32-bit lane whose distance lies in the band: it may round either way. */
// @ts-ignore: decorator
@inline
export function undecided(distance: v128): v128 {
  return i32x4.le_u(distance, at(bandWidth));
}

/** As `undecided` of the distance, subnormal results included. */
// @ts-ignore: decorator
@inline
export function undecidedTiny(y0: v128, y1: v128): v128 {
  const m = at(smallestNormal);
  return undecided(distance(
    f64x2.add(y0, v128.and(f64x2.lt(y0, m), m)),
    f64x2.add(y1, v128.and(f64x2.lt(y1, m), m)),
  ));
}

/**
 * a + b, |a| >= |b|, rounded to the nearest float32, once: rounding the sum to float64 first would
 * decide ties that are none.
 */
export function roundPair(a: f64, b: f64): f32 {
  const sum = a + b;
  const rest = (a - sum) + b;
  const below = <f32> (sum * (1 - hex("0x1p-52")));
  const above = <f32> (sum * (1 + hex("0x1p-52")));
  if (below == above) return below;
  const middle = ((<f64> below) + (<f64> above)) / 2; // exact
  return (sum - middle) + rest > 0 ? above : below;
}
