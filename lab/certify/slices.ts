/**
 * The float32 inputs in slices: slice s holds the bit patterns s 2^23 to (s+1) 2^23 - 1, one sign
 * and one exponent, so a slice is a binade. 512 slices are all 2^32 patterns.
 *
 * The quick subset takes from each slice every 509th pattern (a prime, so that the low bits vary)
 * and the places where something can go wrong: neighbourhoods of thresholds, powers of two and
 * multiples of ln2/2, special values, and the hard cases that lab/certify/screen_proof.ts found.
 *
 * @module
 */
import { BOUNDARIES } from "../oracle/boundaries.ts";
import { bitsOf, step } from "../floats.ts";
import hardCases from "./hard-cases.json" with { type: "json" };

/** Slices of float32. */
export const SLICES = 512;

/** Patterns in a slice. */
export const SLICE_SIZE: number = 2 ** 23;

/** Distance of the regular points of the quick subset. */
export const QUICK_STRIDE = 509;

/** Distance of the inputs at which functions are compared with their parts, and in quick runs. */
export const PARTS_STRIDE = { full: 61, quick: 8191 } as const;

/** The slice of the inputs -x. */
export function mirrored(slice: number): number {
  return slice ^ 256;
}

/** The exponent of the numbers of a slice: -127 for subnormals and zero, 128 for Inf and NaN. */
export function exponentOfSlice(slice: number): number {
  return (slice & 255) - 127;
}

/** Calls `use` with the bit patterns of a slice, block by block; the array is used again. */
export async function blocks(
  slice: number,
  quick: boolean,
  size: number,
  use: (bits: Uint32Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  const block = new Uint32Array(size);
  const first = slice * SLICE_SIZE;
  if (!quick) {
    for (let at = 0; at < SLICE_SIZE; at += size) {
      const length = Math.min(size, SLICE_SIZE - at);
      for (let i = 0; i < length; i++) block[i] = first + at + i;
      await use(block.subarray(0, length));
    }
    return;
  }
  const bits = quickBits(slice);
  for (let at = 0; at < bits.length; at += size) {
    const part = bits.subarray(at, at + size);
    block.set(part);
    await use(block.subarray(0, part.length));
  }
}

/** The patterns of a slice that belong to the quick subset, in ascending order. */
export function quickBits(slice: number): Uint32Array<ArrayBuffer> {
  const first = slice * SLICE_SIZE;
  const begin = Math.ceil(first / QUICK_STRIDE) * QUICK_STRIDE;
  const extra = (places().get(slice) ?? []).filter((bits) => bits % QUICK_STRIDE !== 0);
  const regular = Math.ceil((first + SLICE_SIZE - begin) / QUICK_STRIDE);
  const all = new Uint32Array(regular + extra.length);
  for (let i = 0; i < regular; i++) all[i] = begin + i * QUICK_STRIDE;
  all.set(extra, regular);
  return all.sort();
}

/** The patterns of a slice at which functions are compared with their parts. */
export function partsBits(slice: number, quick: boolean): Uint32Array<ArrayBuffer> {
  const stride = PARTS_STRIDE[quick ? "quick" : "full"];
  const first = slice * SLICE_SIZE;
  const begin = Math.ceil(first / stride) * stride;
  const regular = Math.ceil((first + SLICE_SIZE - begin) / stride);
  return new Uint32Array(regular).map((_, i) => begin + i * stride);
}

let found: Map<number, number[]> | undefined;

/** The directed inputs of the quick subset, by slice. */
function places(): Map<number, number[]> {
  if (found) return found;
  const all = new Set<number>();
  const near = (x: number, steps: number) => {
    for (const v of [x, -x].map(Math.fround)) {
      for (let k = -steps; k <= steps; k++) all.add(Number(bitsOf(step(v, k, "f32"), "f32")));
    }
  };
  for (const edges of [BOUNDARIES.f32, BOUNDARIES.f64]) {
    for (const x of Object.values<number>(edges)) near(x, 64);
  }
  // Cut-offs that other libraries have, and where e^x overflows: likely places for a mistake.
  for (const x of [13.993, 16.6355, 18, 20, 30, 50, 88.72283935546875, 88.72283172607422]) {
    near(x, 16);
  }
  for (let e = -149; e <= 127; e++) near(2 ** e, 4);
  for (let n = 1; n <= 310; n++) near(n * Math.LN2 / 2, 4);
  near(0, 8);
  near(Infinity, 8);
  near(3.4028234663852886e38, 8);
  // Odd multiples of 2^-24 are ties of 1/2 + x/4, near ones of sigmoid.
  for (let n = 1; n < 512; n += 2) near(n * 2 ** -24, 1);
  for (const sign of [0, 0x80000000]) {
    for (let k = 0; k < 23; k++) {
      all.add(sign + 0x7f800000 + 2 ** k); // NaNs, quiet and signalling
      all.add(sign + 0x7fffffff - (k === 22 ? 0 : 2 ** k));
    }
  }
  for (const x of Object.values(hardCases.f32).flat()) {
    const bits = Number(x);
    all.add(bits);
    all.add((bits ^ 0x80000000) >>> 0); // the same for logSigmoid
  }
  found = new Map();
  for (const bits of all) {
    const slice = Math.floor(bits / SLICE_SIZE);
    const list = found.get(slice);
    if (list) list.push(bits);
    else found.set(slice, [bits]);
  }
  return found;
}
