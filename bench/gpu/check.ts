/** Validate, then time: the results of a function on a GPU against the oracle. */
import { bound } from "../../kernels/bounds.ts";
import { ulp } from "../../lab/floats.ts";
import {
  BoundError,
  correct,
  isWrong,
  judge,
  sampleIndices,
  type Verdict,
} from "../race/validate.ts";
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
  let maxUlp = 0;
  let maxAbsDiff = 0;
  let worst: Verdict["worst"];
  let wrong: Verdict["wrong"];
  for (const i of indices) {
    const got = results[0]![i]!;
    // float64 is exact enough to measure a float32 by.
    const value = upstream[i]! * correct("sigmoid", x[i]!, "f64");
    const want = Math.fround(value);
    const error = Number.isNaN(got) ? Infinity : Math.abs(got - value) / ulp(want, "f32");
    const witness = { input: x[i]!, got, want };
    if (worst === undefined || error > maxUlp) worst = witness;
    maxUlp = Math.max(maxUlp, error);
    maxAbsDiff = Math.max(maxAbsDiff, Number.isNaN(got) ? Infinity : Math.abs(got - want));
    if (isWrong(got, want, error)) wrong ??= witness;
  }
  return { maxUlp, maxAbsDiff, ...(worst && { worst }), ...(wrong && { wrong }) };
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
