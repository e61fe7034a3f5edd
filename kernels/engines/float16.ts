/*
 * Float16Array on the CPU: pieces are widened to float64, computed there, and rounded once. The
 * float64 result is within 1 ULP, 2^-52; tests/kernels/float16.test.ts shows for all 65,536 inputs that no
 * exact value of a function of x alone is so close to the middle between two float16 that this error
 * decides the rounding. A product with upstream may be; it is within 0.501 ULP.
 */
import { arrayType, copyInto, lengthOf, viewOf } from "./arrays.ts";
import type { Run } from "./engine.ts";
import type { Call } from "./methods.ts";

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
  const length = lengthOf(inputs[0]!);
  const scratch = () => new Float64Array(Math.min(size, length));
  const wideInputs = inputs.map(scratch);
  const wideOutputs = outputs.map(scratch);
  for (let from = 0; from === 0 || from < length; from += size) {
    const to = Math.min(from + size, length);
    const part = (wide: Float64Array) => wide.subarray(0, to - from);
    wideInputs.forEach((wide, k) => wide.set(viewOf(inputs[k]!, from, to) as Float16Array));
    yield {
      kernel,
      precision: "exact",
      beta,
      inputs: wideInputs.map(part),
      outputs: wideOutputs.map(part),
    };
    outputs.forEach((out, k) => copyInto(out, part(wideOutputs[k]!), from));
  }
}
