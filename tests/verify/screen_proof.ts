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
import { environment } from "../../bench/environment.ts";
import type { Progress } from "../../bench/progress.ts";
import { bitsOf, hex } from "../floats.ts";
import { formatJson } from "./certificate.ts";
import { relativeError } from "../oracle.ts";
import { evaluate, LEAST, pair, PAIR_BOUND } from "./double_double.ts";
import { runJobs } from "./pool.ts";
import { sample, SAMPLES } from "./sample.ts";
import { makeReference, refer, SCREEN_BOUND } from "./screen.ts";
import type { Outcome } from "./slice.ts";
import { blocks, exponentOfSlice, SLICE_SIZE, SLICES } from "./slices.ts";

/** The two functions that have a reference; the others follow from them. */
export const NAMES = ["softplus", "sigmoid"] as const;

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

/** Distance of the inputs tried: 620,756,992 computed patterns give 1e7, a prime. */
export const SCREEN_STRIDE = 61;

/** Measures one slice of float32: every `stride`-th input against MPFR, and all for hard cases. */
export async function proveSlice(
  slice: number,
  stride: number,
  quick = false,
): Promise<Record<"softplus" | "sigmoid", Measured>> {
  const result = { softplus: fresh(), sigmoid: fresh() };
  const size = 2 ** 15;
  const references = { softplus: makeReference(size), sigmoid: makeReference(size) };
  const exponent = exponentOfSlice(slice);
  // Elsewhere nothing is computed: the values are ln2 + x/2, 1/2 + x/4, x, 0 and 1.
  const computed = exponent < 7 && exponent >= -30;
  await blocks(slice, quick, size, (bits) => {
    const x = new Float32Array(bits.buffer, 0, bits.length);
    for (const name of NAMES) {
      refer(name, x, exponent, references[name]);
      for (const i of references[name].hard) result[name].hard.push(hexOf(x[i]!));
    }
    const step = computed ? stride : stride * 64;
    for (let i = (step - bits[0]! % step) % step; i < x.length; i += step) {
      const v = x[i]!;
      if (!Number.isFinite(v)) continue;
      for (const name of NAMES) {
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
): Record<"softplus" | "sigmoid", Measured> {
  const result = { softplus: fresh(), sigmoid: fresh() };
  const near = { softplus: new Map<string, number>(), sigmoid: new Map<string, number>() };
  sample(slice).forEach((v, i) => {
    if (!(v >= LEAST) || v === Infinity) return;
    evaluate(v);
    const [high, low, high2, low2] = pair as unknown as [number, number, number, number];
    for (const [name, a, b] of [["softplus", high, low], ["sigmoid", high2, low2]] as const) {
      if (i % stride === 0) note(result[name], relativeError(name, v, a, b), hex(v, "f64"));
      // Distance to a tie in ULP of the result: a half less what is left over.
      const unit = 2 ** (Math.floor(Math.log2(a)) - 52);
      const distance = Math.abs(0.5 - Math.abs(b) / unit);
      if (distance < 2 ** -15 && Math.abs(v) > 2 ** -20) {
        near[name].set(`0x${bitsOf(v, "f64").toString(16).padStart(16, "0")}`, distance);
      }
    }
  });
  for (const name of NAMES) {
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

/** Measures all; writes `screen.json` and the hard cases. True where the bounds hold. */
export async function proveScreens(options: {
  readonly workers: number;
  readonly certificates: string;
  readonly signal: AbortSignal;
  readonly progress: (steps: number) => Progress;
}): Promise<boolean> {
  type Proof = Record<"softplus" | "sigmoid", Measured>;
  const bar = options.progress(SLICES + SAMPLES);
  const found: Record<"f32" | "f64", Map<number, Proof>> = { f32: new Map(), f64: new Map() };
  const jobs = [
    ...Array.from({ length: SLICES }, (_, slice) => ({ slice, proof: "f32" as const })),
    ...Array.from({ length: SAMPLES }, (_, slice) => ({ slice, proof: "f64" as const })),
  ].map((job, id) => ({ ...job, id, mode: "full" as const, targets: [] }));
  try {
    await runJobs(jobs, options.workers, (job, outcomes) => {
      const proof = (outcomes as unknown as [Proof])[0];
      found[(job as typeof jobs[number]).proof].set(job.slice, proof);
      bar.tick();
      return Promise.resolve();
    }, options.signal);
  } finally {
    await bar.done();
  }
  const inOrder = (format: "f32" | "f64", name: "softplus" | "sigmoid") =>
    sumUp([...found[format]].sort(([a], [b]) => a - b).map(([, proof]) => proof[name]));
  const report = (format: "f32" | "f64", bound: number) =>
    Object.fromEntries(NAMES.map((name) => {
      const { inputs, worst, at, hard } = inOrder(format, name);
      const margin = Number((bound / worst).toPrecision(3));
      const log2 = Number(Math.log2(worst).toFixed(2));
      return [name, { inputs, worst: `2^${log2}`, at, margin, hard: hard.length }];
    }));
  const { cpu, os, deno, v8, date } = await environment();
  const certificate = {
    what: "relative error of the references against MPFR, and the hard cases found",
    f32: {
      bound: `2^${Math.log2(SCREEN_BOUND)}`,
      inputs: SLICES * SLICE_SIZE,
      ...report("f32", SCREEN_BOUND),
    },
    f64: { bound: `2^${Math.log2(PAIR_BOUND)}`, ...report("f64", PAIR_BOUND) },
    environment: { cpu, os, deno, v8, date },
  };
  const hard = Object.fromEntries((["f32", "f64"] as const).map((format) => [
    format,
    Object.fromEntries(NAMES.map((name) => [name, inOrder(format, name).hard])),
  ]));
  await write(`${options.certificates}/screen.json`, certificate);
  await write(`${options.certificates}/hard-cases.json`, hard);
  console.log(JSON.stringify(certificate, null, 2));
  return NAMES.every((name) =>
    inOrder("f32", name).worst < SCREEN_BOUND && inOrder("f64", name).worst < PAIR_BOUND
  );
}

async function write(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, formatJson(value));
  await Deno.rename(`${path}.new`, path);
}

/** A worker's part of it. */
export async function proveJob(slice: number, proof: "f32" | "f64"): Promise<Outcome[]> {
  const result = proof === "f32" ? await proveSlice(slice, SCREEN_STRIDE) : provePairs(slice, 10);
  return [result] as unknown as Outcome[];
}
