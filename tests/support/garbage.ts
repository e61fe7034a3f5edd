/**
 * Things that are no argument of a kernel, and how to check that they are refused.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Matrix } from "../../kernels/engines/mod.ts";
import type { Kernel, Methods } from "./engines.ts";
import { arrayOf, type Format, type Vector } from "../../lab/floats.ts";
import { growable } from "./vectors.ts";

/** An error that a call has earned. */
export interface Fault {
  type: typeof TypeError | typeof RangeError;
  /** The argument that the message has to name. */
  names: string;
}

/** A view whose buffer was given away. */
export function detached<T extends Vector>(array: T): T {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}

/** A view of `length` elements on a buffer that was resized and no longer reaches to its end. */
export function outOfBounds(format: Format, length: number): Vector {
  const whole = growable(arrayOf(format, new Array<number>(length + 2).fill(1)), false);
  const Type = whole.constructor as Float32ArrayConstructor;
  const buffer = whole.buffer as ArrayBuffer;
  const view = new Type(buffer, 2 * whole.BYTES_PER_ELEMENT, length);
  buffer.resize(whole.BYTES_PER_ELEMENT);
  return view as Vector;
}

/** Values that are neither number, Float32Array, Float64Array nor Matrix, under what they are. */
export const NOT_INPUT: Record<string, () => unknown> = {
  "undefined": () => undefined,
  "null": () => null,
  "a string": () => "1",
  "a boolean": () => true,
  "a bigint": () => 1n,
  "a symbol": () => Symbol("x"),
  "a function": () => () => 1,
  "an object": () => ({}),
  "an object with a length": () => ({ length: 2, 0: 1, 1: 2 }),
  "an object with valueOf": () => ({ valueOf: () => 1 }),
  "a boxed number": () => Object(1),
  "an array": () => [1, 2, 3],
  "an array of arrays": () => [[1, 2], [3, 4]],
  "an Int32Array": () => new Int32Array(3),
  "a Uint8ClampedArray": () => new Uint8ClampedArray(3),
  "a BigInt64Array": () => new BigInt64Array(3),
  "a DataView": () => new DataView(new ArrayBuffer(8)),
  "an ArrayBuffer": () => new ArrayBuffer(8),
  "a Date": () => new Date(0),
  "a promise": () => Promise.resolve(1),
  "a proxy of an array": () => new Proxy(new Float32Array(3), {}),
  "a proxy that traps everything": () =>
    new Proxy({}, {
      get() {
        throw new Error("trapped");
      },
    }),
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable(new Float32Array(3), {});
    revoke();
    return proxy;
  },
  "an impostor by prototype": () => Object.create(Float32Array.prototype),
  "an impostor by tag": () => ({ [Symbol.toStringTag]: "Float32Array", length: 3 }),
  "an impostor of Matrix": () => Object.create(Matrix.prototype),
  "the class itself": () => Float32Array,
  "a detached Float32Array": () => detached(new Float32Array(3)),
  "a detached Float64Array": () => detached(new Float64Array(3)),
  "a detached empty array": () => detached(new Float32Array(0)),
  "an out-of-bounds Float32Array": () => outOfBounds("f32", 3),
  "an out-of-bounds empty Float64Array": () => outOfBounds("f64", 0),
  "a Matrix on detached data": () => {
    const batch = new Matrix(new Float32Array(6), 2, 3);
    detached(batch.data as Vector);
    return batch;
  },
};

/** Values of options that are no object. */
export const NOT_OPTIONS: unknown[] = [null, 1, NaN, "fast", true, 1n, Symbol("options")];

/** Values of precision that are neither of the two. */
export const NOT_PRECISION: unknown[] = [
  "",
  "Fast",
  "exact ",
  null,
  1,
  true,
  Object("fast"),
  ["fast"],
  { toString: () => "fast" },
  Symbol("fast"),
];

/** Values of beta that are no number, and then numbers that are no beta. */
export const NOT_BETA: { value: unknown; fault: Fault["type"] }[] = [
  ...[null, "2", "", true, 2n, Object(2), [2], { valueOf: () => 2 }, Symbol("2"), () => 2]
    .map((value) => ({ value, fault: TypeError })),
  ...[NaN, Infinity, -Infinity, 0, -0].map((value) => ({ value, fault: RangeError })),
];

/** What kind of thing a value is, for the text of a failure; it must not touch a hostile value. */
export function describe(value: unknown): string {
  try {
    return typeof value === "object" ? Object.prototype.toString.call(value) : String(value);
  } catch {
    return "an object that cannot be described";
  }
}

/** The bytes of every array reachable here, to see that none changed. */
export function snapshot(values: readonly unknown[]): () => boolean {
  const buffers = new Set<ArrayBufferLike>();
  const visit = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
    else if (isMatrix(value)) visit(value.data);
  };
  values.forEach(visit);
  const copies = [...buffers].map((buffer) => [buffer, bytes(buffer).slice()] as const);
  return () => copies.every(([buffer, copy]) => startsWith(copy, bytes(buffer)));
}

/** Whether this is a whole Matrix; a proxy whose traps throw is none. */
function isMatrix(value: unknown): value is Matrix {
  try {
    return value instanceof Matrix && ArrayBuffer.isView(value.data);
  } catch {
    return false;
  }
}

function bytes(buffer: ArrayBufferLike): Uint8Array {
  return "detached" in buffer && buffer.detached ? new Uint8Array(0) : new Uint8Array(buffer);
}

/** Whether the bytes are as before; those that a resize or a transfer took away do not count. */
function startsWith(before: Uint8Array, now: Uint8Array): boolean {
  return now.every((byte, i) => byte === before[i]);
}

/** Calls a kernel with anything at all; what it throws, synchronously or not, is returned. */
export async function attempt(
  engine: Methods,
  kernel: Kernel,
  args: readonly unknown[],
): Promise<{ error?: unknown; result?: unknown }> {
  const method = engine[kernel.name].bind(engine) as (...args: readonly unknown[]) => unknown;
  try {
    return { result: await method(...args) };
  } catch (error) {
    return { error };
  }
}

/** Whether the error is this fault: the class, and the argument named as a word. */
export function isFault(error: unknown, { type, names }: Fault): boolean {
  return error instanceof type && new RegExp(`\\b${names}\\b`).test(error.message);
}

/** Asserts that the call earns one of the faults, and that `watched` and the arguments stay. */
export async function refused(
  engine: Methods,
  kernel: Kernel,
  args: readonly unknown[],
  faults: readonly Fault[],
  what: string,
  watched: readonly unknown[] = [],
): Promise<Error> {
  const unchanged = snapshot([...args, ...watched]);
  const { error } = await attempt(engine, kernel, args);
  const wanted = faults.map(({ type, names }) => `${type.name} naming ${names}`).join(" or ");
  assert.ok(
    faults.some((fault) => isFault(error, fault)),
    `${kernel.name}, ${what}: got ${error instanceof Error ? error : "no error"}, want ${wanted}`,
  );
  assert.ok(unchanged(), `${kernel.name}, ${what}: something was written`);
  return error as Error;
}
