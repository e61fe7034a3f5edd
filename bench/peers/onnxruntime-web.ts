/**
 * ONNX Runtime's WebAssembly build, one thread. It copies into its memory and out of it in every
 * call. It takes output tensors, but leaves them as they were: results are allocated.
 */
import type { Implementation } from "./implementation.ts";
import { keepingGlobals } from "./globals.ts";
import { identify } from "./naming.ts";
import { threadsAtWork } from "../../lab/race/threads_at_work.ts";
import { type OnnxRuntime, Sessions, someWork } from "./onnx/sessions.ts";

/** The build for the CPU. */
export const onnxruntimeWeb: Implementation = {
  ...identify({ kind: "peer", library: "ORT web", precision: "", memory: "copied" }),
  includes: "output allocated, copies in and out",
  caveat: "ONNX Runtime in WebAssembly; a model of one node",
  async load() {
    // A worker made from a file has a location whose origin is "null", which the package, while it
    // loads, takes as the base of its URLs and fails; without a location it needs no base.
    const runtime = await keepingGlobals(() => {
      Reflect.deleteProperty(globalThis, "location");
      return import("onnxruntime-web/wasm");
    });
    runtime.env.wasm.numThreads = 1;
    runtime.env.logLevel = "error";
    const sessions = new Sessions(
      runtime as unknown as OnnxRuntime,
      { executionProviders: ["wasm"], logSeverityLevel: 3 },
      false,
    );
    await keepingGlobals(() => someWork(sessions));
    return {
      version: runtime.env.versions.web ?? runtime.env.versions.common,
      threads: await threadsAtWork("self", () => someWork(sessions)),
      prepare: (inputs) => sessions.prepare(inputs),
      dispose: () => sessions.dispose(),
    };
  },
};
