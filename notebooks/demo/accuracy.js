// @ts-check
/**
 * How far float32 results are from the exact values, measured in a browser: beside the kit's float64,
 * whose own error is a billionth of a float32 unit of the last place.
 *
 * @module
 */

/**
 * float32 numbers by their bits.
 *
 * @param {number} first the bits of the first
 * @param {number} step from one's bits to the next's
 * @param {number} count
 * @returns {Float32Array<ArrayBuffer>}
 */
export function float32sFrom(first, step, count) {
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = first + i * step;
  return new Float32Array(bits.buffer);
}

const one = new Float32Array(1);
const bitsOfOne = new Uint32Array(one.buffer);

/**
 * The unit of the last place of a finite float32; that of subnormals is 2^-149.
 *
 * @param {number} value
 * @returns {number}
 */
export function ulpOf(value) {
  one[0] = value;
  const exponent = (bitsOfOne[0] ?? 0) >>> 23 & 255;
  return 2 ** (Math.max(exponent, 1) - 150);
}

/**
 * The distance of a result to the exact value, in units of the last place of the correctly rounded
 * result. Infinity where one is NaN or infinite and the other is not.
 *
 * @param {number} got
 * @param {number} exact
 * @returns {number}
 */
export function ulpsApart(got, exact) {
  const rounded = Math.fround(exact);
  if (Object.is(got, exact) || got === exact) return 0;
  if (!Number.isFinite(got) || !Number.isFinite(rounded)) return Infinity;
  return Math.abs(got - exact) / ulpOf(rounded);
}

/** @typedef {{ worst: number, x: number, got: number, exact: number, misrounded: number, of: number }} Found */

/** @returns {Found} what is found before anything was looked at */
export function nothingFound() {
  return { worst: 0, x: NaN, got: NaN, exact: NaN, misrounded: 0, of: 0 };
}

/**
 * Adds what some results tell.
 *
 * @param {Found} found
 * @param {Float32Array} x
 * @param {Float32Array} got
 * @param {Float64Array} exact
 */
export function look(found, x, got, exact) {
  for (let i = 0; i < x.length; i++) {
    const [y = NaN, want = NaN] = [got[i], exact[i]];
    if (y !== Math.fround(want) && !(Number.isNaN(y) && Number.isNaN(want))) found.misrounded++;
    const apart = ulpsApart(y, want);
    if (apart > found.worst) {
      found.worst = apart;
      [found.x, found.got, found.exact] = [x[i] ?? NaN, y, want];
    }
  }
  found.of += x.length;
}
