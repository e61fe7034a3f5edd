/**
 * Races: any implementations of a function, validated first, then timed in interleaved rounds.
 *
 * @module
 */
import { adapt, type Adapted } from "../adapt.ts";
import { replaceFile } from "../files.ts";
import { arrayOfLength, type Format, FORMATS, same, type Vector } from "../floats.ts";
import { type Implementation, ImplementationError, type Runner } from "../implementation.ts";
import type { Verdict } from "../oracle/error.ts";
import { type Reference, referenceOf } from "../oracle/reference.ts";
import { progress } from "../progress.ts";
import { pairedRatio, quartiles, relativeSpread } from "../statistics.ts";
import { DISTRIBUTIONS, draws } from "./distributions.ts";
import { checkRace, type RaceOptions } from "./options.ts";
import { RaceResult, type RaceRow } from "./result.ts";
import { interleavedRounds, warmedUp } from "./rounds.ts";
import { breathe, type Stopwatch } from "./timing.ts";
import { judgeSample } from "./validate.ts";

/** One that takes part, at one size. */
interface Contender {
  readonly adapted: Adapted;
  readonly verdict: Verdict;
  readonly watch: Stopwatch;
}

/**
 * Races implementations of a function against each other. Each is validated against the exact values
 * first, and named where it is wrong; then all are timed in interleaved rounds: each once in a round,
 * in an order shuffled anew, so that whatever slows the machine slows all of them.
 *
 * What is timed is one call: array in, new array out, as the implementation does it; a function of
 * numbers is called in a loop that fills an array.
 *
 * @param implementations by name; ratios are to the first of them
 * @returns rows, ratios, a polars DataFrame, and a figure that shows itself in a notebook
 * @throws {TypeError | RangeError} an option that there is not, or a value that it cannot have
 * @throws {ImplementationError} one of them throws, or returns what is no result; the message names it
 *
 * @example
 * ```ts
 * import { softplus } from "@softplus/kit";
 * import { race } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const mine = (x: number) => Math.log(1 + Math.exp(x));
 * const r = await race({ mine, softplus }, { of: "softplus", sizes: [1000], budgetSeconds: 0.2 });
 * assert.deepEqual(r.rows.map(({ implementation }) => implementation), ["mine", "softplus"]);
 * console.log(String(r)); // a table: times, ratios, worst errors
 * ```
 */
export async function race(
  implementations: Readonly<Record<string, Implementation>>,
  options: RaceOptions,
): Promise<RaceResult> {
  checkRace(implementations, options);
  const { sizes = [1e2, 1e4, 1e6], budgetSeconds = 10, signal, save } = options;
  const reference = await referenceOf(options.of);
  const adapted: Adapted[] = [];
  const bar = options.progress === false ? undefined : progress(sizes.length, "race");
  const rows: RaceRow[] = [];
  try {
    for (const [name, one] of Object.entries(implementations)) {
      adapted.push(await adapt(name, one, { ...adaptOptions(options), reference }));
    }
    const deadline = performance.now() + 1000 * budgetSeconds;
    for (const [i, size] of sizes.entries()) {
      bar?.note(`${size} elements`);
      const left = Math.max(0, deadline - performance.now());
      const until = performance.now() + left / (sizes.length - i);
      rows.push(...await raceAt(size, adapted, reference, until, options));
      if (save !== undefined) await replaceFile(save, `${JSON.stringify(rows, null, 1)}\n`);
      bar?.tick();
      await breathe();
      signal?.throwIfAborted();
    }
  } finally {
    await bar?.done();
    for (const one of adapted) await one.dispose();
  }
  return await RaceResult.of(rows);
}

const adaptOptions = ({ dtype, timeout, precision }: RaceOptions) => ({
  ...(dtype && { dtype }),
  ...(timeout && { timeout }),
  ...(precision && { precision }),
});

/** Validates and times everybody at one size. */
async function raceAt(
  size: number,
  adapted: readonly Adapted[],
  reference: Reference,
  deadline: number,
  options: RaceOptions,
): Promise<RaceRow[]> {
  const { dtype = "f32", rounds = { least: 5, most: 41 }, signal } = options;
  const x = inputsOf(options, dtype, size);
  const contenders: Contender[] = [];
  for (const one of adapted) {
    const verdict = judgeSample(reference, x, await one.apply(x));
    await refuseWriter(one, x);
    const timing = { isPool: one.isAsync, deadline, count: adapted.length };
    contenders.push({ adapted: one, verdict, watch: await warmedUp(runnerOf(one, x), timing) });
    await breathe();
    signal?.throwIfAborted();
  }
  const { samples, failures, steady, disturbed } = await interleavedRounds(
    contenders.map(({ watch }) => watch),
    { ...rounds, deadline, signal },
  );
  const [failed] = failures;
  if (failed) {
    throw new Error(`${adapted[failed[0]]!.name}: failed while it was timed: ${failed[1]}`);
  }
  const noise = relativeSpread(quartiles(steady));
  return contenders.map((one, i) =>
    rowOf(one, samples[i]!, samples[0]!, { size, reference, options, noise, disturbed })
  );
}

/** Refuses one that writes to its input: all of them are timed on one array. */
async function refuseWriter(one: Adapted, x: Vector): Promise<void> {
  const copy = x.slice() as Vector;
  await one.call(copy, arrayOfLength(one.dtype, x.length));
  const at = copy.findIndex((v, i) => !same(v, x[i]!));
  if (at < 0) return;
  const what = `changes its input: element ${at} was ${x[at]} and became ${copy[at]}`;
  throw new ImplementationError(one.name, `${what}; let it work on a copy, x.slice()`);
}

/** What the stopwatch calls. */
function runnerOf(adapted: Adapted, x: Vector): Runner {
  const out = arrayOfLength(adapted.dtype, x.length);
  return {
    run: () => adapted.call(x, out) as void | Promise<void>,
    output: () => [], // judged before
  };
}

function inputsOf(
  { distribution = "normal" }: RaceOptions,
  dtype: Format,
  size: number,
): Vector {
  if (typeof distribution === "string") return draws(distribution, dtype, size) as Vector;
  const x = arrayOfLength(dtype, size);
  for (let i = 0; i < size; i++) x[i] = distribution[i % distribution.length]!;
  return x;
}

function rowOf(
  { adapted, verdict, watch }: Contender,
  samples: readonly number[],
  first: readonly number[],
  at: {
    size: number;
    reference: Reference;
    options: RaceOptions;
    noise: number;
    disturbed: number;
  },
): RaceRow {
  const { size, reference, options, noise, disturbed } = at;
  const { tolerance = 64, distribution = "normal" } = options;
  const time = quartiles(samples);
  const ratio = pairedRatio(samples, first);
  const { worst, maxUlp } = verdict;
  return {
    implementation: adapted.name,
    kind: adapted.kind,
    family: adapted.family,
    function: reference.name,
    dtype: adapted.dtype,
    distribution: typeof distribution === "string" ? DISTRIBUTIONS[distribution].title : "given",
    elements: size,
    median_ns: time.median,
    q1_ns: time.q1,
    q3_ns: time.q3,
    ns_per_element: time.median / size,
    gb_per_s: 2 * size * FORMATS[adapted.dtype].bytes / time.median,
    ratio: ratio.median,
    ratio_q1: ratio.q1,
    ratio_q3: ratio.q3,
    rounds: samples.length,
    calls: watch.calls,
    max_ulp: maxUlp,
    worst_x: worst?.input ?? null,
    worst_got: worst?.got ?? null,
    worst_want: worst?.want ?? null,
    wrong: verdict.wrong !== undefined || !(maxUlp <= tolerance),
    noise,
    disturbed,
    samples,
  };
}
