/**
 * Certifies any implementation: how far off its results are, over every float32, a part of them, or a
 * dense subset.
 *
 * @module
 */
import type { Precision } from "../../kernels/bounds.ts";
import { adapt, type Adapted } from "../adapt.ts";
import {
  arrayOf,
  arrayOfBits,
  arrayOfLength,
  bitsOf,
  type Format,
  fromBits,
  type Vector,
} from "../floats.ts";
import { Random } from "../random.ts";
import { type Implementation, isExported } from "../implementation.ts";
import { checkOptions } from "../options.ts";
import { type KnownName, type Of, type Reference, referenceOf } from "../oracle/reference.ts";
import { progress } from "../progress.ts";
import { Certification, type StepBits } from "./certification.ts";
import { judgeSlice, makeSpace, type SliceTold, stepsOf } from "./judge.ts";
import { judgeInWorkers, workersFor } from "./judge_workers.ts";
import { SLICE_SIZE, SLICES } from "./slices.ts";
import { Tally } from "./tally.ts";
import { sample } from "./samples.ts";
import type { SliceResult } from "./types.ts";

/** What to certify, and how. */
export interface CertifyOptions {
  /** What the implementation stands for: a name, or an object with `exact(x, format)`. */
  readonly of: Of;
  /** Element type: "f16", "f32" or "f64"; "f32" unless told. */
  readonly dtype?: Format;
  /** Given to the implementation as `{ precision }`; nothing is given unless told. */
  readonly precision?: Precision;
  /** Only inputs from the first to the second number, both included. */
  readonly between?: readonly [number, number];
  /** float32: a dense subset, 8.5 million inputs and all the hard ones, in place of all 2^32. */
  readonly quick?: boolean;
  /** The name that the result prints; the function's own unless told. */
  readonly name?: string;
  /** Ends the run: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds that a promise of the implementation may take; 10,000 unless told. */
  readonly timeout?: number;
  /** Whether a progress bar is drawn; it is unless told. */
  readonly progress?: boolean;
  /**
   * Threads that share the work, if they can load the implementation: one given as `{ module, name }`.
   * One for each logical core unless told; 1 is this thread. Other functions stay on this thread.
   */
  readonly workers?: number;
}

const OPTIONS = [
  ...["of", "dtype", "precision", "between", "quick"],
  ...["name", "signal", "timeout", "progress", "workers"],
];

/** Inputs of float64, which has too many for all, beside the special values and the hard cases. */
const RANDOM = 20_000;

/**
 * Tries an implementation at every float32 (2^32 inputs: 5 to 30 minutes on this thread, on all cores
 * if given as `{ module, name }`), with progress; every float16; or 60,000 samples of float64: random ones, every binade, special values and
 * hard cases.
 *
 * @returns the greatest error in ULP with its input, results that are not the correctly rounded ones,
 *   wrong NaNs, infinities and zeros, steps against the function's slope; it shows itself as the result
 *   of a cell
 * @throws {TypeError} the implementation cannot be called, or an option does not exist
 * @throws {RangeError} `of` is not known, or `between` is no range
 * @throws {ImplementationError} it throws, returns another length or type, is NaN everywhere, or does
 *   not settle in time; the message names it
 *
 * @example Where the textbook form loses its digits
 * ```ts
 * import { certify } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const textbook = (x: number) => Math.log(1 + Math.exp(x));
 * const found = await certify(textbook, { of: "softplus", between: [-20, -19.999] });
 * assert.ok(found.maxUlp > 0.5 && found.misrounded > 0);
 * ```
 */
export async function certify(
  implementation: Implementation,
  options: CertifyOptions,
): Promise<Certification> {
  checkOptions("certify", options, OPTIONS);
  const { dtype = "f32", between, precision, timeout } = options;
  checkBetween(between);
  checkWorkers(options.workers);
  const reference = await referenceOf(options.of);
  const name = options.name ?? ((implementation as { name?: string } | null)?.name || "mine");
  const told = { dtype, reference, ...(precision && { precision }), ...(timeout && { timeout }) };
  await using one = await adapt(name, implementation, told);
  const { known } = reference;
  const { slices, steps, firstStep } = dtype === "f32" && known !== undefined
    ? await everyFloat32(implementation, one, known, options)
    : await oneByOne(one, reference, inputsOf(dtype, options), options.signal);
  // MPFR comes with it: not before it is needed.
  const { joinWith } = await import("./join.ts");
  // Of the inputs that are not float32 the exponents are not kept.
  const joined = joinWith(slices, "f32", (worst) => maxUlpOf(worst, reference, dtype));
  return new Certification({
    name,
    function: reference.name,
    dtype,
    method: methodOf(options, known !== undefined),
    hasBinades: dtype === "f32" && known !== undefined,
    joined,
    stepsAgainstSlope: steps,
    ...(firstStep && { firstStep }),
  });
}

/** The worst error once more, by the exact value. */
function maxUlpOf(worst: SliceResult | undefined, reference: Reference, dtype: Format): number {
  if (worst === undefined) return 0;
  const { x, got } = worst.worst!;
  return reference.error(fromBits(BigInt(x), dtype), fromBits(BigInt(got), dtype), dtype);
}

function checkWorkers(workers: number | undefined): void {
  if (workers === undefined || (Number.isInteger(workers) && workers > 0)) return;
  throw new RangeError(`certify: workers must be a whole number from 1 on, got ${workers}`);
}

function checkBetween(between: readonly [number, number] | undefined): void {
  if (between === undefined) return;
  const [from, to] = between;
  if (between.length === 2 && from <= to) return;
  throw new RangeError(`certify: between must be [from, to] with from <= to, got [${between}]`);
}

/** Which inputs were tried. Only a function of the oracle is quick enough for every float32. */
function methodOf({ dtype = "f32", between, quick }: CertifyOptions, isKnown: boolean): string {
  const part = between === undefined ? "" : ` from ${between[0]} to ${between[1]}`;
  if (dtype === "f64") return `samples of float64${part}`;
  if (dtype === "f16") return `every float16${part}`;
  if (!isKnown) return `samples of float32${part}`;
  return quick ? `a dense subset of float32${part}` : `every float32${part}`;
}

/** What a part told, and steps against the slope. */
interface Parts {
  readonly slices: readonly SliceResult[];
  readonly steps: number;
  readonly firstStep?: StepBits | undefined;
}

async function everyFloat32(
  implementation: Implementation,
  one: Adapted,
  known: KnownName,
  { between, quick = false, signal, progress: isShown = true, precision, timeout, workers }:
    CertifyOptions,
): Promise<Parts> {
  const slices = Array.from({ length: SLICES }, (_, slice) => slice)
    .filter((slice) => between === undefined || touches(slice, between));
  const bar = isShown ? progress(slices.length, "binades") : undefined;
  const part = { known, quick, ...(between && { between }) };
  const told: SliceTold[] = [];
  const done = (slice: SliceTold) => {
    told.push(slice);
    bar?.tick();
  };
  try {
    const count = isExported(implementation) ? workersFor(slices.length, workers) : 0;
    if (isExported(implementation) && count > 1) {
      const { module, name } = implementation;
      const own = { module: new URL(module).href, name };
      const said = {
        called: one.name,
        ...(precision && { precision }),
        ...(timeout && { timeout }),
      };
      await judgeInWorkers({ own, ...said, ...part }, slices, count, done, signal);
    } else {
      const space = await makeSpace();
      for (const slice of slices) {
        done(await judgeSlice(one, slice, part, space, signal));
        await new Promise((next) => setTimeout(next)); // lets the bar, and an interrupt, through
      }
    }
  } finally {
    await bar?.done();
  }
  const { steps, firstStep } = stepsOf(told.sort((a, b) => a.slice.slice - b.slice.slice), known);
  return { slices: told.map(({ slice }) => slice), steps, firstStep };
}

/** Whether a slice has a number of the range. */
function touches(slice: number, [from, to]: readonly [number, number]): boolean {
  const first = slice * SLICE_SIZE;
  const ends = new Float32Array(Uint32Array.of(first, first + SLICE_SIZE - 1).buffer);
  // The last slice of each sign holds an infinity, and NaNs, which are in no range.
  const last = Number.isNaN(ends[1]!) ? ends[0]! : ends[1]!;
  const [least, most] = slice < 256 ? [ends[0]!, last] : [last, ends[0]!];
  return least <= to && most >= from;
}

/** The inputs of the formats that have no quicker reference, or of a function of the user's own. */
function inputsOf(dtype: Format, { between = [-Infinity, Infinity] }: CertifyOptions): Vector {
  const [from, to] = between;
  if (dtype === "f16") {
    const all = arrayOfBits("f16", Array.from({ length: 2 ** 16 }, (_, i) => BigInt(i)));
    return all.filter((x) => Number.isNaN(x) || (x >= from && x <= to)) as Vector;
  }
  const random = new Random(1);
  const x = arrayOfLength(dtype, RANDOM);
  const low = from === -Infinity ? Math.min(-800, to) : from;
  const high = to === Infinity ? Math.max(800, from) : to;
  for (let i = 0; i < x.length; i++) {
    const size = 2 ** (40 * random.uniform() - 30) * (random.uniform() < 0.5 ? -1 : 1);
    x[i] = i % 2 === 0
      ? low + (high - low) * random.uniform()
      : Math.min(Math.max(size, low), high);
  }
  const isAsked = (v: number) => Number.isNaN(v) ? from === -Infinity : v >= from && v <= to;
  return arrayOf(dtype, [...edgesOf(dtype).filter(isAsked), ...x]);
}

/** Special values and hard cases; of float32 the ends and the powers of two. */
function edgesOf(dtype: "f32" | "f64"): number[] {
  if (dtype === "f64") return [...sample(0), 2 ** -1074, -(2 ** -1074)];
  const powers = Array.from({ length: 277 }, (_, k) => 2 ** (k - 149));
  return [NaN, 0, ...powers, 2 ** 128 - 2 ** 104, Infinity].flatMap((x) => [x, -x]);
}

async function oneByOne(
  one: Adapted,
  reference: Reference,
  x: Vector,
  signal: AbortSignal | undefined,
): Promise<Parts> {
  const got = await one.apply(x);
  const tally = new Tally(one.dtype);
  for (let i = 0; i < x.length; i++) {
    if (i % 4096 === 0) {
      signal?.throwIfAborted();
      await new Promise((next) => setTimeout(next));
    }
    const want = reference.exact(x[i]!, one.dtype);
    const error = reference.error(x[i]!, got[i]!, one.dtype);
    if (bitsOf(got[i]!, one.dtype) === bitsOf(want, one.dtype)) tally.agree(x[i]!, want, error);
    else tally.judge(x[i]!, got[i]!, want, error);
    tally.inputs++;
  }
  return { slices: [tally.result(0)], steps: 0 };
}
