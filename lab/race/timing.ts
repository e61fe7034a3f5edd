/**
 * The stopwatch. The clock steps by about 80 ns, so a sample is a batch of calls of at least a
 * millisecond; a sample is the mean of its batch, and samples are summarised by their median.
 */
import type { Runner } from "../implementation.ts";
import { Random } from "../random.ts";
import { wakeUp } from "./waking_pools.ts";

/** How long to warm up and how long a sample takes at least, in milliseconds. */
export interface Pace {
  readonly warmUp: number;
  readonly sample: number;
  /** Milliseconds to wait after each sample; 0 if left out. */
  readonly rest?: number;
  /** Milliseconds at most of calls that are not timed, before each sample: see `waking_pools.ts`. */
  readonly wake?: number;
}

/** Times batches of one runner. */
export interface Stopwatch {
  /** Milliseconds to wait after a sample, for threads that spin before they sleep. */
  readonly rest?: number;
  /** Calls in a sample. */
  readonly calls: number;
  /** Takes one sample: nanoseconds per call. */
  sample(): number | Promise<number>;
}

/** Calls a runner once, awaiting only what has to be. */
export async function runOnce(runner: Runner): Promise<void> {
  const pending = runner.run();
  if (pending instanceof Promise) await pending;
}

/**
 * Milliseconds of a call that is its own warm-up: beside it, what the calls of `wake` bring is
 * nothing, and of 5000 x 5000 numbers they would take half of a run.
 */
const LONG = 100;

/**
 * Warms a runner up, so that the compiler has settled and memory has been touched, and finds how
 * many calls make a sample.
 */
export async function stopwatch(runner: Runner, pace: Pace): Promise<Stopwatch> {
  const batch = await batchTimer(runner);
  const { wake = 0, rest = 0 } = pace;
  const first = await batch(1, wake);
  if (first >= LONG * 1e6) return { calls: 1, rest, sample: () => batch(1, 0) };
  const began = performance.now();
  let calls = 1;
  let fastest = Infinity;
  while (fastest === Infinity || performance.now() - began < pace.warmUp) {
    const ns = await batch(calls, 0);
    // Shorter batches say little, the clock is coarse; they also grow again as the code speeds up.
    if (ns < pace.sample * 1e6) calls *= 2;
    else fastest = Math.min(fastest, ns / calls);
  }
  // Fitted to the fastest batch, with some to spare: the next may be faster yet.
  calls = Math.ceil(1.2 * pace.sample * 1e6 / fastest);
  return {
    calls,
    rest,
    sample(): number | Promise<number> {
      const ns = batch(calls, wake);
      return typeof ns === "number" ? ns / calls : ns.then((total) => total / calls);
    },
  };
}

/** Times so many calls, after others for so many milliseconds at most that wake a pool up. */
export type BatchTimer = (calls: number, wake: number) => number | Promise<number>;

/** Picks the way to time a runner: its own clock, or ours with or without await. */
export async function batchTimer(runner: Runner): Promise<BatchTimer> {
  if (runner.time) return (calls, wake) => runner.time!(calls, wake);
  const pending = runner.run();
  if (!(pending instanceof Promise)) {
    const timed = (calls: number) => {
      const began = performance.now();
      for (let i = 0; i < calls; i++) runner.run();
      return (performance.now() - began) * 1e6;
    };
    return (calls, wake) =>
      wake > 0 ? wakeUp(() => runner.run(), wake).then(() => timed(calls)) : timed(calls);
  }
  await pending;
  return async (calls, wake) => {
    if (wake > 0) await wakeUp(() => runner.run(), wake);
    const began = performance.now();
    for (let i = 0; i < calls; i++) await runner.run();
    return (performance.now() - began) * 1e6;
  };
}

/** When to stop taking rounds. */
export interface Rounds {
  /** Rounds that are taken whatever they cost. */
  readonly least: number;
  /** Rounds that are enough. */
  readonly most: number;
  /** Milliseconds after which no round beyond the least begins. */
  readonly budget: number;
}

/**
 * Takes samples in rounds: in each, every stopwatch once, in an order shuffled anew. Whatever
 * slows the machine for a while then slows all of them alike, nobody always follows the one that
 * leaves the cache dirty, and sample i of one may be compared with sample i of another.
 *
 * A round in which others kept the machine busy is taken again; so many of them as are taken at
 * least, then it is as it is.
 *
 * One that fails is left out from then on; it is reported, and the others go on.
 *
 * @returns for each stopwatch its samples, all of the same length but for those that failed
 */
export async function takeRounds(
  watches: readonly Stopwatch[],
  { least, most, budget }: Rounds,
  options: {
    seed?: number;
    signal?: AbortSignal | undefined;
    afterRound?: () => void;
    /** Asked after each round: whether others kept the machine busy during it. */
    disturbed?: () => boolean;
    /** Told which stopwatch failed, and how; without it a failure ends the rounds. */
    onFailure?: (index: number, error: unknown) => void;
  } = {},
): Promise<number[][]> {
  const random = new Random(options.seed ?? 1);
  const samples: number[][] = watches.map(() => []);
  const order = watches.map((_, i) => i);
  const failed = new Set<number>();
  const began = performance.now();
  let again = 0;
  for (let round = 0; round < most; round++) {
    if (round >= least && performance.now() - began > budget) break;
    shuffle(order, random);
    for (const i of order.filter((i) => !failed.has(i))) {
      const watch = watches[i]!;
      try {
        const ns = watch.sample();
        samples[i]!.push(typeof ns === "number" ? ns : await ns);
      } catch (error) {
        if (!options.onFailure) throw error;
        failed.add(i);
        options.onFailure(i, error);
      }
      if (watch.rest) await pause(watch.rest);
    }
    if (options.disturbed?.() && again < least) {
      again++;
      round--;
      for (const i of order.filter((i) => !failed.has(i))) samples[i]!.pop();
    }
    options.afterRound?.();
    await breathe();
    options.signal?.throwIfAborted();
  }
  return samples;
}

/** Lets timers and signals in: synchronous runners would keep Ctrl-C waiting. */
export function breathe(): Promise<void> {
  return pause(0);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Fisher and Yates. */
function shuffle(order: number[], random: Random): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
}

/**
 * How unsteady the machine is: a fixed amount of arithmetic, a third of a millisecond, that touches
 * no memory and calls no implementation. Eight chains that do not wait for each other fill the
 * core, so that a neighbour on the same core is felt. Sampled once a round, its spread is the noise
 * that a run reports.
 *
 * @returns nanoseconds taken
 */
export function steadyWork(): number {
  const began = performance.now();
  let [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8];
  for (let i = 0; i < 150_000; i++) {
    a = a * 0.75 + 1;
    b = b * 0.75 + 2;
    c = c * 0.75 + 3;
    d = d * 0.75 + 4;
    e = e * 0.75 + 5;
    f = f * 0.75 + 6;
    g = g * 0.75 + 7;
    h = h * 0.75 + 8;
  }
  const taken = (performance.now() - began) * 1e6;
  // Looked at, so that the loop is not dead code.
  return a + b + c + d + e + f + g + h > 0 ? taken : NaN;
}
