/**
 * ONNX Runtime's native build. Given output tensors are filled in place. Its threads spin for a
 * while after a call, as they do by default; the harness waits for that to end.
 */
import type { Implementation } from "../implementation.ts";
import { threadsAtWork } from "../threads_at_work.ts";
import { type OnnxRuntime, Sessions, someWork } from "./onnx/sessions.ts";

/** On one thread and on all. */
export const onnxruntimeNode: readonly Implementation[] = [1, navigator.hardwareConcurrency].map(
  (threads, i): Implementation => ({
    name: i === 0 ? "ORT node, 1 thread" : "ORT node, all threads",
    kind: "peer",
    library: "ORT node",
    precision: "",
    includes: "output given",
    caveat: "ONNX Runtime, native; a model of one node",
    async load() {
      const runtime = await import("onnxruntime-node");
      const options = {
        ...{ executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1 },
      };
      const sessions = new Sessions(runtime as unknown as OnnxRuntime, options, true);
      await someWork(sessions);
      return {
        version: runtime.env.versions.node ?? runtime.env.versions.common,
        threads: await threadsAtWork("self", () => someWork(sessions)),
        prepare: (inputs) => sessions.prepare(inputs),
        dispose: () => sessions.dispose(),
      };
    },
  }),
);
