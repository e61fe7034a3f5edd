/*
 * Float16Array on the CPU: pieces are widened to float64, computed there, and rounded once. The
 * float64 result is within 1 ULP, 2^-52; tests/float16.test.ts shows for all 65,536 inputs that no
 * exact value is so close to the middle between two float16 that this error decides the rounding.
 */
import type { Call, Run } from "./engine.ts";
import { arrayType } from "./matrix.ts";

/** Elements of a piece: two arrays of float64 stay in the first-level cache. */
const pieceHere = 2048;

/** Elements of a piece for workers: enough to divide among them. */
const pieceForWorkers = 2 ** 18;

/** A function that computes float64 calls, made to take float16 calls too. */
export function withFloat16(run: Run): Run {
  return (call) => {
    if (arrayType(call.inputs[0]) !== "Float16Array") return run(call);
    for (const piece of pieces(call, pieceHere)) run(piece);
  };
}

/** The same for a function that promises; one piece is under way at a time. */
export function withFloat16Async(run: (call: Call) => Promise<void>): typeof run {
  return async (call) => {
    if (arrayType(call.inputs[0]) !== "Float16Array") return run(call);
    for (const piece of pieces(call, pieceForWorkers)) await run(piece);
  };
}

/**
 * Cuts a float16 call into float64 calls, at least one. Whoever asks for the next piece has computed
 * the last one; its results are then rounded into the outputs.
 */
function* pieces({ kernel, beta, inputs, outputs }: Call, size: number): Generator<Call, void> {
  const [x, upstream] = inputs;
  const { length } = x!;
  const scratch = () => new Float64Array(Math.min(size, length));
  const wideX = scratch();
  const wideOutputs = outputs.map(scratch);
  for (let from = 0; from === 0 || from < length; from += size) {
    const to = Math.min(from + size, length);
    const input = wideX.subarray(0, to - from);
    input.set(x!.subarray(from, to));
    const results = wideOutputs.map((wide) => wide.subarray(0, to - from));
    yield {
      kernel: kernel === "softplusBackward" ? "sigmoid" : kernel,
      precision: "exact",
      beta,
      inputs: [input],
      outputs: results,
    };
    if (upstream === undefined) outputs.forEach((out, k) => out.set(results[k]!, from));
    else {
      // The sigmoid is rounded, then the product, which is exact in float64: as on every engine.
      const [out, sigmoid] = [outputs[0]!, results[0]!];
      for (let i = from; i < to; i++) out[i] = upstream[i]! * Math.f16round(sigmoid[i - from]!);
    }
  }
}
