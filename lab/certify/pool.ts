/**
 * Jobs on all cores: each worker gets the next one when it has done its last.
 *
 * @module
 */
import type { Job } from "./job.ts";

/** Thrown when the run was stopped from outside. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

type Reply<Result> = "loaded" | "ready" | "ended" | { job: number; result: Result } | {
  job: number;
  error: string;
};

/**
 * Runs every job on `count` workers and hands over the results as they come. `subjects` is the address of
 * the module that provides what is certified.
 *
 * @throws Stopped when the signal is given; what was handed over before is complete
 * @throws Error with the worker's stack when a job fails
 */
export async function runJobs<Result>(
  subjects: string,
  jobs: readonly Job[],
  count: number,
  done: (job: Job, result: Result) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) throw new Stopped("stopped");
  if (jobs.length === 0) return;
  const workers: Worker[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      let next = 0;
      let open = Math.min(count, jobs.length);
      const byId = new Map(jobs.map((job) => [job.id, job]));
      const stop = () => reject(new Stopped("stopped"));
      signal?.addEventListener("abort", stop, { once: true });
      for (let i = 0; i < Math.min(count, jobs.length); i++) {
        const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
        workers.push(worker);
        const give = () => {
          worker.postMessage(next < jobs.length ? jobs[next++] : "end");
        };
        worker.onmessage = async ({ data }: MessageEvent<Reply<Result>>) => {
          if (data === "loaded") return worker.postMessage({ subjects });
          if (data === "ready") return give();
          if (data === "ended") {
            if (--open > 0) return;
            signal?.removeEventListener("abort", stop);
            return resolve();
          }
          if ("error" in data) return reject(new Error(data.error));
          try {
            // The result first: when the last worker has ended, everything has been handed over.
            await done(byId.get(data.job)!, data.result);
            give();
          } catch (error) {
            reject(error);
          }
        };
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(`a worker failed: ${event.message}`));
        };
      }
    });
  } finally {
    for (const worker of workers) worker.terminate();
  }
}
