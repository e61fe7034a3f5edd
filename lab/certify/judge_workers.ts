/**
 * Binades of an implementation that a module exports, on several threads. A worker loads the very module that
 * this code is in, be that this file or the laboratory as one file, knows by its name what it is for, and
 * serves.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import type { Precision } from "../../kernels/bounds.ts";
import { adapt, type Adapted } from "../adapt.ts";
import { ImplementationError } from "../implementation.ts";
import { referenceOf } from "../oracle/reference.ts";
import { judgeSlice, makeSpace, type Part, type SliceTold } from "./judge.ts";

/** What workers are told once. */
export interface Work extends Part {
  readonly own: { readonly module: string; readonly name: string };
  /** As errors name it. */
  readonly called: string;
  readonly precision?: Precision;
  readonly timeout?: number;
}

/** What a worker answers; `failure` is what an implementation did wrong, `error` anything else. */
type Reply =
  | "loaded"
  | { readonly told: SliceTold }
  | { readonly failure: string }
  | { readonly error: string };

const NAME = "softplus-kit certify";

/** How many threads are worth it; 1 where there are no workers as browsers and Deno have them. */
export function workersFor(slices: number, asked: number = navigator.hardwareConcurrency): number {
  return typeof Worker === "function" ? Math.min(asked, slices) : 1;
}

/**
 * Judges slices on `count` threads, and hands over each as it comes.
 *
 * @throws {ImplementationError} what the implementation did wrong
 * @throws the signal's reason
 */
export async function judgeInWorkers(
  work: Work,
  slices: readonly number[],
  count: number,
  done: (told: SliceTold) => void,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const workers: Worker[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal!.reason);
  signal?.addEventListener("abort", stop, { once: true });
  let next = 0;
  let left = slices.length;
  try {
    for (let i = 0; i < count; i++) {
      const worker = new Worker(import.meta.url, { type: "module", name: NAME });
      workers.push(worker);
      const give = () => {
        if (next < slices.length) worker.postMessage(slices[next++]);
      };
      worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        if (data === "loaded") {
          worker.postMessage(work);
          return give();
        }
        if ("failure" in data) return reject(new ImplementationError(work.called, data.failure));
        if ("error" in data) return reject(new Error(data.error));
        done(data.told);
        if (--left === 0) resolve();
        else give();
      };
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`certify: a worker failed: ${event.message}`));
      };
    }
    await promise;
  } finally {
    signal?.removeEventListener("abort", stop);
    for (const worker of workers) worker.terminate();
  }
}

/** In a worker: the first message is the work, each that follows a slice. */
function serve(): void {
  let work: Work;
  let adapted: Promise<Adapted>;
  const space = makeSpace();
  let busy = Promise.resolve();
  const answer = async (slice: number) => {
    try {
      self.postMessage({ told: await judgeSlice(await adapted, slice, work, await space) });
    } catch (error) {
      const { message, stack } = error as Error;
      const prefix = `${work.called}: `;
      const failure = message.startsWith(prefix) ? message.slice(prefix.length) : message;
      self.postMessage(
        error instanceof ImplementationError ? { failure } : { error: stack ?? message },
      );
    }
  };
  self.onmessage = ({ data }: MessageEvent<Work | number>) => {
    if (typeof data === "number") busy = busy.then(() => answer(data));
    else {
      work = data;
      adapted = adaptOf(data);
      adapted.catch(() => {}); // every slice tells it
    }
  };
  const loaded: Reply = "loaded";
  self.postMessage(loaded);
}

async function adaptOf({ own, called, known, precision, timeout }: Work): Promise<Adapted> {
  const reference = await referenceOf(known);
  const options = { dtype: "f32", reference } as const;
  return await adapt(called, own, {
    ...options,
    ...(precision && { precision }),
    ...(timeout && { timeout }),
  });
}

const { name } = globalThis as { readonly name?: unknown };
if (name === NAME && typeof WorkerGlobalScope === "function") serve();
