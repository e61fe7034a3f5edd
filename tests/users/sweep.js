// @ts-check
/**
 * A dense sweep that any runtime can make, in JavaScript so that a browser takes it as it is. It
 * turns the bits of all results into one number for each function, which runtimes then compare.
 *
 * @module
 */

/**
 * Every `step`-th float32 by its bits, both signs, subnormals, infinities and NaN among them.
 *
 * @param {number} step
 * @returns {Float32Array<ArrayBuffer>}
 */
export function everyFloat32(step) {
  const bits = new Uint32Array(Math.ceil(2 ** 32 / step));
  for (let i = 0; i < bits.length; i++) bits[i] = i * step;
  return new Float32Array(bits.buffer);
}

/**
 * FNV-1a over 32-bit words; all NaNs count as one, since IEEE 754 leaves their bits open.
 *
 * @param {Float32Array<ArrayBuffer>} values
 * @returns {string}
 */
export function hashOf(values) {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) {
    const word = Number.isNaN(values[i]) ? 0x7fc00000 : words[i] ?? 0;
    hash = Math.imul(hash ^ word, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** What is swept; all are exact and so must be the same bits everywhere. */
export const functions = /** @type {const} */ (["softplus", "sigmoid", "logSigmoid"]);

/**
 * The hash of each function on an engine.
 *
 * @param {Record<typeof functions[number], (x: Float32Array<ArrayBuffer>) => unknown>} engine
 *   a kit's engine, of values or promises
 * @param {Float32Array<ArrayBuffer>} x
 * @returns {Promise<Record<string, string>>}
 */
export async function sweep(engine, x) {
  /** @type {Record<string, string>} */
  const hashes = {};
  for (const name of functions) {
    hashes[name] = hashOf(/** @type {Float32Array<ArrayBuffer>} */ (await engine[name](x)));
  }
  return hashes;
}
