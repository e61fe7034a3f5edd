/*
 * A call on typed arrays: upload, compute, read back. The kernels work in place, so a piece costs
 * one buffer for each input or output, whichever are more.
 */
import { byteLengthOf, type FloatArray, lengthOf } from "../arrays.ts";
import type { Call } from "../methods.ts";
import { WebGpuOutOfMemoryError } from "./errors.ts";
import { bytesOf, elementBytes, formatOf, upload } from "./gpu_array.ts";
import type { Piece, Work } from "./piece.ts";
import type { Session } from "./session.ts";

/** Pieces of one call that are under way at a time. */
const window = 2;

/** Computes a checked call of float32 or float16 arrays. */
export async function computeTyped(session: Session, method: string, call: Call): Promise<void> {
  const format = formatOf(call.inputs[0]!)!;
  const work: Work = { kernel: call.kernel, format, beta: call.beta };
  const total = lengthOf(call.inputs[0]!) * elementBytes[format];
  const { pieceBytes } = session.limits;
  const underWay = new Set<Promise<void>>();
  let failed = false;
  for (let from = 0; from < total && !failed; from += pieceBytes) {
    const bytes = Math.min(pieceBytes, total - from);
    const piece = computePiece(session, method, work, call, from, bytes);
    underWay.add(piece);
    // A failed one stays, to be seen at the end.
    piece.then(() => underWay.delete(piece), () => failed = true);
    if (underWay.size === window) await Promise.race(underWay).catch(() => {});
  }
  // Nothing is left running behind a failure.
  const results = await Promise.allSettled(underWay);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** One piece; where memory was short, once more after the idle buffers have been destroyed. */
async function computePiece(
  session: Session,
  method: string,
  work: Work,
  call: Call,
  from: number,
  bytes: number,
): Promise<void> {
  const inputs = call.inputs.map((array, k) => {
    if (byteLengthOf(array) < from + bytes) {
      throw new TypeError(
        `${method}: ${k === 0 ? "x" : "upstream"} lost its memory while the GPU worked`,
      );
    }
    return bytesOf(array, from, bytes);
  });
  try {
    await attempt(session, method, work, call, inputs, from, bytes);
  } catch (error) {
    if (!(error instanceof WebGpuOutOfMemoryError)) throw error;
    session.pool.clear();
    await attempt(session, method, work, call, inputs, from, bytes);
  }
}

async function attempt(
  session: Session,
  method: string,
  work: Work,
  call: Call,
  inputs: readonly Uint8Array[],
  from: number,
  bytes: number,
): Promise<void> {
  const pieces: Piece[] = [];
  let error: unknown;
  try {
    const count = Math.max(inputs.length, call.outputs.length);
    const [made, failure] = session.scoped(method, () => {
      let made = false;
      for (let k = 0; k < count; k++) {
        const idle = session.pool.takeIdle("storage", Math.max(bytes, 16));
        made ||= idle === undefined;
        const buffer = idle ?? session.pool.make("storage", Math.max(bytes, 16));
        pieces.push({ buffer, offset: 0, bytes, pooled: true });
      }
      inputs.forEach((input, k) => upload(session, pieces[k]!, input));
      return made;
    });
    if (made) error = await failure;
    if (error === undefined) {
      const results = pieces.slice(0, call.outputs.length);
      const parts = [[...pieces.slice(0, inputs.length), ...results]];
      const computed = session.batch.compute({ work, parts }, results.length);
      await session.batch.read(results.map((piece, k) => ({
        piece,
        receive: (result) => into(method, call.outputs[k]!, from, result),
      })));
      error = await computed ?? await failure;
    }
  } catch (thrown) {
    error = thrown;
  }
  for (const { buffer } of pieces) {
    // What an error has touched may be no buffer at all.
    if (error) session.pool.destroy(buffer);
    else session.pool.giveBack("storage", buffer);
  }
  if (error) throw error;
}

/** Fills a range of an output, if its memory is still there. */
function into(method: string, output: FloatArray, from: number, result: Uint8Array): void {
  if (byteLengthOf(output) < from + result.byteLength) {
    throw new TypeError(`${method}: out lost its memory while the GPU worked`);
  }
  bytesOf(output, from, result.byteLength).set(result);
}
