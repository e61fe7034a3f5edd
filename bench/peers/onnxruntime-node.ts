/**
 * ONNX Runtime's native build. Output tensors that are given are filled in place. Its threads spin for a
 * while after a call, as they do by default; the harness waits for that to end.
 */
import type { Implementation } from "./implementation.ts";
import { identify } from "./naming.ts";
import { threadsAtWork } from "../../lab/race/threads_at_work.ts";
import { type OnnxRuntime, Sessions, someWork } from "./onnx/sessions.ts";

/** On one thread and on all, each with its output given and allocated. */
export const onnxruntimeNode: readonly Implementation[] = ([1, "all"] as const).flatMap((threads) =>
  [true, false].map((given): Implementation => ({
    ...identify({
      kind: "peer",
      library: "ORT node",
      precision: "",
      memory: given ? "given" : "allocated",
      pool: threads === 1 ? "1" : "all",
    }, "given"),
    includes: given ? "output given" : "output allocated",
    caveat: "ONNX Runtime, native; a model of one node",
    async load() {
      const runtime = await import("onnxruntime-node");
      const sessions = new Sessions(
        runtime as unknown as OnnxRuntime,
        {
          executionProviders: ["cpu"],
          intraOpNumThreads: threads === "all" ? navigator.hardwareConcurrency : threads,
          interOpNumThreads: 1,
        },
        given,
      );
      await someWork(sessions);
      return {
        version: runtime.env.versions.node ?? runtime.env.versions.common,
        threads: await threadsAtWork("self", () => someWork(sessions)),
        prepare: (inputs) => sessions.prepare(inputs),
        dispose: () => sessions.dispose(),
      };
    },
  }))
);
