/** Times implementations against each other: warmed up one by one, then in interleaved rounds. */
import type { Runner } from "../implementation.ts";
import { Others } from "./machine_load.ts";
import { type Rounds, steadyWork, type Stopwatch, stopwatch, takeRounds } from "./timing.ts";

/**
 * A pool of threads: it spins for at most so many milliseconds after its work (OpenMP's 4 to 7),
 * is called for up to so many to wake it up, and its samples are longer, as they scatter more.
 */
const POOL = { rest: 8, wake: 30, sample: 4 };

/**
 * Everybody else: a call or two before the sample as well. After others' calls an array is no longer
 * in the cache, and memory for a result has to be mapped anew; whoever is woken up knows neither.
 */
const SINGLE = { wake: 1, sample: 2 };

/**
 * Warms one of `count` runners up, in a share of the time until `deadline` on the clock of
 * `performance.now()`, so that twenty of them warm up within it.
 */
export function warmedUp(
  runner: Runner,
  { isPool, deadline, count }: { isPool: boolean; deadline: number; count: number },
): Promise<Stopwatch> {
  const share = (deadline - performance.now()) / count / 4;
  const warmUp = Math.min(60, Math.max(10, share));
  return stopwatch(runner, { warmUp, ...(isPool ? POOL : SINGLE) });
}

/** What interleaved rounds found. */
export interface RoundsResult {
  /** Of each stopwatch, nanoseconds per call in each round. */
  readonly samples: readonly (readonly number[])[];
  /** Why a stopwatch was left out, by its place. */
  readonly failures: ReadonlyMap<number, string>;
  /** A fixed amount of arithmetic after each round, in nanoseconds: its spread is the machine's. */
  readonly steady: readonly number[];
  /** Rounds in which others kept the machine busy and that count all the same. */
  readonly disturbed: number;
}

/** Takes rounds until `deadline`, in an order that differs from run to run. */
export async function interleavedRounds(
  watches: readonly Stopwatch[],
  { least, most, deadline, signal }: {
    least: number;
    most: number;
    deadline: number;
    signal?: AbortSignal | undefined;
  },
): Promise<RoundsResult> {
  const rounds: Rounds = { least, most, budget: Math.max(0, deadline - performance.now()) };
  const failures = new Map<number, string>();
  const steady: number[] = [];
  const others = new Others();
  let disturbed = 0;
  const samples = await takeRounds(watches, rounds, {
    signal,
    // Another in every run: if an order has an effect, runs must not have it in common.
    seed: Math.floor(Math.random() * 2 ** 32),
    disturbed() {
      const were = others.disturbed();
      if (were) disturbed++;
      return were;
    },
    afterRound: () => steady.push(steadyWork()),
    onFailure: (i, error) => failures.set(i, messageOf(error)),
  });
  // So many of them were taken again.
  return { samples, failures, steady, disturbed: Math.max(0, disturbed - least) };
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
