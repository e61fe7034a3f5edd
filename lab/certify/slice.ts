/**
 * One slice of float32: every subject beside the reference, which is computed once for all.
 *
 * @module
 */
import { errorOfRounding, Tally } from "./tally.ts";
import { makeReference, refer, type Reference } from "../oracle/screen.ts";
import { blocks, exponentOfSlice, mirrored, partsBits } from "./slices.ts";
import { type Elementwise, isWhole, type Subject, subjectOf } from "./subject.ts";
import { isParts, type PartsName, type Target, type UnaryName } from "./types.ts";
import type { Job, Outcome } from "./job.ts";
import { applyOf, attempt, load } from "./loading.ts";
import { judgeEach, judgeParts } from "./parts.ts";
import { runSample } from "./sample.ts";

type F32 = Float32Array<ArrayBuffer>;

/** A target with what it needs while its slice runs. */
interface Trial {
  readonly target: Target;
  readonly tally: Tally;
  readonly apply: Elementwise;
  /** Why the subject is not asked any more. */
  failure?: string;
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
  const softplus = await trialsOf(job, "softplus");
  const logSigmoid = await trialsOf(job, "logSigmoid");
  const sigmoid = await trialsOf(job, "sigmoid");
  const sigmoidGrad = await trialsOf(job, "sigmoidGrad");
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
    const both = [...straight, ...mirror];
    await blocks(job.slice, job.mode === "quick", size, async (bits) => {
      const x = new Float32Array(bits.buffer, 0, bits.length);
      const start = performance.now();
      const { reference } = space;
      refer(name, x, exponent, reference);
      const { y, want, wantBits, hard } = reference;
      const rounding = errorOfRounding(y, want, wantBits, x.length);
      const subnormal = exponent === 6 ? countSubnormal(wantBits, x.length) : 0;
      const shared = (performance.now() - start) / both.length / 1e3;
      for (const { tally } of both) {
        tally.seconds += shared;
        tally.mpfr += hard.length;
        tally.subnormal += subnormal;
      }
      for (const trial of straight) await one(trial, x, space, rounding, 1);
      if (mirror.length === 0) return;
      const negative = space.negative.subarray(0, x.length);
      for (let i = 0; i < x.length; i++) negative[i] = -x[i]!;
      for (const trial of mirror) await one(trial, negative, space, rounding, -1);
    });
    for (const trial of straight) outcomes.push(outcomeOf(trial, job.slice));
    for (const trial of mirror) outcomes.push(outcomeOf(trial, mirrored(job.slice)));
  }
  for (const target of job.targets) {
    if (isParts(target.name)) outcomes.push(await compareParts(job, target, target.name));
  }
  return outcomes;
}

function outcomeOf({ target, tally, failure }: Trial, slice: number): Outcome {
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
  trial: Trial,
  x: F32,
  { reference, out, quick }: Space,
  rounding: { error: number; at: number },
  sign: 1 | -1,
): Promise<void> {
  if (trial.failure !== undefined) return;
  const { tally, apply, target } = trial;
  const start = performance.now();
  const got = out.subarray(0, x.length);
  got.fill(12345); // A subject that writes nothing must not pass with its forerunner's results.
  const failure = await attempt(target.subject, () => apply(x, got));
  if (failure !== undefined) {
    trial.failure = failure;
    return;
  }
  tally.compare(x, got, reference, rounding, sign);
  if (quick) tally.digest(got);
  tally.seconds += (performance.now() - start) / 1e3;
}

async function trialsOf(job: Job, name: UnaryName): Promise<Trial[]> {
  const result: Trial[] = [];
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
