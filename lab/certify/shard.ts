/**
 * A share of a verification in a file, for machines that know nothing of each other: shard 3 of 64 does
 * every slice whose binade has the number 3 modulo 64, and says so, and from which sources.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { Environment } from "../environment.ts";
import { replaceFile } from "../files.ts";
import type { Fingerprint } from "./store.ts";
import type { Mode, SliceResult, Target } from "./types.ts";

/** One share of several. */
export interface Shard {
  /** From 0 to `of` - 1. */
  readonly index: number;
  readonly of: number;
}

/** More shards than this would have nothing to do: a shard has whole binades, of either sign. */
export const MOST_SHARDS = 256;

/** Whether a shard has a slice. A binade and its mirror image share a reference, so they stay together. */
export function hasSlice({ index, of }: Shard, slice: number): boolean {
  return (slice & (MOST_SHARDS - 1)) % of === index;
}

/** What a shard found of a target in a mode. */
export interface ShardPart {
  readonly target: Target;
  readonly mode: Mode;
  readonly print: Fingerprint;
  readonly slices: readonly SliceResult[];
}

/** What a shard file says. */
export interface ShardContent {
  readonly shard: Shard;
  readonly quick: boolean;
  /** How many worked on it. */
  readonly workers: number;
  readonly machine: Pick<Environment, "cpu" | "os" | "deno" | "v8" | "date">;
  readonly parts: readonly ShardPart[];
  /** Subjects that were not there, and why. */
  readonly gaps: readonly string[];
}

/** Shards that make no whole; the message has a line for each reason. */
export class ShardError extends Error {
  override readonly name = "ShardError";
}

const KIND = "softplus-kit verification shard 1";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Writes a shard, whole or not at all. */
export async function writeShard(path: string, content: ShardContent): Promise<void> {
  const text = JSON.stringify(content);
  await replaceFile(path, JSON.stringify({ kind: KIND, hash: hashOf(text), content }) + "\n");
}

/** Reads a shard. */
async function readShard(path: string): Promise<ShardContent> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new ShardError(`${path} cannot be read: ${(error as Error).message}`);
  }
  let file: { kind?: unknown; hash?: unknown; content?: ShardContent } | null;
  try {
    file = JSON.parse(text);
  } catch {
    throw new ShardError(`${path} is damaged: it ends in the middle, or is no JSON`);
  }
  if (file?.kind !== KIND || file.content === undefined) {
    throw new ShardError(`${path} is no shard of a verification by this version`);
  }
  if (hashOf(JSON.stringify(file.content)) !== file.hash) {
    throw new ShardError(`${path} is damaged: its content is not what was written`);
  }
  return file.content;
}

/** What all shards found together. */
export interface Whole {
  readonly quick: boolean;
  readonly workers: number;
  readonly machine: ShardContent["machine"];
  readonly parts: readonly ShardPart[];
  readonly gaps: readonly string[];
}

/**
 * Reads shards and puts them together. A shard that is there twice does no harm.
 *
 * @throws {ShardError} naming every file that is damaged, every shard that is missing, and what does not fit
 *   together: other sources, targets or software, or two runs of one shard with different results
 */
export async function joinedShards(paths: readonly string[]): Promise<Whole> {
  const reasons: string[] = [];
  const read: { path: string; content: ShardContent }[] = [];
  for (const path of paths) {
    try {
      read.push({ path, content: await readShard(path) });
    } catch (error) {
      if (!(error instanceof ShardError)) throw error;
      reasons.push(error.message);
    }
  }
  const first = read[0];
  if (first !== undefined) {
    const kept = new Map<number, { path: string; content: ShardContent }>();
    for (const one of read) {
      const reason = differenceOf(one.content, first.content) ??
        againstTwin(one.content, kept.get(one.content.shard.index));
      if (reason !== undefined) reasons.push(`${one.path} does not fit ${first.path}: ${reason}`);
      else kept.set(one.content.shard.index, one);
    }
    const { of } = first.content.shard;
    const missing = Array.from({ length: of }, (_, index) => index).filter((i) => !kept.has(i));
    if (missing.length > 0) {
      const shards = missing.length === 1 ? "shard" : "shards";
      reasons.push(`missing: ${shards} ${missing.join(", ")} of ${of}`);
    }
    if (reasons.length === 0) return together([...kept.values()].map(({ content }) => content));
  } else if (reasons.length === 0) reasons.push("no shard was given");
  throw new ShardError(reasons.join("\n"));
}

/** What a part is about, in words. */
const titleOf = ({ target: { format, name, subject }, mode }: ShardPart): string =>
  `${format} ${name} ${subject} ${mode}`;

/** Why two shards are not of one verification. */
function differenceOf(one: ShardContent, other: ShardContent): string | undefined {
  if (one.shard.of !== other.shard.of) {
    return `one of ${one.shard.of} shards, not of ${other.shard.of}`;
  }
  if (one.quick !== other.quick) return "one is quick, one is not";
  const [a, b] = [one.parts, other.parts].map((parts) => parts.map(titleOf).join("; "));
  if (a !== b) return `it holds ${a}, not ${b}`;
  for (const [k, part] of one.parts.entries()) {
    for (const what of ["subject", "verifier"] as const) {
      if (part.print[what] === other.parts[k]!.print[what]) continue;
      return `${titleOf(part)}: other sources of the ${what}`;
    }
  }
  for (const what of ["deno", "v8"] as const) {
    if (one.machine[what] !== other.machine[what]) {
      return `${what} ${one.machine[what]}, not ${other.machine[what]}`;
    }
  }
  return undefined;
}

/** Why two runs of one shard contradict each other. */
function againstTwin(
  one: ShardContent,
  twin: { path: string; content: ShardContent } | undefined,
): string | undefined {
  const results = ({ parts }: ShardContent) =>
    parts.map(({ slices }) => slices.map(({ seconds: _, ...result }) => result));
  if (twin === undefined || isDeepStrictEqual(results(one), results(twin.content))) {
    return undefined;
  }
  return `shard ${one.shard.index} has other results in ${twin.path}`;
}

function together(all: readonly ShardContent[]): Whole {
  const [first] = all;
  const cpus = [...new Set(all.map(({ machine }) => machine.cpu))].sort();
  return {
    quick: first!.quick,
    workers: all.reduce((sum, { workers }) => sum + workers, 0),
    machine: { ...first!.machine, cpu: cpus.join("; ") },
    parts: first!.parts.map((part, k) => ({
      ...part,
      slices: all.flatMap(({ parts }) => parts[k]!.slices),
    })),
    gaps: [...new Set(all.flatMap(({ gaps }) => gaps))],
  };
}
