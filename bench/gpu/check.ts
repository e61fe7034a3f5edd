/** Validate, then time: the results of a function on a GPU against the oracle. */
import { bound } from "../../kernels/bounds.ts";
import { inUlp, Judge, type Verdict } from "../../lab/oracle/error.ts";
import { sampleIndices } from "../../lab/race/validate.ts";
import { BoundError, correct, judge } from "../race/validate.ts";
import type { GpuInputs } from "./functions.ts";
import type { GpuImplementation } from "./implementation.ts";

/** Elements that are judged in a long array. */
const JUDGED = 512;

/** What can be judged: inputs, and of the results only the chosen elements, in their order. */
export interface Sampled {
  readonly inputs: GpuInputs;
  readonly results: readonly Float32Array[];
}

/** Which elements of a case are judged. */
export function judgedIndices(length: number): number[] {
  return sampleIndices(length, JUDGED);
}

/** Elements of an array. */
export function pick(array: Float32Array, indices: readonly number[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(indices, (i) => array[i]!);
}

/** Judges sampled results. */
export function judgeGpu({ inputs: { fn, x, upstream }, results }: Sampled): Verdict {
  const indices = Array.from(x, (_, i) => i);
  if (fn !== "softplusBackward") return judge(fn, x, results, indices);
  const found = new Judge();
  for (const i of indices) {
    const got = results[0]![i]!;
    // float64 is exact enough to measure a float32 by.
    const value = upstream[i]! * correct("sigmoid", x[i]!, "f64");
    const want = Math.fround(value);
    found.take({ input: x[i]!, got, want }, inUlp(got - value, want, "f32"));
  }
  return found.verdict;
}

/**
 * Holds the kit to its bound.
 *
 * @throws {BoundError} naming input, result and right value
 */
export function holdKitToBound(
  row: Pick<GpuImplementation, "name" | "bound">,
  { fn }: GpuInputs,
  { maxUlp, worst }: Verdict,
): void {
  const part = fn === "softplusWithGrad" ? "softplus" : fn;
  const most = row.bound?.(part) ?? bound("f32", "exact", 1, "webgpu", part);
  if (maxUlp <= most || !worst) return;
  throw new BoundError(
    `${row.name}: ${fn}(${worst.input}) = ${worst.got}, not ${worst.want}: ${maxUlp} ULP, more than ${most}`,
  );
}
