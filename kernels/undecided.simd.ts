/*
 * The rounding test of the float32 `exact` kernels, the twin of undecided.ts on vectors.
 *
 * The quick phase gives four results in two float64 vectors. The 29 bits that rounding to float32
 * drops lie near the middle in one of 256 inputs; the loop tests four vectors at once and hands
 * those that fail to `settle`. Results below 2^-126 are subnormal in float32: there the test looks
 * at y + 2^-126, whose 29 bits are the ones that are dropped.
 */
import { at } from "./lanes.simd";

/** Half the width of the band, 2^20 of the 29 bits, moved to the top of a 32-bit word. */
const band = memory.data<i32>([0x800000, 0x800000, 0x800000, 0x800000], 16);
/** The lowest 32-bit integer plus the width of the band. */
const bandEnd = memory.data<i32>([-0x7f000000, -0x7f000000, -0x7f000000, -0x7f000000], 16);
const smallestNormal = pair("0x1p-126");

/** All bits set in each 32-bit lane whose result may round either way; results not subnormal. */
// @ts-ignore: decorator
@inline
export function undecided(y0: v128, y1: v128): v128 {
  const words = v128.shuffle<i32>(y0, y1, 0, 2, 4, 6);
  return i32x4.lt_s(i32x4.add(i32x4.shl(words, 3), at(band)), at(bandEnd));
}

/** As `undecided`, subnormal results included. */
// @ts-ignore: decorator
@inline
export function undecidedTiny(y0: v128, y1: v128): v128 {
  const m = at(smallestNormal);
  return undecided(
    f64x2.add(y0, v128.and(f64x2.lt(y0, m), m)),
    f64x2.add(y1, v128.and(f64x2.lt(y1, m), m)),
  );
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
