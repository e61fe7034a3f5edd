/**
 * float64: structured samples in slices, because 2^64 inputs cannot be tried.
 *
 * 256 slices of 40,960 inputs (10,485,760 in all), each with its own seed and each of the same
 * make-up: every binade of either sign; neighbourhoods of the boundaries and of multiples of ln2/2;
 * the range where the results take all their shapes; the subnormal results; random bits; special
 * values; and, in slice 0, the hard cases found by search.
 *
 * @module
 */
import { step } from "../floats.ts";
import { BOUNDARIES } from "../oracle/boundaries.ts";
import { LEAST } from "../oracle/double_double.ts";
import { Random } from "../random.ts";
import hardCases from "./hard-cases.json" with { type: "json" };

/** Slices of the float64 sample. */
export const SAMPLES = 256;

/** Slices that the quick subset consists of. */
export const QUICK_SAMPLES = 2;

const SIZE = 40_960;
/** Places whose neighbourhoods are sampled. */
const places: readonly number[] = [
  ...[BOUNDARIES.f32, BOUNDARIES.f64].flatMap((b) => Object.values<number>(b)),
  ...[13.993, 16.6355, 18, 20, 30, 36.7, 40, 600, 700, 709.782712893384, 746, LEAST],
  ...Array.from({ length: 2160 }, (_, n) => n * Math.LN2 / 2),
];

/** The inputs of a slice: the same on every machine. Without `hard`, as the search found them. */
export function sample(slice: number, hard = true): Float64Array<ArrayBuffer> {
  const random = new Random(0x5eed + slice);
  const x: number[] = [NaN, Infinity, -Infinity, 0, -0, Number.MAX_VALUE, -Number.MAX_VALUE];
  const sign = () => random.uint32() & 1 ? -1 : 1;
  const below = (n: number) => Math.floor(random.uniform() * n);
  if (slice === 0 && hard) {
    for (const bits of Object.values(hardCases.f64).flat()) {
      word[0] = BigInt(bits);
      x.push(value[0]!, -value[0]!);
    }
  }
  for (let e = -1074; e <= 1023; e++) {
    for (const s of [-1, 1]) {
      // Every sixteenth slice has the powers of two and their neighbours.
      x.push(
        slice % 16 === 0
          ? step(s * 2 ** e, slice / 16 - 8, "f64")
          : s * (1 + random.uniform()) * 2 ** e,
      );
    }
  }
  for (let i = 0; i < 6000; i++) {
    x.push(sign() * step(places[below(places.length)]!, below(257) - 128, "f64"));
  }
  for (let e = -30; e <= 9; e++) {
    for (let i = 0; i < 300; i++) x.push(sign() * (1 + random.uniform()) * 2 ** e);
  }
  for (let i = 0; i < 1000; i++) x.push(-708 - 38 * random.uniform());
  for (let i = 0; i < 2000; i++) x.push(-745.2 * random.uniform());
  for (let i = 0; i < 1000; i++) {
    word[0] = BigInt(random.uint32()) << 32n | BigInt(random.uint32());
    x.push(value[0]!);
  }
  while (x.length < SIZE - 8000) x.push(random.normal() * 4);
  while (x.length < SIZE - 4000) x.push(80 * random.uniform() - 40);
  while (x.length < SIZE) x.push(2 * random.uniform() - 1);
  return Float64Array.from(x);
}

const value = new Float64Array(1);
const word = new BigUint64Array(value.buffer);
