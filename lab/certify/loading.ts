/** Subjects as a worker has them: each loaded once. */
import { type Elementwise, type LoadedSubject, subjectOf } from "./subject.ts";
import type { Target, UnaryName } from "./types.ts";

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

const loaded = new Map<string, Promise<LoadedSubject>>();

/** A subject, loaded once in each worker. */
export function load(id: string): Promise<LoadedSubject> {
  let promise = loaded.get(id);
  if (promise === undefined) loaded.set(id, promise = present(id));
  return promise;
}

async function present(id: string): Promise<LoadedSubject> {
  const subject = await subjectOf(id).load();
  if ("gap" in subject) throw new Error(`${id}: ${subject.gap}`);
  return subject;
}

/** Frees what the subjects of this worker hold: processes, devices. */
export async function unload(): Promise<void> {
  for (const promise of loaded.values()) await (await promise).dispose?.();
  loaded.clear();
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
