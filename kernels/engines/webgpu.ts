/*
 * The WebGPU engine. Mental model: a call on typed arrays is one round trip (upload, one fused pass,
 * read-back) and returns a promise, until which its inputs must stay as they are. A call on
 * GpuArrays returns GpuArrays at once; what is called in one turn is submitted together at its end,
 * and a chain of calls costs one read-back.
 */
import { arrayType, type FloatArray, plain } from "./arrays.ts";
import { asyncDisposeSymbol } from "./disposal.ts";
import { methodsOf } from "./engine.ts";
import { describe, Matrix } from "./matrix.ts";
import { kernels, type MethodName, methods } from "./methods.ts";
import { checkTensor, prepare } from "./prepare.ts";
import type { EngineMethods, Options, WithGrad } from "./types.ts";
import { openDevice, type OpenedDevice, type WebGpuOptions } from "./webgpu/device.ts";
import { formatOf, GpuArray, shapeOf, wrapBuffer } from "./webgpu/gpu_array.ts";
import { computeResident, uploaded } from "./webgpu/resident.ts";
import { Session, type SessionLimits } from "./webgpu/session.ts";
import { Timer } from "./webgpu/timer.ts";
import { computeTyped } from "./webgpu/typed.ts";

/**
 * Arrays that the GPU computes with: float32 and float16, alone or as a Matrix.
 *
 * @example
 * ```ts
 * import type { GpuArray, GpuInput, WebGpuEngine } from "@softplus/kit";
 *
 * const send = <T extends GpuInput>(gpu: WebGpuEngine, x: T): GpuArray<T> => gpu.upload(x);
 * ```
 */
export type GpuInput =
  | Float32Array
  | Float16Array
  | Matrix<Float32Array>
  | Matrix<Float16Array>;

/**
 * A function of one argument, on the GPU.
 *
 * @example
 * ```ts
 * import type { GpuUnary, WebGpuEngine } from "@softplus/kit";
 *
 * const activation = (gpu: WebGpuEngine): GpuUnary => gpu.softplus;
 * ```
 */
export interface GpuUnary {
  /** Stays on the GPU: returns `out`, or a new GpuArray of x's shape. */
  <T extends GpuInput>(x: GpuArray<T>, options?: Options<GpuArray<T>>): GpuArray<T>;
  /**
   * Uploads, computes, reads back: `out`, or a new array or Matrix of x's shape. Of whatever size,
   * x must not change until the promise is settled.
   */
  <T extends GpuInput>(x: T, options?: Options<T>): Promise<T>;
}

/**
 * Value and gradient in one pass, on the GPU.
 *
 * @example
 * ```ts
 * import type { GpuUnaryWithGrad, WebGpuEngine } from "@softplus/kit";
 *
 * const pass = (gpu: WebGpuEngine): GpuUnaryWithGrad => gpu.softplusWithGrad;
 * ```
 */
export interface GpuUnaryWithGrad {
  /** Stays on the GPU: returns `out`, or two new GpuArrays of x's shape. */
  <T extends GpuInput>(
    x: GpuArray<T>,
    options?: Options<WithGrad<GpuArray<T>>>,
  ): WithGrad<GpuArray<T>>;
  /**
   * Uploads, computes, reads back: `out`, or two new arrays or Matrices of x's shape. Of whatever
   * size, x must not change until the promise is settled.
   */
  <T extends GpuInput>(x: T, options?: Options<WithGrad<T>>): Promise<WithGrad<T>>;
}

/**
 * The gradient times what comes from above, on the GPU.
 *
 * @example
 * ```ts
 * import type { GpuBackward, WebGpuEngine } from "@softplus/kit";
 *
 * const backward = (gpu: WebGpuEngine): GpuBackward => gpu.softplusBackward;
 * ```
 */
export interface GpuBackward {
  /** Stays on the GPU: returns `out`, or a new GpuArray of x's shape. */
  <T extends GpuInput>(
    x: GpuArray<T>,
    upstream: GpuArray<T>,
    options?: Options<GpuArray<T>>,
  ): GpuArray<T>;
  /**
   * Uploads, computes, reads back: `out`, or a new array or Matrix of x's shape. Of whatever size,
   * x and upstream must not change until the promise is settled.
   */
  <T extends GpuInput>(x: T, upstream: T, options?: Options<T>): Promise<T>;
}

/**
 * The methods of the GPU engine.
 *
 * @example
 * ```ts
 * import type { WebGpuEngine } from "@softplus/kit";
 *
 * const once = (gpu: WebGpuEngine, x: Float32Array) => gpu.softplus(gpu.upload(x)).read();
 * ```
 */
export interface WebGpuEngine
  extends EngineMethods<GpuUnary, GpuUnaryWithGrad, GpuBackward>, AsyncDisposable {
  /** "webgpu". */
  readonly name: string;
  /** The GPU, as it names itself. */
  readonly adapter: string;
  /**
   * The device, for the caller's own shaders and buffers. Calls on GpuArrays are submitted at the
   * end of the turn of the microtask queue, or when this is read.
   */
  readonly device: GPUDevice;
  /** GPU buffers that arrays and calls under way hold at this moment. */
  readonly buffersInUse: number;
  /** Copies an array or Matrix to the GPU; x may change afterwards. */
  upload<T extends GpuInput>(x: T): GpuArray<T>;
  /**
   * Takes a buffer of the caller's as an array, without a copy. It stays the caller's to destroy.
   *
   * @param buffer of this engine's device, with usage STORAGE, and COPY_SRC where it will be read;
   *   its size is that of the elements, rounded up to 16 bytes, or more. What lies between the last
   *   element and that boundary may be overwritten.
   * @param shape [length], or [rows, columns]
   */
  wrap(buffer: GPUBuffer, shape: readonly [number]): GpuArray<Float32Array>;
  /** Takes a buffer of the caller's as a Matrix. */
  wrap(buffer: GPUBuffer, shape: readonly [number, number]): GpuArray<Matrix<Float32Array>>;
  /**
   * Starts to time the kernels themselves; `read` gives nanoseconds of each since the last reading,
   * or undefined where the device has no timestamp-query.
   */
  startTimer(): { read(): Promise<number[] | undefined>; stop(): void };
  /** Waits for the calls under way, then frees all memory, and the device if the engine made it. */
  dispose(): Promise<void>;
}

/**
 * Makes the WebGPU engine.
 *
 * Accuracy, float32, both precisions alike, certified on lavapipe over every float32: softplus
 * and logSigmoid 1 ULP (worst 0.902), sigmoid 1 ULP (0.700); with beta 1.5. float16 is
 * correctly rounded, on every adapter, for it needs no shader-f16; subnormal results are never flushed. A
 * number would need float64, which no GPU language of the web has: numbers and Float64Array are a
 * TypeError; the other engines take them.
 *
 * @param options powerPreference, or a device of the caller's
 * @returns the engine; `await using` disposes of it
 * @throws {WebGpuUnavailableError} there is no WebGPU, no adapter or no device; the message says
 *   what to do
 * @throws {TypeError} options or device have a wrong type, or an option does not exist
 * @throws {RangeError} powerPreference is neither "low-power" nor "high-performance"
 *
 * @example A chain that is read back once
 * ```ts
 * import { webgpu, WebGpuUnavailableError } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * try {
 *   await using gpu = await webgpu();
 *   using x = gpu.upload(new Float32Array([-Infinity, 0, 20]));
 *   using y = gpu.softplus(x);
 *   assert.deepEqual(await y.read(), new Float32Array([0, Math.LN2, 20]));
 * } catch (error) {
 *   if (!(error instanceof WebGpuUnavailableError)) throw error; // no GPU on this machine
 * }
 * ```
 */
export async function webgpu(options?: WebGpuOptions): Promise<WebGpuEngine> {
  return makeEngine(await openDevice(options));
}

/** The engine on a device; tests give smaller limits. */
export function makeEngine(opened: OpenedDevice, limits?: SessionLimits): WebGpuEngine {
  const session = new Session(opened, limits);
  return Object.freeze({
    name: "webgpu",
    adapter: opened.adapter,
    get device() {
      session.batch.flush(); // whoever asks for it may submit work, or wait for ours
      return opened.device;
    },
    get buffersInUse() {
      return session.pool.used;
    },
    ...methodsOf((method, x, upstream, options) =>
      (GpuArray.storage(x) === undefined ? typed : resident)(session, method, x, upstream, options)
    ),
    upload: ((x: unknown) => uploadArray(session, x)) as WebGpuEngine["upload"],
    wrap: ((buffer: unknown, shape: unknown) =>
      wrapBuffer(session, buffer, shape)) as WebGpuEngine["wrap"],
    startTimer: () =>
      startTimer(session),
    dispose: () =>
      session.dispose(),
    [asyncDisposeSymbol()]: () => session.dispose(),
  }) as unknown as WebGpuEngine;
}

/** A method on typed arrays: checks now, uploads now, and fills the result later. */
async function typed(
  session: Session,
  method: MethodName,
  x: unknown,
  upstream: unknown,
  options: unknown,
): Promise<unknown> {
  session.assertUsable(method);
  checkGpuInput(method, "x", x, accepted);
  if (kernels[methods[method].kernel].inputs === 2) {
    checkGpuInput(method, "upstream", upstream, "an array or Matrix as x");
  }
  const { call, result } = prepare(method, methods[method], x, upstream, options);
  session.assertUsable(method); // an option's getter may have disposed of the engine
  await session.track(computeTyped(session, method, call));
  return result;
}

/** A method on arrays that stay on the GPU. */
function resident(
  session: Session,
  method: MethodName,
  x: unknown,
  upstream: unknown,
  options: unknown,
): unknown {
  session.assertUsable(method);
  const results = computeResident(session, method, methods[method], x, upstream, options);
  return results.length === 1 ? results[0] : { value: results[0], grad: results[1] };
}

/** Times kernels until it is stopped, or another one is started. */
function startTimer(session: Session): ReturnType<WebGpuEngine["startTimer"]> {
  session.assertUsable("startTimer");
  session.batch.flush();
  session.timer?.destroy();
  const timer = session.timer = new Timer(session.device);
  return {
    read() {
      session.assertUsable("timer.read");
      session.batch.flush();
      return session.track(session.untilLost(timer.read()));
    },
    stop() {
      session.batch.flush();
      if (session.timer === timer) session.timer = undefined;
      timer.destroy();
    },
  };
}

const accepted = "a Float32Array, a Float16Array, a Matrix of one of them or a GpuArray";

/** Refuses what is neither float32 nor float16, and says what a GPU takes. */
function checkGpuInput(method: string, argument: string, x: unknown, expected: string): void {
  const type = arrayType(Matrix.is(x) ? x.data : x);
  // Whether its memory is there is checked for all engines.
  if (type === "Float32Array" || type === "Float16Array") return;
  const why = typeof x === "number" || type === "Float64Array"
    ? ": WGSL has no float64; use scalar, wasm or threads"
    : "";
  throw new TypeError(`${method}: ${argument} must be ${expected}, got ${describe(x)}${why}`);
}

function uploadArray(session: Session, x: unknown): GpuArray {
  session.assertUsable("upload");
  const format = formatOf(Matrix.is(x) ? x.data : x as FloatArray);
  if (format === undefined) {
    throw new TypeError(
      `upload: x must be a Float32Array, a Float16Array or a Matrix of one of them, got ${
        describe(x)
      }`,
    );
  }
  const tensor = checkTensor("upload", "x", x);
  const data = plain(Matrix.is(tensor) ? tensor.data : tensor);
  const shape = shapeOf(tensor);
  return new GpuArray(uploaded(session, data, format, shape), shape);
}
