/* Which kernel of kernel.simd.ts computes a call. */
import type { Call } from "../engine.ts";
import { arrayType } from "../matrix.ts";

/** |beta| beyond these changes no float32 result, and neither beta * x nor 1 / beta overflows. */
const betaLimits = [2 ** -800, 2 ** 800] as const;

/** The export that computes a call, and the beta to give it; softplusBackward starts as sigmoid. */
export function kernelOf(call: Call): { kernel: string; beta: number } {
  const name = call.kernel === "softplusBackward" ? "sigmoid" : call.kernel;
  const { beta } = call;
  if (arrayType(call.inputs[0]) === "Float64Array") return { kernel: `${name}64`, beta };
  const size = Math.abs(beta);
  if (size === 1) {
    return { kernel: call.precision === "fast" ? `${name}32Fast` : `${name}32`, beta };
  }
  const within = Math.min(Math.max(size, betaLimits[0]), betaLimits[1]);
  return { kernel: `${name}32Beta`, beta: beta < 0 ? -within : within };
}
