/**
 * A worker of the verification: loads the module that provides the subjects, whose address it gets first,
 * then gets slices, and sends back what they told.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { proveJob } from "./screen_proof.ts";
import type { Job } from "./job.ts";
import { unload } from "./loading.ts";
import { runJob } from "./slice.ts";

self.onmessage = async ({ data }: MessageEvent<Job | "end" | { readonly subjects: string }>) => {
  if (data === "end") {
    await unload();
    return self.postMessage("ended");
  }
  if ("subjects" in data) {
    await import(data.subjects);
    return self.postMessage("ready");
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
self.postMessage("loaded");
