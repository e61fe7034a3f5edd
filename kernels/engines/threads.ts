/*
 * The WebAssembly SIMD engine on a pool of workers, and on the calling thread.
 *
 * The calling thread copies a piece of the input into a slot of shared memory, a worker computes it
 * there, and the calling thread copies the result out; several pieces are under way at once. While
 * every slot is taken the calling thread computes pieces itself, from array to array without the
 * copies, and at the end those that no worker has begun: nobody waits for the slowest.
 *
 * Arrays of the pool's own `alloc` lie in memory that all threads share. There every thread takes
 * pieces of a call and computes them where they are.
 */
import { arrayType, type FloatArray, type FloatArrayConstructor } from "./arrays.ts";
import { asyncDisposeSymbol } from "./disposal.ts";
import { asyncEngine } from "./engine.ts";
import { withFloat16Async } from "./float16.ts";
import { describe } from "./matrix.ts";
import type { Call } from "./methods.ts";
import { checkOptions, optionOf } from "./options.ts";
import { attempt, builtin } from "./runtime.ts";
import { runScalar } from "./scalar.ts";
import { checkMemory, isIn, runCopying, runInPlace } from "./threads/divide.ts";
import { Pool } from "./threads/pool.ts";
import { checkAvailable, unavailable } from "./threads/unavailable.ts";
import { Arenas, hold } from "./wasm/arena.ts";
import { sharedBuild } from "./wasm/module.ts";
import type { AsyncEngine } from "./types.ts";

export { ThreadsUnavailableError } from "./threads/unavailable.ts";

/**
 * A pool of workers with the methods of every engine; they return promises.
 *
 * @example
 * ```ts
 * import { type Threads, threads } from "@softplus/kit";
 *
 * await using pool: Threads = await threads({ size: 1 });
 * ```
 */
export interface Threads extends AsyncEngine, AsyncDisposable {
  /** How many workers there are. The calling thread computes too: size + 1 threads are at work. */
  readonly size: number;
  /**
   * An array of zeros in memory that all threads share: a call whose input and outputs come from
   * here copies nothing, and every thread works on them where they are. It never loses its memory.
   * Give it back with `free`, or declare it with `using`; do not touch it, or a view of it, after that.
   * Calls that use it go on: its memory is handed out again when they have ended.
   * Where a worker ends while it computes in place, the call is rejected.
   *
   * @param type Float32Array or Float64Array
   * @param length elements; the array must fit in 4 GiB
   * @throws {TypeError} type is neither
   * @throws {RangeError} length is not a whole number from 0, or too large; no memory is left
   *
   * @example In place, on two threads, without a copy
   * ```ts
   * import { threads } from "@softplus/kit";
   * import assert from "node:assert/strict";
   *
   * await using pool = await threads({ size: 1 });
   * using x = pool.alloc(Float32Array, 1_000_000);
   * x.fill(-20);
   * await pool.softplus(x, { out: x });
   * assert.equal(x[999_999], Math.fround(2.061153620314381e-9));
   * ```
   */
  alloc(
    type: Float32ArrayConstructor,
    length: number,
  ): Float32Array<SharedArrayBuffer> & Disposable;
  /** The same in float64. */
  alloc(
    type: Float64ArrayConstructor,
    length: number,
  ): Float64Array<SharedArrayBuffer> & Disposable;
  /**
   * Gives an array of `alloc` back, when the calls under way that use it have ended. Later calls
   * on it are rejected.
   *
   * @throws {TypeError} array is none, or was given back before
   */
  free(array: FloatArray): void;
  /**
   * Ends the workers. Calls under way, and later ones, are rejected; when the promise resolves,
   * nobody writes into an array any more.
   */
  dispose(): Promise<void>;
}

/**
 * Below this many elements a call stays on the calling thread. bench/threads_threshold.ts measured where two
 * workers begin to win on plain arrays: 130,000 elements with exact, 400,000 with fast; more cores win
 * earlier.
 */
const threshold = 2 ** 17;

/**
 * Starts a pool of workers. It needs no permission, and does not keep the process alive.
 *
 * x and upstream must not change before the promise of a call resolves.
 *
 * @param options size: number of workers beside the calling thread, which computes too; the
 *   machine's logical cores less one unless told, at least 1
 * @throws {TypeError} there is no such option
 * @throws {RangeError} size is not a whole number from 1 to 1024
 * @throws {ThreadsUnavailableError} threads cannot run here, as on a page that is not isolated
 *
 * @example Two workers and the calling thread
 * ```ts
 * import { softplus, threads } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * await using pool = await threads({ size: 2 });
 * const x = new Float32Array(100_000).fill(-1);
 * assert.deepEqual(await pool.softplus(x), softplus(x));
 * ```
 */
export function threads(options: { readonly size?: number } = {}): Promise<Threads> {
  return createThreads(options, threshold);
}

/** As `threads`, with another threshold: for tests and for the measurement of the threshold. */
export async function createThreads(
  options: { readonly size?: number },
  smallest: number,
): Promise<Threads> {
  const size = sizeOf(options);
  let pool: Pool;
  try {
    checkAvailable();
    pool = new Pool(size);
    await pool.start();
  } catch (error) {
    throw unavailable(error);
  }
  const dispose = () => pool.end(new Error("threads: the pool was disposed"));
  const arenas = new Arenas(sharedBuild, true);
  const compute = withFloat16Async((call) => {
    const arena = arenas.arenaOf(call.inputs, call.outputs);
    return arena !== undefined && isIn(arena.memory.buffer, call)
      ? runInPlace(pool, call, arena, smallest)
      : runCopying(pool, call, smallest);
  });
  const run = (call: Call) =>
    pool.run(async () => {
      const release = hold(call.inputs, call.outputs);
      try {
        await compute(call);
        // What goes piece by piece was looked at while others ran.
        if (arrayType(call.inputs[0]) === "Float16Array") checkMemory(call.inputs);
      } finally {
        release();
      }
    });
  return Object.freeze({
    ...asyncEngine("threads", run, (call) => {
      if (pool.ended !== undefined) throw pool.ended;
      runScalar(call);
    }),
    size,
    alloc: (type: FloatArrayConstructor, length: number) => arenas.alloc(type, length),
    free: (array: FloatArray) => arenas.free(array),
    dispose,
    [asyncDisposeSymbol()]: dispose,
  }) as unknown as Threads;
}

/** The number of workers that the options ask for. */
function sizeOf(options: { readonly size?: number }): number {
  checkOptions("threads", options, ["size"]);
  const size = optionOf(options, "size", defaultSize());
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > mostWorkers) {
    throw new RangeError(
      `threads: size must be a whole number from 1 to ${mostWorkers}, got ${
        typeof size === "number" ? size : describe(size)
      }`,
    );
  }
  return size;
}

const mostWorkers = 1024;

/** The logical cores less the one of the calling thread, at least 1. */
function defaultSize(): number {
  // Node 20 has no navigator; what stands for one, in tests of pages, may tell anything.
  const told = [
    () => globalThis.navigator?.hardwareConcurrency,
    () => builtin<{ availableParallelism?(): number }>("node:os")?.availableParallelism?.(),
  ].map(attempt);
  const cores = told.find((count) => Number.isInteger(count) && count! > 0) ?? 2;
  return Math.min(Math.max(cores - 1, 1), mostWorkers);
}
