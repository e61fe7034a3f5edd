/**
 * Measures the references themselves against MPFR, and finds the hard cases on the way.
 *
 * - float32: 1e7 inputs for each function, spread over all bit patterns for which something is
 *   computed, and the relative error of the float64 screen at each of them.
 * - float64: 1e6 inputs of the sample, likewise, for the double-double screen.
 * - Hard cases: in float32 all inputs that the screen leaves undecided, of all 2^32; in float64 the
 *   inputs of the sample that are closest to a tie.
 *
 * @module
 */
import { bitsOf, hex } from "../floats.ts";
import { relativeError } from "../oracle/mpfr.ts";
import { evaluate, LEAST, pair } from "../oracle/double_double.ts";
import { hasPair } from "./sample.ts";
import { sample } from "./samples.ts";
import { makeReference, refer, type ReferenceName, REFERENCES } from "../oracle/screen.ts";
import { blocks, exponentOfSlice } from "./slices.ts";
import type { Format } from "./types.ts";

/** What one function's screen showed. */
export interface Measured {
  /** Inputs compared with MPFR. */
  inputs: number;
  /** The greatest relative error, as a number and where. */
  worst: number;
  at: string;
  /** Of all inputs, those left undecided, as bits. */
  hard: string[];
}

const fresh = (): Measured => ({ inputs: 0, worst: 0, at: "", hard: [] });

/** What one slice showed. */
export type Proof = Record<ReferenceName, Measured>;

/** Distances of the inputs that MPFR judges: 1e7 of 620,756,992 computed ones, 1e6 of the sample. */
const STRIDES = { f32: 61, f64: 9 } as const;

/** Measures one slice of float32: every `stride`-th input against MPFR, and all for hard cases. */
export async function proveSlice(
  slice: number,
  stride: number,
  quick = false,
): Promise<Proof> {
  const result = { softplus: fresh(), sigmoid: fresh(), sigmoidGrad: fresh() };
  const size = 2 ** 15;
  const references = {
    softplus: makeReference(size),
    sigmoid: makeReference(size),
    sigmoidGrad: makeReference(size),
  };
  const exponent = exponentOfSlice(slice);
  // Elsewhere nothing is computed: the values are ln2 + x/2, 1/2 + x/4, x, 0 and 1.
  const computed = exponent < 7 && exponent >= -30;
  await blocks(slice, quick, size, (bits) => {
    const x = new Float32Array(bits.buffer, 0, bits.length);
    for (const name of REFERENCES) {
      refer(name, x, exponent, references[name]);
      for (const i of references[name].hard) result[name].hard.push(hexOf(x[i]!));
    }
    const step = computed ? stride : stride * 64;
    for (let i = (step - bits[0]! % step) % step; i < x.length; i += step) {
      const v = x[i]!;
      if (!Number.isFinite(v)) continue;
      for (const name of REFERENCES) {
        const value = references[name].y[i]!;
        if (value === 0) continue; // e^-128 and less, 0 in float32: an absolute statement
        note(result[name], relativeError(name, v, value), hex(v, "f32"));
      }
    }
    return Promise.resolve();
  });
  return result;
}

/** Measures one slice of the float64 sample at every `stride`-th input. */
export function provePairs(
  slice: number,
  stride: number,
): Proof {
  const result = { softplus: fresh(), sigmoid: fresh(), sigmoidGrad: fresh() };
  const near = {
    softplus: new Map<string, number>(),
    sigmoid: new Map<string, number>(),
    sigmoidGrad: new Map<string, number>(),
  };
  // Not the hard cases known so far: what is found must not depend on what was found before.
  sample(slice, false).forEach((v, i) => {
    if (!(v >= LEAST) || v === Infinity) return;
    evaluate(v);
    for (const [k, name] of REFERENCES.entries()) {
      if (!hasPair(name, v)) continue;
      const [a, b] = [pair[2 * k]!, pair[2 * k + 1]!];
      if (i % stride === 0) note(result[name], relativeError(name, v, a, b), hex(v, "f64"));
      // Distance to a tie in ULP of the result: a half less what is left over.
      const unit = 2 ** (Math.floor(Math.log2(a)) - 52);
      const distance = Math.abs(0.5 - Math.abs(b) / unit);
      if (distance < 2 ** -15 && Math.abs(v) > 2 ** -20) {
        near[name].set(`0x${bitsOf(v, "f64").toString(16).padStart(16, "0")}`, distance);
      }
    }
  });
  for (const name of REFERENCES) {
    result[name].hard = [...near[name]].sort((a, b) => a[1] - b[1]).slice(0, 4).map(([x]) => x);
  }
  return result;
}

function hexOf(x: number): string {
  return `0x${bitsOf(x, "f32").toString(16).padStart(8, "0")}`;
}

function note(measured: Measured, error: number, at: string): void {
  measured.inputs++;
  if (error <= measured.worst) return;
  measured.worst = error;
  measured.at = at;
}

/** Adds up what slices showed. */
export function sumUp(parts: readonly Measured[]): Measured {
  const total = fresh();
  for (const { inputs, worst, at, hard } of parts) {
    total.inputs += inputs;
    if (worst > total.worst) Object.assign(total, { worst, at });
    total.hard.push(...hard);
  }
  return total;
}

/** A worker's part of it. */
export async function proveJob(slice: number, proof: Format): Promise<Proof> {
  return proof === "f32" ? await proveSlice(slice, STRIDES.f32) : provePairs(slice, STRIDES.f64);
}
