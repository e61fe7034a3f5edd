/**
 * The verification: every slice here, or a share of them into a file, or the shares of many machines
 * joined; and what they add up to.
 *
 * @module
 */
import { conclude, type Finding, type Place } from "./conclude.ts";
import { prepare, type Prepared, type Queue, runPrepared } from "./queues.ts";
import { joinedShards, type Shard, ShardError, type ShardPart, writeShard } from "./shard.ts";
import type { Target } from "./types.ts";
import type { Verification } from "./verification.ts";

/** What the verification came to. */
export interface Report {
  readonly findings: readonly Finding[];
  /** Subjects that are not here, and why. */
  readonly gaps: readonly string[];
}

/** Runs a plan. Throws `Stopped` when its signal is given; finished slices are then on disk. */
export async function verify(plan: Verification): Promise<Report> {
  const prepared = await prepare(plan);
  const { machine, gaps, queues } = prepared;
  const failed = await runPrepared(prepared, plan);
  const targets = prepared.targets.filter(({ subject }) => !failed.has(subject));
  const findings = await concludeAll({ ...prepared, targets }, { ...plan, machine });
  for (const { store } of queues) await store.clear();
  return { findings, gaps };
}

/**
 * Runs a share of a plan and writes what it found to a file. Throws `Stopped` as {@linkcode verify}
 * does, and goes on where it was.
 *
 * @returns the slices that the file holds, and the subjects that are not here
 */
export async function verifyShard(
  plan: Verification,
  shard: Shard,
  file: string,
): Promise<{ readonly slices: number; readonly gaps: readonly string[] }> {
  const prepared = await prepare(plan, shard);
  const { machine: { cpu, os, deno, v8, date }, queues, gaps } = prepared;
  await runPrepared(prepared, plan);
  const parts = queues.map(({ target, mode, print, found }): ShardPart => ({
    target,
    mode,
    print,
    slices: [...found.values()].sort((a, b) => a.slice - b.slice),
  }));
  const machine = { cpu, os, deno, v8, date };
  const { quick, workers } = plan;
  await writeShard(file, { shard, quick, workers, machine, parts, gaps });
  for (const { store } of queues) await store.clear();
  return { slices: parts.reduce((sum, { slices }) => sum + slices.length, 0), gaps };
}

/**
 * Joins shards that {@linkcode verifyShard} wrote, and judges them as if all had been found here.
 *
 * @throws {ShardError} they make no whole, or were not made from the sources that are here
 */
export async function joinShards(
  plan: Omit<Verification, "targets" | "quick" | "workers">,
  files: readonly string[],
): Promise<Report> {
  const whole = await joinedShards(files);
  const targets = new Map(whole.parts.map(({ target }) => [JSON.stringify(target), target]));
  const { quick, workers } = whole;
  const all = { ...plan, quick, workers, targets: [...targets.values()] };
  const prepared = await prepare(all);
  const complete: Target[] = [];
  for (const target of prepared.targets) {
    const own = prepared.queues.filter((queue) => queue.target === target);
    own.forEach((queue) => take(queue, whole.parts));
    // What a shard could not do is a gap, which it has told.
    if (own.every(({ slices, found }) => slices.every((slice) => found.has(slice)))) {
      complete.push(target);
    } else if (!whole.gaps.some((gap) => gap.startsWith(`${target.subject}: `))) {
      throw new ShardError(`the shards lack slices of ${target.name} ${target.subject}`);
    }
  }
  const { machine } = whole;
  const findings = await concludeAll({ ...prepared, targets: complete }, { ...all, machine });
  return { findings, gaps: [...new Set([...prepared.gaps, ...whole.gaps])] };
}

/** Takes a queue's slices from shards, instead of what may be kept here. */
function take(queue: Queue, parts: readonly ShardPart[]): void {
  const { target, mode, print, found } = queue;
  const { subject, name, format } = target;
  const part = parts.find((one) =>
    one.mode === mode && one.target.subject === subject && one.target.name === name &&
    one.target.format === format
  );
  if (part?.print.subject !== print.subject || part.print.verifier !== print.verifier) {
    throw new ShardError(`the shards were not made from these sources: ${name} ${subject} differs`);
  }
  found.clear();
  for (const slice of part.slices) found.set(slice.slice, slice);
}

async function concludeAll(
  { targets, queues, about }: Prepared,
  place: Place,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const target of targets) {
    const own = queues.filter((queue) => queue.target === target);
    findings.push(await conclude(target, own, about.get(target.subject)!, place));
  }
  return findings;
}
