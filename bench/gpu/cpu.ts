/** The CPU engines of the kit on the same arrays: what the GPU has to be faster than. */
import { type Options, threads, wasm, type WithGrad } from "../../kernels/engines/mod.ts";
import { bound } from "../../kernels/bounds.ts";
import type { Precision } from "../peers/kit.ts";
import { kitIdentity } from "../peers/naming.ts";
import { GPU_FUNCTIONS, type GpuFunction, type GpuInputs, type GpuRunner } from "./functions.ts";
import type { GpuImplementation } from "./implementation.ts";

/** What is timed. */
export const CPU_INCLUDES = "arrays in CPU memory, output given";

/** One row for each engine and precision. */
export const CPU_ROWS: readonly GpuImplementation[] = (["wasm", "threads"] as const).flatMap(
  (engine) => (["exact", "fast"] as const).map((precision) => cpuRow(engine, precision)),
);

function cpuRow(engine: "wasm" | "threads", precision: Precision): GpuImplementation {
  return {
    ...kitIdentity(engine, precision),
    includes: CPU_INCLUDES,
    clock: "cpu",
    ...(engine === "threads" && { caveat: `${navigator.hardwareConcurrency} threads` }),
    does: () => true,
    bound: (fn) => bound("f32", precision, 1, "wasm", fn),
    async prepare(_gpu, inputs) {
      if (engine === "wasm") return runner(wasm, precision, inputs, () => {});
      const pool = await threads();
      return runner(pool, precision, inputs, () => void pool.dispose());
    },
  };
}

/** The methods, whether they return values or promises. */
interface Engine {
  softplus(x: Float32Array, options: Options<Float32Array>): unknown;
  sigmoid(x: Float32Array, options: Options<Float32Array>): unknown;
  softplusBackward(
    x: Float32Array,
    upstream: Float32Array,
    options: Options<Float32Array>,
  ): unknown;
  softplusWithGrad(x: Float32Array, options: Options<WithGrad<Float32Array>>): unknown;
}

function runner(
  engine: Engine,
  precision: Precision,
  { fn, x, upstream }: GpuInputs,
  dispose: () => void,
): GpuRunner {
  const results = Array.from(
    { length: GPU_FUNCTIONS[fn].writes },
    () => new Float32Array(x.length),
  );
  const [out, grad] = results as [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>];
  const calls: Readonly<Record<GpuFunction, () => unknown>> = {
    softplus: () => engine.softplus(x, { out, precision }),
    sigmoid: () => engine.sigmoid(x, { out, precision }),
    softplusBackward: () => engine.softplusBackward(x, upstream, { out, precision }),
    softplusWithGrad: () => engine.softplusWithGrad(x, { out: { value: out, grad }, precision }),
  };
  return {
    async time(count) {
      const began = performance.now();
      for (let i = 0; i < count; i++) {
        const pending = calls[fn]();
        if (pending instanceof Promise) await pending;
      }
      return (performance.now() - began) * 1e6;
    },
    async output() {
      await calls[fn]();
      return results;
    },
    dispose,
  };
}
