/*
 * The plain TypeScript engine: each kernel is a loop over a range of an array.
 */
import { sigmoid32, sigmoid32Fast, sigmoid64, sigmoid64Beta } from "../sigmoid.ts";
import { softplus32, softplus32Fast, softplus64, softplus64Beta } from "../softplus.ts";
import {
  softplusWithGrad32,
  softplusWithGrad32Fast,
  softplusWithGrad64,
  softplusWithGrad64Beta,
} from "../softplus_with_grad.ts";
import { type Call, type Engine, syncEngine } from "./engine.ts";
import { withFloat16 } from "./float16.ts";
import { arrayType, type FloatArray } from "./matrix.ts";

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

/** |beta| beyond these changes no float32 result, and neither beta * x nor 1 / beta overflows. */
const betaLimits = [2 ** -800, 2 ** 800] as const;

/** Computes a call in plain TypeScript. */
export function runScalar(
  { kernel, precision, beta, inputs: [x, upstream], outputs: [y, grad] }: Call,
): void {
  if (kernel === "softplusBackward") return backward(x!, upstream!, y!, precision, beta);
  if (arrayType(x) === "Float32Array") {
    const [src, dst, dst2] = [x, y, grad] as [Float32Array, Float32Array, Float32Array];
    const end = src.length;
    const size = Math.min(Math.max(Math.abs(beta), betaLimits[0]), betaLimits[1]);
    const b = beta < 0 ? -size : size;
    const exact = precision === "exact" && size === 1;
    switch (kernel) {
      case "softplus":
        return exact ? softplus32(src, dst, 0, end, b) : softplus32Fast(src, dst, 0, end, b);
      case "sigmoid":
        return exact ? sigmoid32(src, dst, 0, end, b) : sigmoid32Fast(src, dst, 0, end, b);
      case "softplusWithGrad":
        return exact
          ? softplusWithGrad32(src, dst, dst2, 0, end, b)
          : softplusWithGrad32Fast(src, dst, dst2, 0, end, b);
    }
  }
  const [src, dst, dst2] = [x, y, grad] as [Float64Array, Float64Array, Float64Array];
  const end = src.length;
  const plain = Math.abs(beta) === 1;
  switch (kernel) {
    case "softplus":
      return plain ? softplus64(src, dst, 0, end, beta) : softplus64Beta(src, dst, 0, end, beta);
    case "sigmoid":
      return plain ? sigmoid64(src, dst, 0, end, beta) : sigmoid64Beta(src, dst, 0, end, beta);
    case "softplusWithGrad":
      return plain
        ? softplusWithGrad64(src, dst, dst2, 0, end, beta)
        : softplusWithGrad64Beta(src, dst, dst2, 0, end, beta);
  }
}

/** upstream * sigmoid(x): the rounded sigmoid, so that every engine gives the same bits. */
function backward(
  x: FloatArray,
  upstream: FloatArray,
  out: FloatArray,
  precision: Call["precision"],
  beta: number,
): void {
  const block = 1024;
  const gradient = arrayType(x) === "Float32Array"
    ? new Float32Array(Math.min(block, x.length))
    : new Float64Array(Math.min(block, x.length));
  for (let start = 0; start < x.length; start += block) {
    const end = Math.min(start + block, x.length);
    const inputs = [x.subarray(start, end)];
    const outputs = [gradient.subarray(0, end - start)];
    runScalar({ kernel: "sigmoid", precision, beta, inputs, outputs });
    for (let i = start; i < end; i++) out[i] = upstream[i]! * gradient[i - start]!;
  }
}
