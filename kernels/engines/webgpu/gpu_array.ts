/*
 * Arrays that stay on the GPU: what the user holds, the Storage that the engine knows, how bytes come
 * there, and buffers of the caller's as arrays.
 */
import {
  arrayType,
  bufferOf,
  byteOffsetOf,
  type FloatArray,
  isShared,
  lengthOf,
} from "../arrays.ts";
import { disposeByUsing } from "../disposal.ts";
import { describe, Matrix } from "../matrix.ts";
import { isStorage, padded } from "./buffers.ts";
import type { GpuFormat, Piece } from "./piece.ts";
import type { Session } from "./session.ts";

/**
 * [length] of an array, [rows, columns] of a Matrix.
 *
 * @example
 * ```ts
 * import type { GpuArray, GpuShape } from "@softplus/kit";
 *
 * const shapeOf = (x: GpuArray): GpuShape => x.shape;
 * ```
 */
export type GpuShape = readonly [number] | readonly [number, number];

/** Memory of an array on the GPU. */
export interface Storage {
  readonly session: Session;
  readonly format: GpuFormat;
  readonly pieces: readonly Piece[];
  /** False for a buffer of the user's, which is never freed here. */
  readonly owned: boolean;
  /** What went wrong on the way to this content, known later; undefined when nothing did. */
  failure: Promise<Error | undefined> | undefined;
  /** Whether the memory is known to exist; what uses it may then share a command buffer. */
  sound: boolean;
  released: boolean;
  /** Whether the caller has the buffer, and may submit work on it. */
  exposed: boolean;
}

/** Bytes of an element. */
export const elementBytes = { f32: 4, f16: 2 } as const;

/** Buffers of arrays that were forgotten go back to the pool, where the runtime tells of them. */
const forgotten = globalThis.FinalizationRegistry &&
  new FinalizationRegistry<Storage>(release);

function release(storage: Storage): void {
  if (storage.released) return;
  storage.released = true;
  const { session, pieces, owned, sound, failure } = storage;
  if (!owned) return;
  if (sound) return session.batch.release(pieces);
  void Promise.resolve(failure).then((error) => {
    // A buffer that could not be made must not serve again.
    if (error) { for (const { buffer } of pieces) session.pool.destroy(buffer); }
    else session.batch.release(pieces);
  });
}

/** Notes what may have gone wrong with a content, until it is known that nothing did. */
export function watch(storage: Storage, failure: Promise<Error | undefined>): void {
  storage.failure = failure;
  void failure.then((error) => {
    if (error !== undefined || storage.failure !== failure) return;
    storage.failure = undefined;
    storage.sound = true;
  });
}

/**
 * An array or Matrix in the memory of the GPU, made by `gpu.upload`, `gpu.wrap` or a call with
 * another GpuArray. Dispose of it (or declare it with `using`); one that is forgotten is freed when
 * the garbage collector finds it.
 *
 * @example Two passes, one reading
 * ```ts
 * import { webgpu, WebGpuUnavailableError } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * try {
 *   await using gpu = await webgpu();
 *   using x = gpu.upload(new Float32Array([0, 50]));
 *   using y = gpu.sigmoid(gpu.softplus(x));
 *   assert.equal((await y.read())[1], 1);
 * } catch (error) {
 *   if (!(error instanceof WebGpuUnavailableError)) throw error; // no GPU on this machine
 * }
 * ```
 */
export class GpuArray<T = FloatArray | Matrix> {
  /** [length] of an array, [rows, columns] of a Matrix. */
  readonly shape: GpuShape;
  readonly #storage: Storage;

  /** @internal Made by the engine. */
  constructor(storage: Storage, shape: GpuShape) {
    this.#storage = storage;
    this.shape = Object.freeze([...shape]) as unknown as GpuShape;
    Object.freeze(this);
    disposeByUsing(GpuArray.prototype);
    forgotten?.register(this, storage, this);
  }

  /** @internal The memory of an array, or undefined for any other value; never throws. */
  static storage(value: unknown): Storage | undefined {
    return typeof value === "object" && value !== null && #storage in value
      ? value.#storage
      : undefined;
  }

  /** Number of elements. */
  get length(): number {
    return this.shape.reduce((a: number, b) => a * b, 1);
  }

  /** Element type: "f32" or "f16". */
  get format(): GpuFormat {
    return this.#storage.format;
  }

  /**
   * The GPU's own buffer, for the caller's shaders; the elements start at its beginning.
   *
   * @throws {RangeError} the array is larger than one binding and lies in several buffers
   * @throws {TypeError} the array was disposed
   */
  get buffer(): GPUBuffer {
    this.#assertUsable("GpuArray.buffer");
    const { pieces } = this.#storage;
    const buffer = pieces[0]?.buffer;
    if (buffer === undefined || pieces.some((piece) => piece.buffer !== buffer)) {
      throw new RangeError(
        `GpuArray.buffer: the array lies in ${pieces.length} buffers, not in one`,
      );
    }
    this.#storage.exposed = true;
    this.#storage.session.batch.flush(); // the caller may submit work on it from now on
    return buffer;
  }

  /**
   * Copies the content to the CPU.
   *
   * @returns a new array or Matrix
   * @throws {WebGpuOutOfMemoryError} there was no memory for this array, or for one it was made from
   * @throws {TypeError} the array or its engine was disposed
   */
  async read(): Promise<T> {
    this.#assertUsable("GpuArray.read");
    const { session, pieces, format, sound, exposed } = this.#storage;
    const data = format === "f32" ? new Float32Array(this.length) : new Float16Array(this.length);
    const array = data as unknown as Float32Array;
    // Where others may submit work, the content is that of this moment, not of the end of this
    // turn; and memory that may not exist must not spoil the reads of others.
    const alone = !session.owned || exposed || !sound;
    if (alone) session.batch.flush();
    let at = 0;
    const copies = pieces.map((piece) => {
      const into = bytesOf(array, at, piece.bytes);
      at += piece.bytes;
      return session.batch.read([{ piece, receive: (bytes) => into.set(bytes) }]);
    });
    if (alone) session.batch.flush();
    await session.track(this.#settled(copies));
    const [rows, columns] = this.shape;
    return (columns === undefined ? array : new Matrix(array, rows, columns)) as T;
  }

  /** The failure that led to this content comes before what it did to the copies. */
  async #settled(copies: readonly Promise<void>[]): Promise<void> {
    const results = await Promise.allSettled(copies);
    const earlier = await this.#storage.failure;
    if (earlier) throw earlier;
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  /** Frees the memory; a second time does nothing. A wrapped buffer stays its owner's. */
  dispose(): void {
    forgotten?.unregister(this);
    release(this.#storage);
  }

  /** The same, at the end of a `using` block. */
  declare readonly [Symbol.dispose]: () => void;

  #assertUsable(method: string): void {
    this.#storage.session.assertUsable(method);
    if (this.#storage.released) throw new TypeError(`${method}: the GpuArray was disposed`);
  }
}

disposeByUsing(GpuArray.prototype);

/** The shape of an array or Matrix. */
export function shapeOf(x: FloatArray | Matrix): GpuShape {
  return Matrix.is(x) ? [x.rows, x.columns] : [lengthOf(x)];
}

/** The element type of an array on the GPU, or undefined where the GPU has none. */
export function formatOf(array: FloatArray): GpuFormat | undefined {
  const type = arrayType(array);
  return type === "Float32Array" ? "f32" : type === "Float16Array" ? "f16" : undefined;
}

/** The bytes of a range of elements. */
export function bytesOf(array: FloatArray, from: number, count: number): Uint8Array {
  return new Uint8Array(bufferOf(array), byteOffsetOf(array) + from, count);
}

/** Writes bytes into a buffer, now: the caller may change them afterwards. */
export function upload(session: Session, { buffer, offset, bytes }: Piece, data: Uint8Array): void {
  // The GPU takes whole words of memory that is neither shared nor resizable.
  const plain = bytes % 4 === 0 && !isShared(data.buffer) &&
    !(data.buffer as { resizable?: boolean }).resizable;
  let words = data as Uint8Array<ArrayBuffer>;
  if (!plain) {
    words = new Uint8Array(Math.ceil(bytes / 4) * 4);
    words.set(data);
  }
  session.device.queue.writeBuffer(buffer, offset, words);
}

/** Takes a buffer of the caller's as an array, where it can be one. */
export function wrapBuffer(session: Session, buffer: unknown, shape: unknown): GpuArray {
  session.assertUsable("wrap");
  const given = buffer as GPUBuffer | undefined | null;
  if (typeof given !== "object" || given === null || typeof given.usage !== "number") {
    throw new TypeError(`wrap: buffer must be a GPUBuffer, got ${describe(buffer)}`);
  }
  if (session.pool.has(given)) {
    throw new TypeError(
      "wrap: buffer must be the caller's own, got one of this engine's: use its GpuArray",
    );
  }
  const sizes: unknown[] = Array.isArray(shape) ? [...shape] : [];
  if (sizes.length < 1 || sizes.length > 2 || !sizes.every(isSize)) {
    throw new RangeError(
      `wrap: shape must be [length] or [rows, columns] of whole numbers >= 0, got ${
        Array.isArray(shape) ? `[${sizes.map(describe).join(", ")}]` : describe(shape)
      }`,
    );
  }
  if (!isStorage(given.usage)) {
    throw new RangeError(`wrap: buffer must have usage STORAGE, got usage ${given.usage}`);
  }
  const format: GpuFormat = "f32";
  const total = sizes.reduce((a: number, b) => a * b, 1) * elementBytes[format];
  if (total > 0 && given.size < padded(total)) {
    throw new RangeError(
      `wrap: buffer must have at least ${padded(total)} bytes for ${
        sizes.join(" x ")
      } elements, got ${given.size}`,
    );
  }
  const pieces: Piece[] = [];
  for (let offset = 0; offset < total; offset += session.limits.pieceBytes) {
    const bytes = Math.min(session.limits.pieceBytes, total - offset);
    pieces.push({ buffer: given, offset, bytes, pooled: false });
  }
  const storage: Storage = {
    session,
    format,
    pieces,
    owned: false,
    failure: undefined,
    sound: false, // its owner may destroy it
    released: false,
    exposed: true,
  };
  return new GpuArray(storage, sizes as unknown as GpuShape);
}

function isSize(size: unknown): size is number {
  return Number.isSafeInteger(size) && (size as number) >= 0;
}
