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

// One file, made of kernels/ by `deno task build`, so that an import by URL waits for two fetches.
// Inside the project kernels/engines/mod.ts, the sources, is imported instead.
// @ts-types="./dist/softplus.d.ts"
export * from "./dist/softplus.js";
