/**
 * The float32 reference: softplus, sigmoid and its derivative in float64, correctly rounded to float32.
 *
 *   softplus(x) = max(x, 0) + log1p(e^-|x|)      sigmoid(x) = (x < 0 ? e^x : 1) / (1 + e^-|x|)
 *   sigmoidGrad(x) = e^-|x| / (1 + e^-|x|)^2
 *
 * with the language's own Math.exp and Math.log1p. The language promises nothing of their accuracy,
 * so the bound of this screen, 2^-48, is measured: lab/certify/screen_proof.ts compares over 1e7
 * values with MPFR, and lab/certify/screen.json has the margin. An input whose results within
 * the bound do not all round to one float32 goes to MPFR.
 *
 * Far out nothing is left to compute, with an error below 2^-53 relative or 2^-180 absolute:
 * |x| >= 128: softplus = max(x, 0), sigmoid = 0 or 1, sigmoidGrad = 0. |x| < 2^-30: ln2 + x/2, 1/2 + x/4
 * and 1/4.
 *
 * @module
 */
import { exact } from "./mpfr.ts";

/** The functions that have a reference; the others follow from them. */
export const REFERENCES = ["softplus", "sigmoid", "sigmoidGrad"] as const;

/** The name of one. */
export type ReferenceName = typeof REFERENCES[number];

/** Bound of the screen's relative error. */
export const SCREEN_BOUND: number = 2 ** -48;

/** What the reference says about a block of inputs. */
export interface Reference {
  /** The value in float64, within the bound; NaN and infinities as they should be. */
  readonly y: Float64Array<ArrayBuffer>;
  /** The correctly rounded value, */
  readonly want: Float32Array<ArrayBuffer>;
  /** and its bits. */
  readonly wantBits: Int32Array<ArrayBuffer>;
  /** Inputs that went to MPFR, as places in the block. */
  readonly hard: number[];
}

/** Room for the reference of blocks of a size. */
export function makeReference(size: number): Reference {
  const want = new Float32Array(size);
  return {
    y: new Float64Array(size),
    want,
    wantBits: new Int32Array(want.buffer),
    hard: [],
  };
}

/**
 * Fills `into` for a block.
 *
 * @param exponent of all numbers of the block: -127 for subnormals and 0, 128 for Inf and NaN
 */
export function refer(
  name: ReferenceName,
  x: Float32Array,
  exponent: number,
  into: Reference,
): void {
  const { y, want, hard } = into;
  screens[name](x, exponent, y);
  hard.length = 0;
  for (let i = 0; i < x.length; i++) {
    const value = y[i]!;
    const below = Math.fround(value * (1 - SCREEN_BOUND));
    want[i] = below;
    if (below !== Math.fround(value * (1 + SCREEN_BOUND))) hard.push(i);
  }
  if (exponent === 128) hard.length = 0; // NaN differs from itself
  for (const i of hard) want[i] = exact(name, x[i]!, "f32");
}

/** softplus in float64, with a relative error below the bound. */
export function softplus(x: Float32Array, exponent: number, y: Float64Array): void {
  const n = x.length;
  if (exponent >= 7) { for (let i = 0; i < n; i++) y[i] = Math.max(x[i]!, 0); }
  else if (exponent < -30) { for (let i = 0; i < n; i++) y[i] = Math.LN2 + 0.5 * x[i]!; }
  else {
    for (let i = 0; i < n; i++) {
      const v = x[i]!;
      y[i] = Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
    }
  }
}

/** sigmoid in float64, with a relative error below the bound. */
export function sigmoid(x: Float32Array, exponent: number, y: Float64Array): void {
  const n = x.length;
  if (exponent >= 7) {
    for (let i = 0; i < n; i++) y[i] = x[i]! > 0 ? 1 : x[i]! < 0 ? 0 : NaN;
  } else if (exponent < -30) { for (let i = 0; i < n; i++) y[i] = 0.5 + 0.25 * x[i]!; }
  else {
    for (let i = 0; i < n; i++) {
      const v = x[i]!;
      const t = Math.exp(-Math.abs(v));
      y[i] = (v < 0 ? t : 1) / (1 + t);
    }
  }
}

/** sigmoidGrad in float64, with a relative error below the bound. */
export function sigmoidGrad(x: Float32Array, exponent: number, y: Float64Array): void {
  const n = x.length;
  if (exponent >= 7) { for (let i = 0; i < n; i++) y[i] = Number.isNaN(x[i]) ? NaN : 0; }
  else if (exponent < -30) { for (let i = 0; i < n; i++) y[i] = 0.25; }
  else {
    for (let i = 0; i < n; i++) {
      const t = Math.exp(-Math.abs(x[i]!));
      y[i] = t / ((1 + t) * (1 + t));
    }
  }
}

const screens = { softplus, sigmoid, sigmoidGrad };
