// @ts-check
/**
 * A certificate of an engine, as far as a browser can give one: every so many float32 of all 2^32,
 * beside the kit's float64.
 *
 * @module
 */
import { wasm } from "../../dist/softplus.js";
import { float32sFrom, look, nothingFound } from "./accuracy.js";

/** The functions that are looked at. */
export const functions = /** @type {const} */ (["softplus", "sigmoid", "logSigmoid"]);

/** What webgpu() promises, in ULP. */
export const promised = 1;

const piece = 2 ** 18;

/**
 * Looks at every `step`-th float32.
 *
 * @param {Record<typeof functions[number], (x: Float32Array<ArrayBuffer>) => Promise<Float32Array> | Float32Array>} engine
 * @param {number} step a power of two up to 2^14; 1 looks at all
 * @param {(done: number) => void | Promise<void>} progress gets the part that is done, 0 to 1
 * @returns {Promise<Record<typeof functions[number], import("./accuracy.js").Found>>}
 */
export async function certify(engine, step, progress = () => {}) {
  const found = {
    softplus: nothingFound(),
    sigmoid: nothingFound(),
    logSigmoid: nothingFound(),
  };
  const wide = new Float64Array(piece);
  const exact = new Float64Array(piece);
  for (let first = 0; first < 2 ** 32; first += piece * step) {
    const x = float32sFrom(first, step, piece);
    wide.set(x);
    for (const name of functions) {
      const got = await engine[name](x);
      wasm[name](wide, { out: exact });
      look(found[name], x, got, exact);
    }
    await progress((first + piece * step) / 2 ** 32);
  }
  return found;
}
