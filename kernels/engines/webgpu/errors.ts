/**
 * There is no usable WebGPU here; the message says what is missing and how to get it.
 *
 * @example The GPU where there is one, WebAssembly elsewhere
 * ```ts
 * import { wasm, webgpu, WebGpuUnavailableError } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * const gpu = await webgpu().catch((error) => {
 *   if (error instanceof WebGpuUnavailableError) return undefined;
 *   throw error;
 * });
 * const x = new Float32Array([20]);
 * const y = gpu ? await gpu.softplus(x) : wasm.softplus(x);
 * await gpu?.dispose();
 * assert.equal(y[0], 20);
 * ```
 */
export class WebGpuUnavailableError extends Error {
  /** The name of the class. */
  override readonly name = "WebGpuUnavailableError";
}

/**
 * The GPU has no memory left for a call. The engine stays usable: dispose of arrays, try again.
 *
 * @example Too large for the GPU: compute elsewhere
 * ```ts
 * import { wasm, WebGpuOutOfMemoryError } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * const x = new Float32Array([20]);
 * const y = await Promise.reject(new WebGpuOutOfMemoryError("as a call may do")).catch((error) => {
 *   if (error instanceof WebGpuOutOfMemoryError) return wasm.softplus(x);
 *   throw error;
 * });
 * assert.equal(y[0], 20);
 * ```
 */
export class WebGpuOutOfMemoryError extends Error {
  /** The name of the class. */
  override readonly name = "WebGpuOutOfMemoryError";
}

/**
 * The GPU went away, by a reset or because its device was destroyed: make a new engine.
 *
 * @example A driver that was reset: compute again elsewhere
 * ```ts
 * import { wasm, WebGpuDeviceLostError } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * const x = new Float32Array([20]);
 * const y = await Promise.reject(new WebGpuDeviceLostError("as a call may do")).catch((error) => {
 *   if (error instanceof WebGpuDeviceLostError) return wasm.softplus(x);
 *   throw error;
 * });
 * assert.equal(y[0], 20);
 * ```
 */
export class WebGpuDeviceLostError extends Error {
  /** The name of the class. */
  override readonly name = "WebGpuDeviceLostError";
}

/** What a captured GPUError means, as an error of the kit. */
export function typedError(error: GPUError, what: string): Error {
  // Deno and browsers both have the class; a mock in a test may have its name only.
  if (error.constructor.name === "GPUOutOfMemoryError") {
    return new WebGpuOutOfMemoryError(
      `${what}: the GPU has no memory left: dispose of arrays, or work on smaller ones (${
        error.message || "no details"
      })`,
    );
  }
  return new Error(`${what}: the GPU refused the work: ${error.message}`);
}
