/**
 * softplus(x) = log(1 + e^x) and its derivative, the sigmoid: correctly rounded in float32, within
 * one unit of the last place in float64, for numbers, arrays and batches.
 *
 * @example Numbers and arrays
 * ```ts
 * import { sigmoid, softplus } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(softplus(0), Math.LN2);
 * assert.deepEqual(sigmoid(new Float32Array([-Infinity, 0, Infinity])), new Float32Array([0, 0.5, 1]));
 *
 * const x = new Float32Array([-1, 0, 1]);
 * assert.equal(softplus(x, { out: x }), x); // in place
 * ```
 *
 * @module
 */
import type { Backward, Unary, UnaryWithGrad } from "./types.ts";
import { scalar } from "./scalar.ts";
import { wasm } from "./wasm.ts";

export type {
  Anywhere,
  AsyncBackward,
  AsyncEngine,
  AsyncUnary,
  AsyncUnaryWithGrad,
  Backward,
  Engine,
  EngineMethods,
  Options,
  Precision,
  Unary,
  UnaryWithGrad,
  WithGrad,
} from "./types.ts";
export type { FloatArray, FloatArrayConstructor } from "./arrays.ts";
export type { Naive } from "./naive.ts";
export { Matrix } from "./matrix.ts";
export { naive } from "./naive.ts";
export { scalar, wasm };
export { threads, ThreadsUnavailableError } from "./threads.ts";
export type { Threads } from "./threads.ts";
export type { WasmEngine } from "./wasm.ts";
export { WasmUnavailableError } from "./wasm/errors.ts";
export {
  type GpuBackward,
  type GpuInput,
  type GpuUnary,
  type GpuUnaryWithGrad,
  webgpu,
  type WebGpuEngine,
} from "./webgpu.ts";
export type { WebGpuOptions } from "./webgpu/device.ts";
export {
  WebGpuDeviceLostError,
  WebGpuOutOfMemoryError,
  WebGpuUnavailableError,
} from "./webgpu/errors.ts";
export type { GpuFormat } from "./webgpu/piece.ts";
export { GpuArray, type GpuShape } from "./webgpu/gpu_array.ts";

/**
 * softplus(x) = log(1 + e^x), with beta log(1 + e^(beta x)) / beta.
 *
 * Accuracy, in units of the last place: float32 exact and float16 0.5 (correctly rounded), float32
 * fast 2, float64 1; with beta 0.501, 0.51 and 2.
 * softplus(+Infinity) = +Infinity, softplus(-Infinity) = +0.
 *
 * @param x number (float64), Float16Array, Float32Array, Float64Array or Matrix
 * @param options out, precision ("exact" or "fast"), beta
 * @returns a number, `out`, or a new array or Matrix of x's type and shape
 * @throws {TypeError} x has a wrong type or has lost its memory; beta is not a number
 * @throws {RangeError} out has another type, length or shape; beta is 0 or not finite
 * @throws {WasmUnavailableError} x is no number and WebAssembly cannot run here; `scalar` can
 *
 * @example The tail keeps its digits
 * ```ts
 * import { softplus } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(softplus(-20), 2.061153620314381e-9);
 * assert.equal(softplus(1000), 1000);
 * assert.equal(softplus(3, { beta: 2 }), 3.001237842568865);
 * ```
 */
export const softplus: Unary = wasm.softplus;

/**
 * sigmoid(x) = 1 / (1 + e^-x), with beta sigmoid(beta x).
 *
 * Accuracy, in units of the last place: float32 exact 0.5 (correctly rounded), fast 2, float64 1.
 * sigmoid(+Infinity) = 1, sigmoid(-Infinity) = +0. Parameters and errors: as {@link softplus}.
 *
 * @example
 * ```ts
 * import { sigmoid } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sigmoid(0), 0.5);
 * assert.equal(sigmoid(-1000), 0);
 * ```
 */
export const sigmoid: Unary = wasm.sigmoid;

/**
 * The derivative of softplus: {@link sigmoid} under its own name.
 *
 * @example
 * ```ts
 * import { sigmoid, softplusGrad } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(softplusGrad(1.5), sigmoid(1.5));
 * ```
 */
export const softplusGrad: Unary = wasm.softplusGrad;

/**
 * log(sigmoid(x)) = -softplus(-x), to the bit; with beta -softplus(-x; beta).
 *
 * Accuracy and errors: as {@link softplus}. logSigmoid(+Infinity) = -0,
 * logSigmoid(-Infinity) = -Infinity.
 *
 * @example A log-likelihood that stays finite
 * ```ts
 * import { logSigmoid } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(logSigmoid(-800), -800);
 * ```
 */
export const logSigmoid: Unary = wasm.logSigmoid;

/**
 * The derivative of sigmoid, sigmoid(x) sigmoid(-x), and so the second derivative of softplus; with
 * beta, beta sigmoid(beta x) sigmoid(-beta x).
 *
 * Accuracy, in units of the last place: float32 exact and float16 0.5 (correctly rounded), float32
 * fast 4.5, float64 1; with beta float32 0.501. sigmoidGrad(+-Infinity) = +0. Parameters and errors: as
 * {@link softplus}.
 *
 * @example Where e^-x / (1 + e^-x)^2 is Infinity / Infinity
 * ```ts
 * import { sigmoidGrad } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sigmoidGrad(0), 0.25);
 * assert.equal(sigmoidGrad(-720), Math.exp(-720));
 * ```
 */
export const sigmoidGrad: Unary = wasm.sigmoidGrad;

/**
 * The derivative of logSigmoid, sigmoid(-x), to the bit; with beta sigmoid(-beta x).
 *
 * Accuracy and errors: as {@link sigmoid}.
 *
 * @example
 * ```ts
 * import { logSigmoidGrad, sigmoid } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(logSigmoidGrad(3), sigmoid(-3));
 * ```
 */
export const logSigmoidGrad: Unary = wasm.logSigmoidGrad;

/**
 * softplus and its derivative in one pass, bit for bit what the two functions give.
 * `out` is `{ value, grad }`, which must not overlap. Errors: as {@link softplus}.
 *
 * @example
 * ```ts
 * import { softplusWithGrad } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(softplusWithGrad(0), { value: Math.LN2, grad: 0.5 });
 * ```
 */
export const softplusWithGrad: UnaryWithGrad = wasm.softplusWithGrad;

/**
 * The backward pass of softplus: upstream * {@link softplusGrad}(x).
 *
 * The product is formed before the one rounding, so the bound holds everywhere, also where the
 * derivative by itself would be subnormal or 0 and upstream is large, as loss scaling makes it: in
 * units of the last place float32 exact and float16 0.501, float32 fast 3, float64 1. The derivative
 * is 0 at x = -Infinity, where an infinite upstream gives NaN; at every finite x it gives Infinity.
 * Errors: as {@link softplus}; upstream must have x's type and shape.
 *
 * @param x number (float64), Float16Array, Float32Array, Float64Array or Matrix
 * @param upstream the gradient with respect to softplus(x), of x's type and shape
 * @returns the gradient with respect to x
 *
 * @example
 * ```ts
 * import { sigmoid, softplusBackward } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(softplusBackward(0, 3), 1.5);
 * assert.equal(sigmoid(-800), 0);
 * assert.equal(softplusBackward(-800, 1e300), 3.667874584177687e-48);
 * ```
 */
export const softplusBackward: Backward = wasm.softplusBackward;

/**
 * The backward pass of sigmoid: upstream * {@link sigmoidGrad}(x). Accuracy, parameters and errors: as
 * {@link softplusBackward}, but for float32 fast, which is 5.5; the derivative is 0 at both infinities.
 *
 * @example
 * ```ts
 * import { sigmoidBackward } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sigmoidBackward(0, 3), 0.75);
 * ```
 */
export const sigmoidBackward: Backward = wasm.sigmoidBackward;

/**
 * The backward pass of logSigmoid: upstream * {@link logSigmoidGrad}(x). Accuracy, parameters and
 * errors: as {@link softplusBackward}; the derivative is 0 at x = +Infinity.
 *
 * @example
 * ```ts
 * import { logSigmoidBackward } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(logSigmoidBackward(0, 3), 1.5);
 * ```
 */
export const logSigmoidBackward: Backward = wasm.logSigmoidBackward;
