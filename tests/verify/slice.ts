/**
 * One slice of float32: every subject beside the reference, which is computed once for all.
 *
 * @module
 */
import type { Precision } from "../bounds.ts";
import { errorOfRounding, Tally } from "./tally.ts";
import { makeReference, refer, type Reference } from "./screen.ts";
import { blocks, exponentOfSlice, mirrored, partsBits } from "./slices.ts";
import { type Elementwise, isWhole, type Loaded, type Subject, subjectOf } from "./subjects.ts";
import {
  type Format,
  isParts,
  type Mode,
  type PartsName,
  type SliceResult,
  type Target,
  type UnaryName,
} from "./types.ts";
import { runSample } from "./sample.ts";

/** A piece of work: a slice, and the targets for which it is still to be done. */
export interface Job {
  readonly id: number;
  readonly mode: Mode;
  /** The slice of the reference; logSigmoid takes its mirror image. */
  readonly slice: number;
  readonly targets: readonly Target[];
  /** Instead of targets: the screen of this format is to be measured. */
  readonly proof?: Format;
}

/** What a slice told about a target, or why it could not be asked. */
export type Outcome =
  | { readonly target: Target; readonly result: SliceResult; readonly failure?: undefined }
  | { readonly target: Target; readonly result?: undefined; readonly failure: string };

type F32 = Float32Array<ArrayBuffer>;

/** A target with what it needs while its slice runs. */
interface Lane {
  readonly target: Target;
  readonly tally: Tally;
  readonly apply: Elementwise;
  /** Why the subject is not asked any more. */
  failure?: string;
}

/**
 * Does what a subject may fail at. A library that fails is a gap; the kit's own failure is thrown.
 *
 * @returns why it failed, or undefined
 */
export async function attempt(id: string, work: () => unknown): Promise<string | undefined> {
  try {
    await work();
  } catch (error) {
    if (subjectOf(id).kind === "kit") throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

const loaded = new Map<string, Promise<Loaded>>();

/** A subject, loaded once in each worker. */
export function load(id: string): Promise<Loaded> {
  let promise = loaded.get(id);
  if (promise === undefined) loaded.set(id, promise = present(id));
  return promise;
}

async function present(id: string): Promise<Loaded> {
  const subject = await subjectOf(id).load();
  if ("gap" in subject) throw new Error(`${id}: ${subject.gap}`);
  return subject;
}

/** Frees what the subjects of this worker hold: processes, devices. */
export async function unload(): Promise<void> {
  for (const promise of loaded.values()) await (await promise).dispose?.();
  loaded.clear();
}

/** Elements in a block: in cache, except where calls are dear. */
function blockSize(targets: readonly Target[]): number {
  const large = targets.map(({ subject }) => subjectOf(subject))
    .some(({ alone, largeBlocks }) => alone || largeBlocks);
  return large ? 2 ** 20 : 2 ** 15;
}

/** Runs one job. */
export async function runJob(job: Job): Promise<Outcome[]> {
  if (job.targets[0]?.format === "f64") return runSample(job);
  const outcomes: Outcome[] = [];
  const size = blockSize(job.targets);
  const softplus = await lanes(job, "softplus");
  const logSigmoid = await lanes(job, "logSigmoid");
  const sigmoid = await lanes(job, "sigmoid");
  const sigmoidGrad = await lanes(job, "sigmoidGrad");
  const space: Space = {
    reference: makeReference(size),
    out: new Float32Array(size),
    negative: new Float32Array(size),
    exponent: exponentOfSlice(job.slice),
    quick: job.mode === "quick",
  };
  const exponent = space.exponent;
  const names = [
    ["softplus", softplus, logSigmoid],
    ["sigmoid", sigmoid, []],
    ["sigmoidGrad", sigmoidGrad, []],
  ] as const;
  for (const [name, straight, mirror] of names) {
    if (straight.length + mirror.length === 0) continue;
    const lanesOf = [...straight, ...mirror];
    await blocks(job.slice, job.mode === "quick", size, async (bits) => {
      const x = new Float32Array(bits.buffer, 0, bits.length);
      const start = performance.now();
      const { reference } = space;
      refer(name, x, exponent, reference);
      const { y, want, wantBits, hard } = reference;
      const rounding = errorOfRounding(y, want, wantBits, x.length);
      const subnormal = exponent === 6 ? countSubnormal(wantBits, x.length) : 0;
      const shared = (performance.now() - start) / lanesOf.length / 1e3;
      for (const { tally } of lanesOf) {
        tally.seconds += shared;
        tally.mpfr += hard.length;
        tally.subnormal += subnormal;
      }
      for (const lane of straight) await one(lane, x, space, rounding, 1);
      if (mirror.length === 0) return;
      const negative = space.negative.subarray(0, x.length);
      for (let i = 0; i < x.length; i++) negative[i] = -x[i]!;
      for (const lane of mirror) await one(lane, negative, space, rounding, -1);
    });
    for (const lane of straight) outcomes.push(outcomeOf(lane, job.slice));
    for (const lane of mirror) outcomes.push(outcomeOf(lane, mirrored(job.slice)));
  }
  for (const target of job.targets) {
    if (isParts(target.name)) outcomes.push(await compareParts(job, target, target.name));
  }
  return outcomes;
}

function outcomeOf({ target, tally, failure }: Lane, slice: number): Outcome {
  return failure === undefined ? { target, result: tally.result(slice) } : { target, failure };
}

/** Arrays that the blocks of a job share. */
interface Space {
  readonly reference: Reference;
  readonly out: F32;
  readonly negative: F32;
  readonly exponent: number;
  readonly quick: boolean;
}

async function one(
  lane: Lane,
  x: F32,
  { reference, out, quick }: Space,
  rounding: { error: number; at: number },
  sign: 1 | -1,
): Promise<void> {
  if (lane.failure !== undefined) return;
  const { tally, apply, target } = lane;
  const start = performance.now();
  const got = out.subarray(0, x.length);
  got.fill(12345); // A subject that writes nothing must not pass with its forerunner's results.
  const failure = await attempt(target.subject, () => apply(x, got));
  if (failure !== undefined) {
    lane.failure = failure;
    return;
  }
  tally.compare(x, got, reference, rounding, sign);
  if (quick) tally.digest(got);
  tally.seconds += (performance.now() - start) / 1e3;
}

/** The function of a target, or why there is none. */
export async function applyOf(
  { subject, format }: Target,
  name: UnaryName,
): Promise<{ apply: Elementwise; failure?: string }> {
  let apply: Elementwise = () => {};
  const failure = await attempt(subject, async () => {
    const found = (await load(subject)).unary(name, format);
    if (found === undefined) throw new Error(`${subject} has no ${name} in ${format}`);
    apply = found;
  });
  return failure === undefined ? { apply } : { apply, failure };
}

async function lanes(job: Job, name: UnaryName): Promise<Lane[]> {
  const result: Lane[] = [];
  for (const target of job.targets) {
    if (target.name !== name) continue;
    const apply = await applyOf(target, name);
    result.push({ target, tally: new Tally(target.format), ...apply });
  }
  return result;
}

function countSubnormal(bits: Int32Array, length: number): number {
  let count = 0;
  for (let i = 0; i < length; i++) {
    const magnitude = bits[i]! & 0x7fffffff;
    if (magnitude !== 0 && magnitude < 0x00800000) count++;
  }
  return count;
}

/** softplusWithGrad has the bits of its parts. */
async function compareParts(job: Job, target: Target, name: PartsName): Promise<Outcome> {
  const start = performance.now();
  const subject: Subject = subjectOf(target.subject);
  const { methods } = await load(target.subject);
  if (methods === undefined) throw new Error(`${target.subject} has no ${name}`);
  const quick = job.mode === "quick";
  const x = new Float32Array(partsBits(job.slice, quick).buffer);
  const tally = new Tally("f32");
  await judgeParts(tally, methods, x, subject);
  if (!quick && isWhole(subject, name)) {
    const size = blockSize([target]);
    const level = subject.precision || "exact";
    const outputs = Array.from({ length: 4 }, () => new Float32Array(size));
    await blocks(
      job.slice,
      false,
      size,
      (bits) =>
        judgeEach(tally, methods, new Float32Array(bits.buffer, 0, bits.length), level, outputs),
    );
  }
  tally.seconds = (performance.now() - start) / 1e3;
  return { target, result: tally.result(job.slice) };
}

/** Compares softplusWithGrad with its parts in one block of a slice, beta = 1. */
export async function judgeEach(
  tally: Tally,
  methods: NonNullable<Loaded["methods"]>,
  x: F32,
  precision: Precision,
  outputs: readonly F32[],
): Promise<void> {
  const [value, grad, softplus, sigmoid] = outputs.map((one) => one.subarray(0, x.length)) as [
    F32,
    F32,
    F32,
    F32,
  ];
  // What writes nothing must not pass with its forerunner's results.
  for (const one of [value, grad]) one.fill(12345);
  await methods.softplusWithGrad(x, { out: { value, grad }, precision });
  await methods.softplus(x, { out: softplus, precision });
  await methods.sigmoid(x, { out: sigmoid, precision });
  tally.inputs += x.length;
  for (const [got, want] of [[value, softplus], [grad, sigmoid]] as const) {
    noteDifferences(tally, x, got, want, 1);
  }
}

/**
 * The beta with which functions are compared with their parts: 1 on every input, the others on
 * every {@linkcode BETA_STRIDE}-th. A sign, a power of two, any digits, and far out. A call on a
 * GPU takes 10 ms however little it computes: there 3 stands for the others.
 */
const BETAS: readonly number[] = [1, -1, 2, 3, -0.7, 0.001, 36.8, 2 ** -150, -(2 ** 150)];
const FEW_BETAS: readonly number[] = [1, 3];
const BETA_STRIDE = 16;

/** Compares a function with its parts, bit for bit, and counts into the tally. */
export async function judgeParts(
  tally: Tally,
  methods: NonNullable<Loaded["methods"]>,
  all: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
  { precision, alone }: Subject,
): Promise<void> {
  const some = all.filter((_, i) => i % BETA_STRIDE === 0) as typeof all;
  const level = precision || "exact";
  for (const beta of alone ? FEW_BETAS : BETAS) {
    const x = beta === 1 ? all : some;
    await judgePartsWith(tally, methods, x, { precision: level, beta });
  }
}

async function judgePartsWith(
  tally: Tally,
  methods: NonNullable<Loaded["methods"]>,
  x: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
  options: { readonly precision: Precision; readonly beta: number },
): Promise<void> {
  const softplus = await methods.softplus(x, options);
  const sigmoid = await methods.sigmoid(x, options);
  const { value, grad } = await methods.softplusWithGrad(x, options);
  tally.inputs += x.length;
  for (const [got, want] of [[value, softplus], [grad, sigmoid]] as const) {
    noteDifferences(tally, x, got, want, options.beta);
    tally.digest(got);
  }
}

/** Counts where two results do not have the same bits; every NaN counts as one. */
function noteDifferences(
  tally: Tally,
  x: F32 | Float64Array,
  got: F32 | Float64Array,
  want: F32 | Float64Array,
  beta: number,
): void {
  for (let i = 0; i < x.length; i++) {
    if (!Object.is(got[i], want[i])) tally.violate("parts", x[i]!, got[i]!, want[i]!, beta);
  }
}
