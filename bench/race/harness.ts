/**
 * The benchmark: validate, then time. Every implementation gets the same inputs, those of one process
 * the same arrays for their results; all of them are held ready and timed in interleaved rounds.
 *
 * A process may be fast or slow for as long as it lives, by where its memory happens to lie. So a run
 * that others shall find again has several sittings: each loads everything anew and measures every
 * case, and the samples of all are taken together.
 */
import type { Case, DistributionName, Dtype, FloatArray } from "../plans/cases.ts";
import { caseName, draws, sweep } from "../plans/cases.ts";
import type { Environment } from "../../lab/environment.ts";
import { environment } from "../../lab/environment.ts";
import type { Implementation, Inputs, Loaded } from "../peers/implementation.ts";
import type { Gap, Runner } from "../../lab/implementation.ts";
import { isGap } from "../../lab/implementation.ts";
import { makeInputs } from "../plans/inputs.ts";
import { interleavedRounds, messageOf, warmedUp } from "../../lab/race/rounds.ts";
import { sampleIndices } from "../../lab/race/validate.ts";
import type { Row } from "../results/schema.ts";
import { gapRow } from "../results/schema.ts";
import { quartiles, relativeSpread } from "../../lab/statistics.ts";
import type { Stopwatch } from "../../lab/race/timing.ts";
import { breathe, runOnce } from "../../lab/race/timing.ts";
import type { Verdict } from "../../lab/oracle/error.ts";
import { Findings, type Verdicts } from "./findings.ts";
import { BoundError, holdToBound, judge } from "./validate.ts";

/** What to measure, and how long. */
export interface BenchmarkOptions {
  readonly cases: readonly Case[];
  readonly implementations: readonly Implementation[];
  /** Who takes part in a case; all do if it is left out. */
  readonly takesPart?: (item: Case, name: string) => boolean;
  /** Wall-clock seconds to aim for; slow implementations may take it beyond. */
  readonly budgetSeconds: number;
  /** How often everything is loaded anew, and every case measured; once unless told. */
  readonly sittings?: number;
  /** Rounds in every case whatever they cost, and rounds that are enough. */
  readonly rounds?: { readonly least: number; readonly most: number };
  /** Longest call to measure, in milliseconds, judged by the same implementation at another size. */
  readonly longestCall?: number;
  /** Ends the run early: nothing is returned. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each case of each sitting and, with `undefined`, at the end. */
  readonly onCase?: (name: string | undefined, index: number) => void;
}

interface Participant {
  readonly implementation: Implementation;
  readonly loaded: Loaded;
}

interface Prepared extends Verdicts {
  readonly runner: Runner;
}

interface Ready extends Prepared {
  readonly participant: Participant;
  readonly watch: Stopwatch;
}

/**
 * Runs the benchmark.
 *
 * @returns a row for each case and implementation, and one for each gap
 * @throws {BoundError} when the kit breaks a bound of its own
 */
export async function benchmark(options: BenchmarkOptions): Promise<Row[]> {
  const names = options.implementations.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`two implementations are named ${twice}`);
  const run = new Run(options, await environment());
  const { cases, sittings = 1, signal, onCase } = options;
  const start = performance.now();
  for (let sitting = 0; sitting < sittings; sitting++) {
    const deadline = start + options.budgetSeconds * 1000 * (sitting + 1) / sittings;
    try {
      await run.load();
      for (const [i, item] of cases.entries()) {
        signal?.throwIfAborted();
        onCase?.(caseName(item), sitting * cases.length + i);
        const left = Math.max(0, deadline - performance.now());
        await run.measure(item, performance.now() + left / (cases.length - i));
      }
    } finally {
      await run.dispose();
    }
  }
  onCase?.(undefined, sittings * cases.length);
  return run.rows();
}

class Run {
  #participants: Participant[] = [];
  readonly #findings: Map<Implementation, Findings>;
  readonly #steady: number[] = [];
  readonly #inputs = new Map<string, FloatArray>();

  constructor(readonly options: BenchmarkOptions, readonly environment: Environment) {
    this.#findings = new Map(options.implementations.map((one) => [one, new Findings(one)]));
  }

  async load(): Promise<void> {
    for (const [implementation, found] of this.#findings) {
      this.options.signal?.throwIfAborted();
      if (found.gap !== undefined) continue;
      try {
        const loaded = await implementation.load();
        if (isGap(loaded)) found.gap = loaded.gap;
        else this.#participants.push({ implementation, loaded });
      } catch (error) {
        found.gap = messageOf(error);
      }
    }
  }

  /** Measures one case, until about `deadline` on the clock of `performance.now()`. */
  async measure(item: Case, deadline: number): Promise<void> {
    const { rounds = { least: 5, most: 41 }, sittings = 1, signal } = this.options;
    const inputs = this.#inputsOf(item);
    const ready: Ready[] = [];
    const runners: Runner[] = [];
    try {
      const participants = this.#participants.filter(({ implementation: { name } }) =>
        this.options.takesPart?.(item, name) ?? true
      );
      for (const participant of participants) {
        const prepared = await this.#prepare(participant, inputs);
        if (!prepared) continue;
        runners.push(prepared.runner);
        try {
          const watch = await warmedUp(prepared.runner, {
            isPool: participant.loaded.threads > 1,
            deadline,
            count: participants.length,
          });
          ready.push({ participant, watch, ...prepared });
        } catch (error) {
          this.#note(participant, item, messageOf(error));
        }
        await breathe();
        signal?.throwIfAborted();
      }
      const { samples, failures, steady } = await interleavedRounds(
        ready.map(({ watch }) => watch),
        {
          least: Math.ceil(rounds.least / sittings),
          most: Math.ceil(rounds.most / sittings),
          deadline,
          signal,
        },
      );
      this.#steady.push(...steady);
      for (const [i, one] of ready.entries()) {
        const failure = failures.get(i);
        if (failure === undefined) this.#time(one, item, samples[i]!);
        else this.#note(one.participant, item, failure);
      }
    } finally {
      for (const runner of runners) {
        try {
          await runner.dispose?.();
        } catch {
          // What it worked on has ended, which its gap says.
        }
      }
    }
  }

  #note({ implementation, loaded }: Participant, item: Case, reason: string): void {
    this.#findings.get(implementation)!.gaps.set(caseName(item), { reason, loaded });
  }

  #time(
    { participant: { implementation, loaded }, watch, verdict, sweep }: Ready,
    item: Case,
    samples: readonly number[],
  ): void {
    const { timed, pace } = this.#findings.get(implementation)!;
    const elements = item.rows * item.columns;
    if (elements >= 10_000) {
      pace.set(`${item.fn} ${item.dtype}`, quartiles(samples).median / 1e6 / elements);
    }
    const before = timed.get(caseName(item))?.samples ?? [];
    timed.set(caseName(item), {
      loaded,
      verdict,
      sweep,
      calls: watch.calls,
      samples: [...before, ...samples],
    });
  }

  /** All rows, with the columns that describe the run. */
  rows(): Row[] {
    const noise = this.#steady.length > 0 ? relativeSpread(quartiles(this.#steady)) : null;
    const findings = [...this.#findings.values()];
    const whole = findings.flatMap(({ implementation, gap }) =>
      gap === undefined ? [] : [gapRow(implementation, gap)]
    );
    const there = findings.filter(({ gap }) => gap === undefined);
    const rows = this.options.cases.flatMap((item) => there.flatMap((one) => one.row(item) ?? []));
    return [...whole, ...rows].map((row) => ({ ...row, ...this.environment, noise }));
  }

  async dispose(): Promise<void> {
    for (const { loaded } of this.#participants) {
      try {
        await loaded.dispose?.();
      } catch {
        // Ended already: nothing is left to free.
      }
    }
    this.#participants = [];
  }

  /** Makes a runner for a case and judges it; or notes why there is none. */
  async #prepare(participant: Participant, inputs: Inputs): Promise<Prepared | undefined> {
    const { implementation, loaded } = participant;
    const { gaps, timed, pace } = this.#findings.get(implementation)!;
    let runner: Runner | Gap | undefined;
    const { rows, columns, fn, dtype } = inputs.case;
    const name = caseName(inputs.case);
    if (gaps.has(name)) return undefined;
    const expected = (pace.get(`${fn} ${dtype}`) ?? 0) * rows * columns;
    const { longestCall = Infinity } = this.options;
    if (expected > longestCall && !timed.has(name)) {
      const reason = `a call of this size takes about ${(expected / 1000).toPrecision(2)} s, ` +
        `longer than the ${longestCall / 1000} s that this plan grants`;
      this.#note(participant, inputs.case, reason);
      return undefined;
    }
    try {
      const sweep = await this.#sweep(participant, inputs.case);
      runner = await loaded.prepare(inputs);
      if (!isGap(runner)) {
        await runOnce(runner);
        return { runner, sweep, verdict: await check(implementation, inputs, runner, 512) };
      }
      this.#note(participant, inputs.case, runner.gap);
    } catch (error) {
      if (runner && !isGap(runner)) await runner.dispose?.();
      if (error instanceof BoundError) throw error;
      this.#note(participant, inputs.case, messageOf(error));
    }
    return undefined;
  }

  /** Judges an implementation over the whole range, once for each function and dtype. */
  async #sweep({ implementation, loaded }: Participant, item: Case) {
    const { sweeps } = this.#findings.get(implementation)!;
    const key = `${item.fn} ${item.dtype}`;
    if (sweeps.has(key)) return sweeps.get(key);
    const x = sweep(item.dtype);
    const inputs = makeInputs({ ...item, rows: 1, columns: x.length }, x);
    const runner = await loaded.prepare(inputs);
    if (isGap(runner)) return undefined; // the case itself will say the same
    try {
      await runOnce(runner);
      const verdict = await check(implementation, inputs, runner, x.length);
      sweeps.set(key, verdict);
      return verdict;
    } finally {
      await runner.dispose?.();
    }
  }

  /** The arrays of a case; drawn once for each distribution and dtype, at the largest size. */
  #inputsOf(item: Case): Inputs {
    const { distribution, dtype } = item;
    const key = `${distribution} ${dtype}`;
    let x = this.#inputs.get(key);
    if (!x) {
      this.#inputs.set(key, x = draws(distribution, dtype, this.#longest(distribution, dtype)));
    }
    return makeInputs(item, x.subarray(0, item.rows * item.columns));
  }

  #longest(distribution: DistributionName, dtype: Dtype): number {
    return Math.max(
      ...this.options.cases
        .filter((item) => item.distribution === distribution && item.dtype === dtype)
        .map(({ rows, columns }) => rows * columns),
    );
  }
}

/** Judges the results of the latest run, and holds the kit to its bound. */
async function check(
  { name, kind, bound }: Implementation,
  { case: { fn, dtype }, x }: Inputs,
  runner: Runner,
  most: number,
): Promise<Verdict | undefined> {
  if (kind === "floor") return undefined; // a copy computes nothing that could be judged
  const verdict = judge(fn, x, await runner.output(), sampleIndices(x.length, most));
  if (bound) holdToBound(name, fn, verdict, bound(fn, dtype), dtype);
  return verdict;
}
