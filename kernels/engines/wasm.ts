/*
 * The WebAssembly SIMD engine, on the calling thread. Bytes come from embedded.ts and are compiled
 * at the first call; that takes a few milliseconds, and no permission.
 */
import { type FloatArray, type FloatArrayConstructor, lengthOf } from "./arrays.ts";
import { syncEngine } from "./engine.ts";
import { withFloat16 } from "./float16.ts";
import type { Call } from "./methods.ts";
import type { Engine } from "./types.ts";
import { Arenas } from "./wasm/arena.ts";
import { bestBuild, type Build, compile, newRunner } from "./wasm/module.ts";
import type { Runner } from "./wasm/runner.ts";
import { kernelOf } from "./wasm/kernel_of.ts";
import { runScalar } from "./scalar.ts";

/**
 * The WebAssembly engine: the methods of every engine, and arrays that calls need not copy.
 *
 * @example
 * ```ts
 * import { wasm, type WasmEngine } from "@softplus/kit";
 *
 * const engine: WasmEngine = wasm;
 * ```
 */
export interface WasmEngine extends Engine {
  /**
   * An array of zeros in WebAssembly memory: calls whose inputs and outputs all come from here copy
   * nothing. It never loses its memory. Give it back with `free`, or declare it with `using`; do not
   * touch it, or a view of it, after that. structuredClone and postMessage of such an array copy all of
   * the memory it lies in, 64 MiB for 16 bytes: clone `x.slice()` instead.
   *
   * @param type Float32Array or Float64Array
   * @param length elements; the array must fit in 4 GiB
   * @throws {TypeError} type is neither
   * @throws {RangeError} length is not a whole number from 0, or too large; no memory is left
   *
   * @example In place, without a copy
   * ```ts
   * import { wasm } from "@softplus/kit";
   * import assert from "node:assert/strict";
   *
   * using x = wasm.alloc(Float32Array, 1000);
   * x.fill(-20);
   * wasm.softplus(x, { out: x });
   * assert.equal(x[999], Math.fround(2.061153620314381e-9));
   * ```
   */
  alloc(type: Float32ArrayConstructor, length: number): Float32Array<ArrayBuffer> & Disposable;
  /** The same in float64. */
  alloc(type: Float64ArrayConstructor, length: number): Float64Array<ArrayBuffer> & Disposable;
  /**
   * Gives an array of `alloc` back.
   *
   * @throws {TypeError} array is none, or was given back before
   */
  free(array: FloatArray): void;
}

/** Makes an engine of its own; `fused` chooses a build, which must run here. For tests. */
export function createWasm(options: { readonly fused?: boolean } = {}): WasmEngine {
  let build: Build | undefined;
  let runner: Runner | undefined;
  const getBuild = (): Build => build ??= chosen(options.fused);
  const arenas = new Arenas(() => getBuild().module);

  function run(call: Call): void {
    const { inputs, outputs } = call;
    const length = lengthOf(inputs[0]!);
    const { kernel, beta } = kernelOf(call);
    const resident = arenas.arenaOf(inputs, outputs)?.runner;
    if (length === 0) return;
    const chosen = resident ?? (runner ??= newRunner(() => getBuild().module));
    chosen.run(kernel, beta, inputs, outputs, 0, length);
  }

  const alloc = (type: FloatArrayConstructor, length: number) => arenas.alloc(type, length);
  const free = (array: FloatArray) => arenas.free(array);
  return Object.freeze({
    ...syncEngine("wasm", withFloat16(run), runScalar),
    alloc,
    free,
  }) as unknown as WasmEngine;
}

function chosen(fused: boolean | undefined): Build {
  const build = fused === undefined ? bestBuild() : compile(fused);
  if (build === undefined) throw new Error("wasm: this machine has no fused relaxed SIMD");
  return build;
}

/**
 * The WebAssembly SIMD engine: synchronous, one thread, float16, float32 and float64; numbers go through
 * `scalar`. Arrays stream through tiles, so memory beyond input and output stays below 512 KiB at
 * any size.
 *
 * @example The same bits as plain TypeScript
 * ```ts
 * import { scalar, wasm } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * const x = new Float32Array([-100, -1, 0, 1, 100]);
 * assert.deepEqual(wasm.softplus(x), scalar.softplus(x));
 * ```
 */
export const wasm: WasmEngine = createWasm();

const shared: { runner?: Runner } = {};

/** Computes elements begin to end of a call whose arrays are in no arena. */
export function runWasm(call: Call, begin = 0, end: number = lengthOf(call.inputs[0]!)): void {
  const { kernel, beta } = kernelOf(call);
  const runner = shared.runner ??= newRunner(() => bestBuild().module);
  runner.run(kernel, beta, call.inputs, call.outputs, begin, end);
}
