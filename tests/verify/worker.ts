/**
 * A worker of the verification: gets slices, sends back what they told.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { proveJob } from "./screen_proof.ts";
import { type Job, runJob, unload } from "./slice.ts";

self.onmessage = async ({ data }: MessageEvent<Job | "end">) => {
  if (data === "end") {
    await unload();
    return self.postMessage("ended");
  }
  try {
    self.postMessage({
      job: data.id,
      result: data.proof ? await proveJob(data.slice, data.proof) : await runJob(data),
    });
  } catch (error) {
    self.postMessage({
      job: data.id,
      error: error instanceof Error ? error.stack ?? error.message : String(error),
    });
  }
};

// Messages that arrive while the modules above are still being loaded would be lost.
self.postMessage("ready");
