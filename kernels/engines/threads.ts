/*
 * The WebAssembly SIMD engine on a pool of workers.
 *
 * The calling thread copies a piece of the input into a slot of shared memory, a worker computes it
 * there, and the calling thread copies the result out; several pieces are under way at once. While
 * every slot is taken the calling thread computes pieces itself, from array to array without the
 * copies, and at the end those that no worker has begun: nobody waits for the slowest.
 *
 * Arrays of the pool's own `alloc` lie in memory that all threads share. There every thread takes
 * pieces of a call and computes them where they are.
 */
import { type AsyncEngine, asyncEngine, type Call } from "./engine.ts";
import { withFloat16Async } from "./float16.ts";
import { describe, type FloatArray, type FloatArrayConstructor } from "./matrix.ts";
import { runScalar } from "./scalar.ts";
import { runWasm } from "./wasm.ts";
import { type Arena, Arenas } from "./wasm/arena.ts";
import { kernelOf } from "./wasm/kernel_of.ts";
import { sharedBuild } from "./wasm/module.ts";
import { Pool } from "./threads/pool.ts";
import { slotBytes } from "./threads/seat.ts";

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
  /** How many workers compute. */
  readonly size: number;
  /**
   * An array of zeros in memory that all threads share: a call whose input and outputs come from
   * here copies nothing, and every thread works on them where they are. It never loses its memory.
   * Give it back with `free`, or declare it with `using`; do not touch it, or a view of it, after that.
   * Where a worker is lost while it computes in place, the call is rejected.
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
   * Gives an array of `alloc` back.
   *
   * @throws {TypeError} array is none, or was given back before
   */
  free(array: FloatArray): void;
  /** Ends the workers. Calls under way, and later ones, are rejected. */
  dispose(): Promise<void>;
}

/**
 * Threads cannot run here; the message says what is missing and how to get it.
 *
 * @example Workers where there is shared memory, one thread elsewhere
 * ```ts
 * import { threads, ThreadsUnavailableError, wasm } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * const pool = await threads({ size: 2 }).catch((error) => {
 *   if (error instanceof ThreadsUnavailableError) return undefined;
 *   throw error;
 * });
 * const x = new Float32Array([20]);
 * const y = pool ? await pool.softplus(x) : wasm.softplus(x);
 * await pool?.dispose();
 * assert.equal(y[0], 20);
 * ```
 */
export class ThreadsUnavailableError extends Error {
  /** "ThreadsUnavailableError". */
  override readonly name = "ThreadsUnavailableError";
}

/**
 * Below this many elements a call stays on the calling thread. bench/threshold.ts measured where two
 * workers begin to win on plain arrays: 130,000 elements with exact, 400,000 with fast; more cores win
 * earlier.
 */
const threshold = 2 ** 17;

/**
 * Starts a pool of workers. It needs no permission, and does not keep the process alive.
 *
 * x and upstream must not change before the promise of a call resolves.
 *
 * @param options size: number of workers, the machine's logical cores unless told
 * @throws {RangeError} size is not a whole number from 1 to 1024
 * @throws {ThreadsUnavailableError} there is no shared memory, as on a page that is not isolated
 *
 * @example All cores
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
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`threads: options must be an object, got ${describe(options)}`);
  }
  const { size = globalThis.navigator?.hardwareConcurrency ?? 1 } = options;
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > 1024) {
    throw new RangeError(
      `threads: size must be a whole number from 1 to 1024, got ${
        typeof size === "number" ? size : describe(size)
      }`,
    );
  }
  if (typeof SharedArrayBuffer === "undefined") {
    throw new ThreadsUnavailableError(
      "threads: no SharedArrayBuffer. A page gets it when its server sends the headers " +
        "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
    );
  }
  const pool = new Pool(size);
  await pool.start();
  const dispose = () => {
    pool.end(new Error("threads: the pool was disposed"));
    return Promise.resolve();
  };
  const arenas = new Arenas(sharedBuild, true);
  const compute = (call: Call) => {
    const arena = arenas.arenaOf(call.inputs, call.outputs);
    return arena !== undefined && isIn(arena, call)
      ? runShared(pool, call, arena, smallest)
      : run(pool, call, smallest);
  };
  return Object.freeze({
    ...asyncEngine("threads", withFloat16Async(compute), runScalar),
    size,
    alloc: (type: FloatArrayConstructor, length: number) => arenas.alloc(type, length),
    free: (array: FloatArray) => arenas.free(array),
    dispose,
    [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]: dispose,
  }) as unknown as Threads;
}

/** Milliseconds for which a call may keep the calling thread to itself. */
const turn = 16;

/** Lets others have the calling thread, when a call has kept it long enough. */
function turns(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < turn) return undefined;
    return new Promise<void>((next) => setTimeout(next)).then(() => {
      since = performance.now();
    });
  };
}

/** Whether a call works on arrays of one arena alone, so that nothing need be copied. */
function isIn({ memory: { buffer } }: Arena, { inputs, outputs }: Call): boolean {
  return inputs.length === 1 && outputs.every((array) => array.buffer === buffer);
}

/** Computes where the arrays are, on all threads. */
async function runShared(pool: Pool, call: Call, arena: Arena, smallest: number): Promise<void> {
  if (pool.ended !== undefined) throw pool.ended;
  const { inputs, outputs } = call;
  const { length } = inputs[0]!;
  const { runner, memory } = arena;
  const { kernel, beta } = kernelOf(call);
  // What is left would go through tiles, of which there is one set: they are the calling thread's.
  const count = length < Math.max(smallest, 1) ? 0 : length - length % 32;
  const others = turns();
  const work = { kernel, beta, runner, inputs, outputs, count };
  const job = count === 0 ? undefined : pool.beginJob(work, memory);
  if (job !== undefined) {
    while (job.failure === undefined && job.computeHere()) await others();
    await pool.endJob(job);
  }
  for (let begin = job === undefined ? 0 : count; begin < length; begin += 2 ** 16) {
    runner.run(kernel, beta, inputs, outputs, begin, Math.min(begin + 2 ** 16, length));
    await others();
  }
}

async function run(pool: Pool, call: Call, smallest: number): Promise<void> {
  if (pool.ended !== undefined) throw pool.ended;
  const { inputs, outputs } = call;
  const length = inputs[0]!.length;
  if (length < Math.max(smallest, 1)) return runWasm(call);
  const { BYTES_PER_ELEMENT } = inputs[0]!;
  const { kernel, beta } = kernelOf(call);
  const most = slotBytes / Math.max(inputs.length, outputs.length) / BYTES_PER_ELEMENT - 32;
  const fair = Math.max(length / (8 * pool.size), smallest / 8) + 32;
  const step = Math.floor(Math.min(most, fair) / 32) * 32;

  let failure: unknown;
  const others = turns();
  const underWay: Promise<void>[] = [];
  try {
    for (let begin = 0; begin < length && failure === undefined; begin += step) {
      const end = Math.min(begin + step, length);
      const compute = () => runWasm(call, begin, end);
      const slot = pool.freeSlot();
      if (slot === undefined) {
        compute();
        await others();
        continue;
      }
      const piece = pool.compute(slot, {
        kernel,
        beta,
        wide: BYTES_PER_ELEMENT === 8,
        count: end - begin,
        inputs: inputs.length,
        outputs: outputs.length,
        fill: (parts) => parts.forEach((part, k) => part.set(inputs[k]!.subarray(begin, end))),
        take: (parts) => parts.forEach((part, k) => outputs[k]!.set(part, begin)),
        compute,
      });
      underWay.push(piece.catch((error) => void (failure ??= error)));
      // Where a slot is always free: the workers are many, or another program has this core.
      const pause = others();
      if (pause !== undefined) await pause;
    }
    while (failure === undefined && pool.computeHere()) await others();
  } catch (error) {
    failure ??= error;
  }
  // Also after a failure: nothing is written once the promise is settled.
  await Promise.all(underWay);
  if (failure !== undefined) throw failure;
}
