/*
 * The rounding test (Ziv, 1991) of the float32 `exact` kernels.
 *
 * A quick phase gives y in float64 with a relative error below 2^-37. Rounding y to float32 drops
 * 29 bits; the result is certain unless those 29 bits lie near the middle, 2^28. The band of
 * +-2^16 around it covers the error (2^-37 * 2^53); one input in 4096 falls into it. Results
 * below 2^-126 are subnormal in float32, where the middle lies elsewhere: they count as undecided.
 *
 * A loop writes every result and notes the undecided ones; after each block they are settled one
 * by one. That keeps the loop free of calls and of branches that cannot be predicted.
 */

/** Elements in a block. */
export const blockSize = 1024;

/** Undecided inputs of the block, and where they stand in it. One slot more than a block. */
export const undecidedX: Float64Array = new Float64Array(blockSize + 1);
export const undecidedAt: Int32Array = new Int32Array(blockSize + 1);

const float = new Float64Array(1);
const words = new Int32Array(float.buffer); // the low word comes first: WebAssembly, too, is little-endian
/** The high word of 2^-126. Positive float64 compare as their words do. */
const smallestNormalHigh = 0x38100000;

/** 1 where the quick result y >= 0 may round either way (NaN: 0), else 0. */
export function isUndecided(y: number): number {
  float[0] = y;
  const near = ((words[0]! & 0x1fffffff) - 0x0fff0000) >>> 0;
  return (near <= 0x20000 ? 1 : 0) | ((words[1]! >>> 0) < smallestNormalHigh ? 1 : 0);
}

/** The rounded quick result where it is certain after all (subnormals), else NaN. */
export function settleQuick(y: number): number {
  const below = Math.fround(y * (1 - 2 ** -37));
  return below === Math.fround(y * (1 + 2 ** -37)) ? below : NaN;
}
