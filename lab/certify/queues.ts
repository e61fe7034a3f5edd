/**
 * The slices of a verification in queues, one for each target and mode, and the workers that empty them.
 *
 * @module
 */
import { type Environment, environment } from "../environment.ts";
import type { Gap } from "../implementation.ts";
import type { Format } from "../floats.ts";
import type { Certified } from "./conclude.ts";
import { runJobs, Stopped } from "./pool.ts";
import { QUICK_SAMPLES, SAMPLES } from "./samples.ts";
import type { Job, Outcome } from "./job.ts";
import { hasSlice, type Shard } from "./shard.ts";
import { mirrored, SLICES } from "./slices.ts";
import { sourcesOf, sourcesOfSubject } from "./sources.ts";
import { type Fingerprint, Store } from "./store.ts";
import { type LoadedSubject, type Subject, subjectOf } from "./subject.ts";
import type { Verification } from "./verification.ts";
import { type FunctionName, isParts, type Mode, type SliceResult, type Target } from "./types.ts";

/** A target in a mode, with its finished slices. */
export interface Queue {
  readonly target: Target;
  readonly mode: Mode;
  readonly print: Fingerprint;
  readonly store: Store;
  readonly slices: readonly number[];
  readonly found: Map<number, SliceResult>;
}

/** What is known about a subject before anything runs. */
export interface About extends Certified {
  /** Whether it has a function in a format. */
  has(name: FunctionName, format: Format): boolean;
}

/** Files that tell how subjects are found; a change there changes no reference. */
const NOT_REFERENCE = ["lab/certify/subject.ts"];

/** Everything that is known before anything runs. */
export interface Prepared {
  readonly machine: Environment;
  readonly about: ReadonlyMap<string, About>;
  readonly gaps: string[];
  readonly targets: readonly Target[];
  readonly queues: Queue[];
}

/** Finds out what is there, and what of a shard, or of all, is still to be done. */
export async function prepare(plan: Verification, shard?: Shard): Promise<Prepared> {
  const machine = await environment();
  const verifier = (await sourcesOf(["lab/certify/worker.ts"], NOT_REFERENCE)).hash;
  const { about, gaps } = await describe(plan.targets);
  const targets = plan.targets.filter(({ subject, name, format }) =>
    about.get(subject)?.has(name, format)
  );
  const queues: Queue[] = [];
  // Shards may share a folder: none may clear what another one keeps.
  const cache = shard ? `${plan.cache}/shard-${shard.index}-of-${shard.of}` : plan.cache;
  for (const target of targets) {
    const { sources, version, call, adapter } = about.get(target.subject)!;
    const print = {
      subject: [sources.hash, version, call(target.name)].join("\n"),
      verifier,
      environment: [machine.deno, machine.v8, adapter ?? machine.cpu].join("\n"),
    };
    for (const mode of modesOf(target, plan.quick)) {
      const store = new Store(cache, target, mode, print);
      if (mode === "quick") await store.clear(); // seconds; it is to be run, not remembered
      const slices = slicesOf(target, mode).filter((s) =>
        (plan.slices?.includes(s) ?? true) && (shard === undefined || hasSlice(shard, s))
      );
      const found = await store.read();
      for (const slice of found.keys()) if (!slices.includes(slice)) found.delete(slice);
      queues.push({ target, mode, print, store, slices, found });
    }
  }
  return { machine, about, gaps, targets, queues };
}

/** Does what is missing, and says which subjects failed; the reason joins the gaps. */
export async function runPrepared(
  { queues, gaps }: Prepared,
  plan: Verification,
): Promise<ReadonlySet<string>> {
  const failed = new Set<string>();
  await runQueues(queues, plan, (subject, reason) => {
    if (failed.has(subject)) return;
    failed.add(subject);
    gaps.push(`${subject}: ${reason}`);
  });
  return failed;
}

async function describe(
  targets: readonly Target[],
): Promise<{ about: Map<string, About>; gaps: string[] }> {
  const about = new Map<string, About>();
  const gaps: string[] = [];
  for (const id of new Set(targets.map(({ subject }) => subject))) {
    const subject = subjectOf(id);
    const loaded = await loadOrGap(subject);
    if ("gap" in loaded) {
      gaps.push(`${id}: ${loaded.gap}`);
      continue;
    }
    const { version, call, adapter } = loaded;
    const offered = new Set(
      subject.formats.flatMap((format) =>
        subject.functions.filter((name) =>
          isParts(name) ? loaded.methods !== undefined : loaded.unary(name, format) !== undefined
        ).map((name) => `${name} ${format}`)
      ),
    );
    await loaded.dispose?.();
    const sources = await sourcesOfSubject(subject);
    const has = (name: FunctionName, format: Format) => offered.has(`${name} ${format}`);
    about.set(id, { subject, sources, version, call, adapter, has });
  }
  return { about, gaps };
}

/** A subject that is there, or why not. The kit's own failure is no gap: it ends the run. */
async function loadOrGap(subject: Subject): Promise<LoadedSubject | Gap> {
  try {
    return await subject.load();
  } catch (error) {
    if (subject.kind === "kit") throw error;
    return { gap: reasonOf(error) };
  }
}

/** A certificate over every float32 holds the quick subset's digest too. */
function modesOf({ subject, name, format }: Target, quick: boolean): Mode[] {
  if (quick) return ["quick"];
  if (format === "f64" || isParts(name)) return ["full"];
  const { subsetOnly, kind } = subjectOf(subject);
  return subsetOnly ? ["quick"] : kind === "kit" ? ["quick", "full"] : ["full"];
}

function slicesOf({ format }: Target, mode: Mode): number[] {
  const count = format === "f32" ? SLICES : mode === "quick" ? QUICK_SAMPLES : SAMPLES;
  return Array.from({ length: count }, (_, i) => i);
}

/** Does what is missing. Subjects that want to be alone come last, on one worker. */
async function runQueues(
  queues: readonly Queue[],
  plan: Verification,
  onFailure: (subject: string, reason: string) => void,
): Promise<void> {
  const total = queues.reduce((sum, { slices }) => sum + slices.length, 0);
  const bar = plan.progress?.(total);
  bar?.tick(queues.reduce((sum, { found }) => sum + found.size, 0));
  const alone = (queue: Queue) => subjectOf(queue.target.subject).alone === true;
  const groups = [queues.filter((queue) => !alone(queue))];
  for (const queue of queues.filter(alone)) {
    const group = groups.find(([first]) => first?.target.subject === queue.target.subject);
    if (group) group.push(queue);
    else groups.push([queue]);
  }
  try {
    for (const group of groups) {
      if (group.length === 0) continue;
      const jobs = jobsOf(group);
      const first = subjectOf(group[0]!.target.subject);
      const work = runJobs<Outcome[]>(
        plan.subjects,
        jobs,
        alone(group[0]!) ? 1 : plan.workers,
        async (job, outcomes) => {
          for (const { target, result, failure } of outcomes) {
            if (failure !== undefined) {
              onFailure(target.subject, failure);
              continue;
            }
            const queue = group.find((one) =>
              one.mode === job.mode && one.target.name === target.name &&
              one.target.subject === target.subject && one.target.format === target.format
            )!;
            // A quick slice takes less time than its file.
            if (job.mode === "full") await queue.store.write(result);
            queue.found.set(result.slice, result);
          }
          bar?.tick(outcomes.length);
        },
        plan.signal,
      );
      try {
        await work;
      } catch (error) {
        // A library that fails is one gap; the kit's own failure ends the run.
        if (error instanceof Stopped || first.kind === "kit" || !alone(group[0]!)) throw error;
        onFailure(first.id, reasonOf(error));
      }
    }
  } finally {
    await bar?.done();
  }
}

/** The first line of an error. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]!;
}

/**
 * The missing slices, put together by what they can share: mode, format, slice of the reference,
 * and the length of blocks.
 */
export function jobsOf(queues: readonly Queue[]): Job[] {
  const jobs = new Map<string, { mode: Mode; slice: number; targets: Target[] }>();
  for (const { target, mode, slices, found } of queues) {
    for (const slice of slices) {
      if (found.has(slice)) continue;
      const shared = target.name === "logSigmoid" && target.format === "f32";
      const at = shared ? mirrored(slice) : slice;
      const large = subjectOf(target.subject).largeBlocks === true;
      const key = `${mode} ${target.format} ${at} ${large}`;
      const job = jobs.get(key);
      if (job) job.targets.push(target);
      else jobs.set(key, { mode, slice: at, targets: [target] });
    }
  }
  // Quick slices first: a mistake shows within seconds, not after minutes.
  return [...jobs.values()]
    .sort((a, b) => (a.mode === b.mode ? a.slice - b.slice : a.mode === "quick" ? -1 : 1))
    .map((job, id) => ({ ...job, id }));
}
