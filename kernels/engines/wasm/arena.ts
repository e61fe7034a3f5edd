/*
 * Memory for arrays on which calls copy nothing.
 *
 * An arena is one WebAssembly memory with its own instance of the kernels. It never grows, so no
 * array in it ever loses its memory: when it is full, the next array opens another arena. Arrays of
 * one arena can be inputs and outputs of one call without a copy; a call across arenas copies. An
 * arena is sized for several arrays of the kind that opened it (address space, not memory: pages
 * count from their first use) and goes away with the last array in it that the program still holds.
 */
import { arrayType, describe, type FloatArray, type FloatArrayConstructor } from "../matrix.ts";
import { newMemory } from "./module.ts";
import { createRunner, heapStart, type Runner } from "./runner.ts";

/** The most that one WebAssembly memory holds. */
const limit = 2 ** 32 - 65536;
const smallest = 2 ** 26;

/** Symbol.dispose, where the runtime has it. */
const dispose: symbol = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** A memory, and the arrays in it. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly runner: Runner;
  /** Start of every array that is handed out, and its end, in ascending order. */
  readonly blocks: [start: number, end: number][] = [];
  /** Below this address memory may have been used before. */
  used: number = heapStart;

  constructor(module: WebAssembly.Module, bytes: number, isShared: boolean) {
    this.memory = newMemory(bytes, isShared);
    this.runner = createRunner(module, this.memory);
  }

  /** The start of a free stretch, or undefined. */
  place(bytes: number): number | undefined {
    let start = heapStart;
    let at = 0;
    for (; at < this.blocks.length; at++) {
      const [blockStart, blockEnd] = this.blocks[at]!;
      if (blockStart - start >= bytes) break;
      start = blockEnd;
    }
    if (start + bytes > this.memory.buffer.byteLength) return undefined;
    this.blocks.splice(at, 0, [start, start + bytes]);
    return start;
  }

  /** True where the whole array lies in memory that is handed out. */
  holds(array: FloatArray): boolean {
    const end = array.byteOffset + array.byteLength;
    return this.blocks.some(([from, to]) => from <= array.byteOffset && end <= to);
  }
}

/** Hands out arrays, and knows in which arena an array lives. */
export class Arenas {
  /** By buffer: an arena lives as long as an array in it. */
  readonly #byBuffer = new WeakMap<ArrayBufferLike, Arena>();
  #open: WeakRef<Arena>[] = [];
  readonly #module: () => WebAssembly.Module;
  readonly #isShared: boolean;

  /** @param isShared whether threads share the memories; the module must be built for it */
  constructor(module: () => WebAssembly.Module, isShared = false) {
    this.#module = module;
    this.#isShared = isShared;
  }

  /** An array of zeros. */
  alloc<T extends FloatArray>(type: FloatArrayConstructor, length: number): T & Disposable {
    if (type !== Float32Array && type !== Float64Array) {
      throw new TypeError(
        `alloc: type must be Float32Array or Float64Array, got ${describe(type)}`,
      );
    }
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(
        `alloc: length must be a whole number from 0, got ${
          typeof length === "number" ? length : describe(length)
        }`,
      );
    }
    // Apart, and not by a whole page: see the tiles in runner.ts.
    const bytes = Math.ceil(length * type.BYTES_PER_ELEMENT / 64) * 64 + 64;
    if (heapStart + bytes > limit) {
      throw new RangeError(
        `alloc: length must fit in 4 GiB, got ${length} elements of ${type.BYTES_PER_ELEMENT} bytes`,
      );
    }
    const [arena, start] = this.#place(bytes);
    const array = new type(arena.memory.buffer as ArrayBuffer, start, length) as T;
    if (start < arena.used) array.fill(0);
    arena.used = Math.max(arena.used, start + bytes);
    Object.defineProperty(array, dispose, { value: () => this.free(array) });
    return array as T & Disposable;
  }

  #place(bytes: number): [Arena, number] {
    this.#open = this.#open.filter((reference) => reference.deref() !== undefined);
    for (const reference of this.#open) {
      const arena = reference.deref();
      const start = arena?.place(bytes);
      if (arena !== undefined && start !== undefined) return [arena, start];
    }
    const arena = this.#newArena(bytes);
    this.#open.push(new WeakRef(arena));
    this.#byBuffer.set(arena.memory.buffer, arena);
    return [arena, arena.place(bytes)!];
  }

  #newArena(bytes: number): Arena {
    const module = this.#module();
    const exact = heapStart + bytes;
    try {
      const ample = Math.min(Math.max(smallest, heapStart + 3 * bytes), limit);
      return new Arena(module, ample, this.#isShared);
    } catch {
      return new Arena(module, exact, this.#isShared);
    }
  }

  /** Takes an array back, once. */
  free(array: FloatArray): void {
    if (arrayType(array) === undefined) {
      throw new TypeError(`free: array must come from alloc, got ${describe(array)}`);
    }
    const arena = this.#byBuffer.get(array.buffer);
    const at = arena?.blocks.findIndex(([start]) => start === array.byteOffset) ?? -1;
    if (arena === undefined || at < 0) {
      throw new TypeError("free: array must come from alloc and not have been freed");
    }
    arena.blocks.splice(at, 1);
  }

  /** The arena of the first input; where all these arrays lie in it, its runner copies nothing. */
  arenaOf(inputs: readonly FloatArray[], outputs: readonly FloatArray[]): Arena | undefined {
    for (const array of inputs) this.#check("an input", array);
    for (const array of outputs) this.#check("out", array);
    return this.#byBuffer.get(inputs[0]!.buffer);
  }

  #check(argument: string, array: FloatArray): void {
    const arena = this.#byBuffer.get(array.buffer);
    if (arena !== undefined && array.length > 0 && !arena.holds(array)) {
      throw new TypeError(`${argument} must not have been given back by free or using`);
    }
  }
}
