/**
 * What the tests need to know about the formats of floats: bits, neighbours, the unit in the last
 * place, and how to print a value so that nothing about it is hidden.
 *
 * @module
 */

import type { Format } from "../kernels/bounds.ts";

export type { Format };

/** A typed array of any of them. */
export type Vector = Float16Array | Float32Array | Float64Array;

/** Bits of the significand, the exponent of the least normal number, and bytes of a value. */
export const FORMATS = {
  f16: { precision: 11, minExponent: -14, bytes: 2 },
  f32: { precision: 24, minExponent: -126, bytes: 4 },
  f64: { precision: 53, minExponent: -1022, bytes: 8 },
} as const;

const scratch = new DataView(new ArrayBuffer(8));

/** The format of the elements of an array. */
export function formatOf(array: Vector): Format {
  return array.BYTES_PER_ELEMENT === 2 ? "f16" : array.BYTES_PER_ELEMENT === 4 ? "f32" : "f64";
}

/** One type stands for the class of every format: their signatures do not unite. */
interface VectorClass {
  new (memory: ArrayBufferLike | number, byteOffset?: number, length?: number): Vector;
  from(numbers: Iterable<number>): Vector;
}

/**
 * The class of a format's arrays.
 *
 * @throws {TypeError} this runtime has no float16
 */
function classOf(format: Format): VectorClass {
  // Node 20 has none, and asking for the name alone would throw.
  const half = typeof Float16Array === "undefined" ? undefined : Float16Array;
  const found = { f16: half, f32: Float32Array, f64: Float64Array }[format];
  if (found === undefined) {
    throw new TypeError("f16 needs a runtime with Float16Array: Deno, or Node 24");
  }
  return found as unknown as VectorClass;
}

/** A new array of the format; zeros. */
export function arrayOfLength(format: Format, length: number): Vector {
  return new (classOf(format))(length);
}

/** An array of the format on memory that is there. */
export function arrayOn(format: Format, buffer: ArrayBufferLike): Vector {
  return new (classOf(format))(buffer);
}

/** The array that has these bits. */
export function arrayOfBits(format: Format, patterns: readonly bigint[]): Vector {
  const { bytes } = FORMATS[format];
  const view = new DataView(new ArrayBuffer(patterns.length * bytes));
  patterns.forEach((bits, i) => {
    if (format === "f64") view.setBigUint64(8 * i, bits, true);
    else if (format === "f32") view.setUint32(4 * i, Number(bits), true);
    else view.setUint16(2 * i, Number(bits), true);
  });
  return arrayOn(format, view.buffer);
}

/** These numbers as an array of the format. */
export function arrayOf(format: Format, numbers: Iterable<number>): Vector {
  return classOf(format).from(numbers);
}

/** `x` rounded to the format: itself for f64. */
export function roundTo(x: number, format: Format): number {
  return format === "f16" ? Math.f16round(x) : format === "f32" ? Math.fround(x) : x;
}

/** The bits of `x` in the format. */
export function bitsOf(x: number, format: Format): bigint {
  if (format === "f64") {
    scratch.setFloat64(0, x);
    return scratch.getBigUint64(0);
  }
  if (format === "f16") {
    scratch.setFloat16(0, x);
    return BigInt(scratch.getUint16(0));
  }
  scratch.setFloat32(0, x);
  return BigInt(scratch.getUint32(0));
}

/** The number with these bits. */
export function fromBits(bits: bigint, format: Format): number {
  if (format === "f64") {
    scratch.setBigUint64(0, bits);
    return scratch.getFloat64(0);
  }
  if (format === "f16") {
    scratch.setUint16(0, Number(bits));
    return scratch.getFloat16(0);
  }
  scratch.setUint32(0, Number(bits));
  return scratch.getFloat32(0);
}

const signBit = { f16: 1n << 15n, f32: 1n << 31n, f64: 1n << 63n } as const;

/**
 * The place of `x` in the order of all floats of the format, an integer: neighbours differ by 1,
 * +0 is 0 and -0 is -1, infinities lie just outside the finite numbers and NaNs outside those.
 */
export function toOrdered(x: number, format: Format): bigint {
  const bits = bitsOf(x, format);
  return bits < signBit[format] ? bits : signBit[format] - 1n - bits;
}

/** The float at this place of the order: the inverse of {@linkcode toOrdered}. */
export function fromOrdered(place: bigint, format: Format): number {
  return fromBits(place >= 0n ? place : signBit[format] - 1n - place, format);
}

/** The float `steps` places after `x` (before it, where negative), stopping at the infinities. */
export function step(x: number, steps: number, format: Format): number {
  const last = toOrdered(Infinity, format);
  const place = toOrdered(x, format) + BigInt(steps);
  return fromOrdered(place > last ? last : place < -last - 1n ? -last - 1n : place, format);
}

/** The exponent of the binade of a finite `x` that is not 0: 2^e <= |x| < 2^(e+1). */
export function exponentOf(x: number): number {
  scratch.setFloat64(0, x);
  const biased = (scratch.getUint32(0) >>> 20) & 0x7ff;
  if (biased !== 0) return biased - 1023;
  scratch.setFloat64(0, x * 2 ** 64); // a subnormal double, lifted among the normal ones
  return ((scratch.getUint32(0) >>> 20) & 0x7ff) - 1023 - 64;
}

/**
 * One unit in the last place of `x`, a finite value of the format: the distance to the next value
 * of the same binade. Subnormals and 0 share the unit of the least normal binade.
 */
export function ulp(x: number, format: Format): number {
  const { precision, minExponent } = FORMATS[format];
  const e = x === 0 ? minExponent : Math.max(exponentOf(x), minExponent);
  return 2 ** (e - precision + 1);
}

/** Same bits, any NaN being as good as any other. */
export function same(a: number, b: number): boolean {
  return Object.is(a, b);
}

/** The bits of `x` in hexadecimal, and its value: `0x3f317218 (0.6931471824645996)`. */
export function hex(x: number, format: Format): string {
  return `0x${bitsOf(x, format).toString(16).padStart(FORMATS[format].bytes * 2, "0")} (${x})`;
}

/** A failure in one line: `softplus f32 x=0x.. got=0x.. want=0x..`. */
export function report(
  what: string,
  x: number,
  got: number,
  want: number,
  format: Format,
): string {
  return `${what} ${format} x=${hex(x, format)} got=${hex(got, format)} want=${hex(want, format)}`;
}
