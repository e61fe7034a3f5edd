/*
 * Typed arrays as they are, whatever their class says of itself.
 *
 * A subclass of a typed array may bring members of its own: a `length`, a `subarray`, a species or
 * a constructor with other parameters. Code that calls these computes with what a stranger wrote,
 * and gets silently wrong numbers. So the kit asks an array nothing but through the language's own
 * members, taken here when the module loads.
 */

/**
 * Element types of the kit; Float16Array where the runtime has it.
 *
 * @example
 * ```ts
 * import { type FloatArray, softplus } from "@softplus/kit";
 *
 * const activate = (x: FloatArray): FloatArray => softplus(x);
 * ```
 */
export type FloatArray = Float16Array | Float32Array | Float64Array;

/**
 * Makes one of the element types.
 *
 * @example
 * ```ts
 * import { type FloatArrayConstructor } from "@softplus/kit";
 *
 * const zeros = (type: FloatArrayConstructor, length: number) => new type(length);
 * ```
 */
export type FloatArrayConstructor =
  | Float16ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

/** The names of the element types. */
export type FloatArrayType = "Float16Array" | "Float32Array" | "Float64Array";

const { Float32Array: Float32, Float64Array: Float64 } = globalThis;
// Node 20 has none.
const Float16 = typeof Float16Array === "undefined" ? undefined : Float16Array;

const members = Object.getPrototypeOf(Float32.prototype) as Float32Array;
const getter = (key: PropertyKey): () => unknown =>
  Object.getOwnPropertyDescriptor(members, key)!.get!;
const typeTag = getter(Symbol.toStringTag);
const getLength = getter("length");
const getBuffer = getter("buffer");
const getByteOffset = getter("byteOffset");
const { set, keys } = members;
const byteLengthOfPlain = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength")!
  .get!;

/** The class of an element type of the kit, or undefined for any other type. */
export function classOf(type: string | undefined): FloatArrayConstructor | undefined {
  if (type === "Float32Array") return Float32;
  if (type === "Float64Array") return Float64;
  return type === "Float16Array" ? Float16 : undefined;
}

/** "Float32Array", "Float64Array", ... by what the array is, whatever its prototype; else undefined. */
export function arrayType(value: unknown): string | undefined {
  return typeTag.call(value) as string | undefined;
}

/** The number of elements. */
export function lengthOf(array: FloatArray): number {
  return getLength.call(array) as number;
}

/** The memory of an array. */
export function bufferOf(array: FloatArray): ArrayBufferLike {
  return getBuffer.call(array) as ArrayBufferLike;
}

/** Bytes from the start of the memory to the first element. */
export function byteOffsetOf(array: FloatArray): number {
  return getByteOffset.call(array) as number;
}

/** Bytes of an element, by the type. */
export function elementBytesOf(array: FloatArray): number {
  return classOf(arrayType(array))!.BYTES_PER_ELEMENT;
}

/** The bytes of all elements. */
export function byteLengthOf(array: FloatArray): number {
  return lengthOf(array) * elementBytesOf(array);
}

/** Writes elements of one array into another, from element `at` on. */
export function copyInto(target: FloatArray, source: FloatArray, at: number): void {
  set.call(target, source as Float32Array, at);
}

/** Elements begin to end, in the same memory. */
export function viewOf<T extends FloatArray>(
  array: T,
  begin: number = 0,
  end: number = lengthOf(array),
): T {
  const type = classOf(arrayType(array))!;
  const from = byteOffsetOf(array) + begin * type.BYTES_PER_ELEMENT;
  return new type(bufferOf(array) as ArrayBuffer, from, end - begin) as T;
}

/** A new array of the same type and length; zeros. */
export function emptyLike<T extends FloatArray>(array: T): T {
  return new (classOf(arrayType(array))!)(lengthOf(array)) as T;
}

/** Arrays from this length on get a view of their own, which costs 50 ns: a hundredth of the call. */
const long = 2 ** 14;

/**
 * What engines work on: a view of the array's memory that is of the language's own class. A short array
 * stays what it is, so its members are still to be used through this file alone.
 */
export function plain<T extends FloatArray>(array: T): T {
  return lengthOf(array) < long ? array : viewOf(array);
}

/** True where the memory of a view is gone: transferred away, or shrunk to before its end. */
export function isGone(array: FloatArray): boolean {
  if (lengthOf(array) > 0) return false;
  try {
    // Refuses such views, and only such, before it looks at anything.
    keys.call(array as Float32Array);
    return false;
  } catch {
    return true;
  }
}

/** True where two arrays share a byte of one buffer. */
export function overlap(a: FloatArray, b: FloatArray): boolean {
  if (bufferOf(a) !== bufferOf(b)) return false;
  const [startA, startB] = [byteOffsetOf(a), byteOffsetOf(b)];
  return startA < startB + byteLengthOf(b) && startB < startA + byteLengthOf(a);
}

/** True where two arrays may lie in the same memory: two objects may stand for one shared memory. */
export function mayAlias(a: FloatArray, b: FloatArray): boolean {
  const [bufferA, bufferB] = [bufferOf(a), bufferOf(b)];
  return bufferA !== bufferB && isShared(bufferA) && isShared(bufferB);
}

/** Whether a buffer is shared, of whatever realm. */
export function isShared(buffer: ArrayBufferLike): boolean {
  try {
    // Refuses memory that is shared, and only such; `instanceof` knows but this realm's class.
    byteLengthOfPlain.call(buffer);
    return false;
  } catch {
    return true;
  }
}
