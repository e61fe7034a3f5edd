/*
 * Memory for arrays on which calls copy nothing.
 *
 * An arena is one WebAssembly memory with its own instance of the kernels. It never grows, so no
 * array in it ever loses its memory: when it is full, the next array opens another arena. Arrays of
 * one arena can be inputs and outputs of one call without a copy; a call across arenas copies. An
 * arena is sized for several arrays of the kind that opened it (address space, not memory: pages
 * count from their first use) and goes away with the last array in it that the program still holds.
 */
import {
  arrayType,
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  type FloatArray,
  type FloatArrayConstructor,
  lengthOf,
} from "../arrays.ts";
import { disposeSymbol } from "../disposal.ts";
import { freedMessage, markFreed } from "../freed.ts";
import { describe } from "../matrix.ts";
import { bare } from "../runtime.ts";
import { newMemory } from "./module.ts";
import { createRunner, heapStart, type Runner } from "./runner.ts";

/** The most that one WebAssembly memory holds. */
const limit = 2 ** 32 - 65536;
const smallest = 2 ** 26;

/** An array that was handed out. */
interface Block {
  readonly start: number;
  readonly end: number;
  /** Calls under way that use it. */
  users: number;
  /** Given back; its memory stays until the last user is done. */
  isFreed: boolean;
}

/** A memory, and the arrays in it. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly runner: Runner;
  /** In ascending order. */
  readonly #blocks: Block[] = [];
  /** Below this address memory may have been used before. */
  #used: number = heapStart;

  constructor(module: WebAssembly.Module, bytes: number, isShared: boolean) {
    this.memory = newMemory(bytes, isShared);
    this.runner = createRunner(module, this.memory);
  }

  /** A block in a stretch that is free, and whether it is all zeros; or undefined. */
  place(bytes: number): { block: Block; isZero: boolean } | undefined {
    let start = heapStart;
    let at = 0;
    for (; at < this.#blocks.length; at++) {
      const block = this.#blocks[at]!;
      if (block.start - start >= bytes) break;
      start = block.end;
    }
    const end = start + bytes;
    if (end > this.memory.buffer.byteLength) return undefined;
    const block = { start, end, users: 0, isFreed: false };
    this.#blocks.splice(at, 0, block);
    const isZero = start >= this.#used;
    this.#used = Math.max(this.#used, end);
    return { block, isZero };
  }

  /** The block in which the whole array lies, if it was not given back. */
  blockOf(array: FloatArray): Block | undefined {
    const from = byteOffsetOf(array);
    const to = from + byteLengthOf(array);
    return this.#blocks.find(({ start, end, isFreed }) => !isFreed && start <= from && to <= end);
  }

  /** Takes a block back. */
  free(block: Block): void {
    block.isFreed = true;
    this.reuse(block);
  }

  /** Makes room where a block was given back and nobody uses it any more. */
  reuse(block: Block): void {
    if (block.isFreed && block.users === 0) this.#blocks.splice(this.#blocks.indexOf(block), 1);
  }
}

/** Every arena by its buffer, whoever made it: it lives as long as an array in it. */
const arenas = new WeakMap<ArrayBufferLike, Arena>();

/**
 * Where each array that was handed out lies. Another array may begin in the same place later, so the
 * place alone does not say what is given back.
 */
const handedOut = new WeakMap<FloatArray, { readonly arena: Arena; readonly block: Block }>();

/** Calls `found` for every array that lies in an arena; refuses one that was given back. */
function eachBlock(
  inputs: readonly FloatArray[],
  outputs: readonly FloatArray[],
  found?: (arena: Arena, block: Block) => void,
): void {
  const look = (argument: string, array: FloatArray) => {
    const arena = arenas.get(bufferOf(array));
    if (arena === undefined || lengthOf(array) === 0) return;
    const block = arena.blockOf(array);
    if (block === undefined) {
      throw new TypeError(freedMessage(argument));
    }
    found?.(arena, block);
  };
  inputs.forEach((array, k) => look(k === 0 ? "x" : "upstream", array));
  if (outputs.length === 1) look("out", outputs[0]!);
  else outputs.forEach((array, k) => look(k === 0 ? "out.value" : "out.grad", array));
}

/**
 * Keeps the memory of a call's arrays, where it is of any arena, until the function that it returns
 * is called: an array that is freed in between is handed out again only then.
 */
export function hold(inputs: readonly FloatArray[], outputs: readonly FloatArray[]): () => void {
  const held: [Arena, Block][] = [];
  eachBlock(inputs, outputs, (arena, block) => held.push([arena, block]));
  for (const [, block] of held) block.users++;
  return () => {
    for (const [arena, block] of held) {
      block.users--;
      arena.reuse(block);
    }
  };
}

// Not what a program has put in its place: what was given back must not be seen again.
const { fill } = Float32Array.prototype;

function zero(array: FloatArray): void {
  fill.call(array as Float32Array, 0);
}

/** Hands out arrays, and knows in which arena an array lives. */
export class Arenas {
  /** Those that these have made. */
  readonly #own = new WeakSet<Arena>();
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
    const [arena, { block, isZero }] = this.#place(bytes);
    const array = new type(arena.memory.buffer as ArrayBuffer, block.start, length) as T;
    if (!isZero) zero(array);
    handedOut.set(array, { arena, block });
    Object.defineProperty(array, disposeSymbol(), bare({ value: () => this.free(array) }));
    return array as T & Disposable;
  }

  #place(bytes: number): [Arena, { block: Block; isZero: boolean }] {
    this.#open = this.#open.filter((reference) => reference.deref() !== undefined);
    for (const reference of this.#open) {
      const arena = reference.deref();
      const place = arena?.place(bytes);
      if (arena !== undefined && place !== undefined) return [arena, place];
    }
    const arena = this.#newArena(bytes);
    this.#open.push(new WeakRef(arena));
    this.#own.add(arena);
    arenas.set(arena.memory.buffer, arena);
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
    const { arena, block } = handedOut.get(array) ?? {};
    if (arena === undefined || !this.#own.has(arena) || block!.isFreed) {
      throw new TypeError("free: array must come from alloc and not have been freed");
    }
    markFreed(array);
    arena.free(block!);
  }

  /** The arena of the first input; where all these arrays lie in it, its runner copies nothing. */
  arenaOf(inputs: readonly FloatArray[], outputs: readonly FloatArray[]): Arena | undefined {
    eachBlock(inputs, outputs);
    return this.#arenaOf(inputs[0]!);
  }

  #arenaOf(array: FloatArray): Arena | undefined {
    const arena = arenas.get(bufferOf(array));
    return arena !== undefined && this.#own.has(arena) ? arena : undefined;
  }
}
