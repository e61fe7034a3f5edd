/*
 * The plain TypeScript engine: each kernel is a loop over a range of an array.
 */
import {
  sigmoidBackward32,
  sigmoidBackward64,
  softplusBackward32,
  softplusBackward64,
} from "../backward.ts";
import { sigmoid32, sigmoid32Fast, sigmoid64, sigmoid64Beta } from "../sigmoid.ts";
import { sigmoidGrad32, sigmoidGrad32Fast, sigmoidGrad64 } from "../sigmoid_grad.ts";
import { softplus32, softplus32Fast, softplus64, softplus64Beta } from "../softplus.ts";
import {
  softplusWithGrad32,
  softplusWithGrad32Fast,
  softplusWithGrad64,
  softplusWithGrad64Beta,
} from "../softplus_with_grad.ts";
import { arrayType, lengthOf } from "./arrays.ts";
import { betaFor32 } from "./beta.ts";
import { syncEngine } from "./engine.ts";
import { withFloat16 } from "./float16.ts";
import type { Call } from "./methods.ts";
import type { Engine } from "./types.ts";

/**
 * The plain TypeScript engine: synchronous, one thread, float16, float32 and float64.
 *
 * @example The same bits as the functions of the module
 * ```ts
 * import { scalar, softplus } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * const x = new Float32Array([-100, -1, 0, 1, 100]);
 * assert.deepEqual(scalar.softplus(x), softplus(x));
 * ```
 */
export const scalar: Engine = syncEngine("scalar", withFloat16(runScalar), runScalar);

/** Computes a call in plain TypeScript. */
export function runScalar(call: Call): void {
  if (arrayType(call.inputs[0]) === "Float32Array") run32(call);
  else run64(call);
}

function run32({ kernel, precision, beta, inputs, outputs }: Call): void {
  const [x, upstream] = inputs as [Float32Array, Float32Array];
  const [y, grad] = outputs as [Float32Array, Float32Array];
  const end = lengthOf(x);
  const b = betaFor32(beta);
  const exact = precision === "exact" && Math.abs(beta) === 1;
  switch (kernel) {
    case "softplus":
      return exact ? softplus32(x, y, 0, end, b) : softplus32Fast(x, y, 0, end, b);
    case "sigmoid":
      return exact ? sigmoid32(x, y, 0, end, b) : sigmoid32Fast(x, y, 0, end, b);
    case "sigmoidGrad":
      return exact ? sigmoidGrad32(x, y, 0, end, b) : sigmoidGrad32Fast(x, y, 0, end, b);
    case "softplusWithGrad":
      return exact
        ? softplusWithGrad32(x, y, grad, 0, end, b)
        : softplusWithGrad32Fast(x, y, grad, 0, end, b);
    case "softplusBackward":
      return softplusBackward32(x, upstream, y, 0, end, b);
    case "sigmoidBackward":
      return sigmoidBackward32(x, upstream, y, 0, end, b);
  }
}

function run64({ kernel, beta, inputs, outputs }: Call): void {
  const [x, upstream] = inputs as [Float64Array, Float64Array];
  const [y, grad] = outputs as [Float64Array, Float64Array];
  const end = lengthOf(x);
  const plain = Math.abs(beta) === 1;
  switch (kernel) {
    case "softplus":
      return plain ? softplus64(x, y, 0, end, beta) : softplus64Beta(x, y, 0, end, beta);
    case "sigmoid":
      return plain ? sigmoid64(x, y, 0, end, beta) : sigmoid64Beta(x, y, 0, end, beta);
    case "sigmoidGrad":
      return sigmoidGrad64(x, y, 0, end, beta);
    case "softplusWithGrad":
      return plain
        ? softplusWithGrad64(x, y, grad, 0, end, beta)
        : softplusWithGrad64Beta(x, y, grad, 0, end, beta);
    case "softplusBackward":
      return softplusBackward64(x, upstream, y, 0, end, beta);
    case "sigmoidBackward":
      return sigmoidBackward64(x, upstream, y, 0, end, beta);
  }
}
