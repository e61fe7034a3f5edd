/**
 * TensorFlow.js on its three backends. Tensors stay in the backend, as users of the library keep
 * them; "arrays" makes the tensor from an array and reads the result back in every call.
 *
 * One backend is current at a time, and a tensor of another would be moved: so every sample selects
 * its backend, and the clock, which is this file's own, starts after that.
 */
import type { FloatArray } from "../plans/cases.ts";
import type { Implementation, Inputs, Loaded } from "./implementation.ts";
import type { Gap, Runner } from "../../lab/implementation.ts";
import { runtimeFolder } from "../../lab/runtime_folder.ts";
import { threadsAtWork } from "../../lab/race/threads_at_work.ts";
import { wakeUp } from "../../lab/race/waking_pools.ts";
import { keepingGlobals } from "./globals.ts";
import { identify } from "./naming.ts";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";

type TensorFlow = typeof import("@tensorflow/tfjs-core");
type Backend = "cpu" | "wasm" | "webgpu";

/** The rows: each backend with tensors, and WebAssembly with arrays. */
export const tfjs: readonly Implementation[] = [
  row("cpu", false, "tensors stay, output allocated"),
  row("wasm", false, "tensors stay, output allocated"),
  row("wasm", true, "output allocated, copies in and out"),
  row("webgpu", false, "input stays, output allocated, read-back"),
];

function row(backend: Backend, arrays: boolean, includes: string): Implementation {
  const identity = identify({
    kind: "peer",
    // On a GPU it is another library to whoever looks for the fastest of each.
    library: backend === "webgpu" ? "tfjs webgpu" : "tfjs",
    engine: backend,
    form: backend === "webgpu" ? "" : backend,
    precision: "",
    memory: arrays ? "copied" : "resident",
  }, "resident");
  return { ...identity, includes, load: () => loadBackend(backend, arrays) };
}

async function loadBackend(backend: Backend, arrays: boolean): Promise<Loaded | Gap> {
  let adapter: string | undefined;
  if (backend === "webgpu") {
    const found = await withRuntimeFolder(async () => await navigator.gpu?.requestAdapter());
    if (!found) {
      return {
        gap: "no WebGPU adapter here; a software one comes with apt-get install " +
          "mesa-vulkan-drivers",
      };
    }
    adapter = found.info.description || found.info.vendor || "an unnamed adapter";
  }
  const tf = await silently(() => import("@tensorflow/tfjs-core"));
  await silently(() => importBackend(backend));
  if (!await silently(() => withRuntimeFolder(() => tf.setBackend(backend)))) {
    return { gap: `backend ${backend} of TensorFlow.js did not start` };
  }
  const x = await silently(async () =>
    await tf.tensor1d(Float32Array.from({ length: 1_000_000 }, (_, i) => i % 4001 / 200 - 10))
  );
  const threads = await threadsAtWork("self", async () => {
    for (const began = performance.now(); performance.now() - began < 40;) {
      const y = tf.sigmoid(x);
      if (backend === "webgpu") await y.data();
      y.dispose();
    }
  });
  x.dispose();
  return {
    version: tf.version_core + (adapter === undefined ? "" : ` on ${adapter}`),
    ...(adapter !== undefined && { adapter }),
    // With a software adapter the "GPU" is threads of this process.
    threads,
    prepare: (inputs) => prepare(tf, backend, arrays, inputs),
  };
}

/** Mesa complains on the terminal where this variable is not set, and needs it for nothing here. */
async function withRuntimeFolder<T>(work: () => Promise<T>): Promise<T> {
  const name = "XDG_RUNTIME_DIR";
  const folder = runtimeFolder();
  if (Deno.env.get(name) !== undefined || folder === undefined) return await work();
  Deno.env.set(name, folder);
  try {
    return await work();
  } finally {
    Deno.env.delete(name);
  }
}

async function importBackend(backend: Backend): Promise<void> {
  if (backend === "cpu") await import("@tensorflow/tfjs-backend-cpu");
  if (backend === "webgpu") await import("@tensorflow/tfjs-backend-webgpu");
  if (backend === "wasm") {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    // The folder of the package, in which its .wasm files lie.
    setWasmPaths(new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm")).pathname);
  }
}

/** The library advertises another package on the console; a progress bar is there already. */
async function silently<T>(work: () => Promise<T>): Promise<T> {
  const { warn, info } = console;
  console.warn = console.info = () => {};
  try {
    return await keepingGlobals(work);
  } finally {
    Object.assign(console, { warn, info });
  }
}

function prepare(
  tf: TensorFlow,
  backend: Backend,
  arrays: boolean,
  { case: { fn, dtype }, x, value }: Inputs,
): Runner | Gap {
  if (dtype === "f64") return { gap: "no float64" };
  const compute = formula(tf, fn);
  if (!compute) return { gap: `TensorFlow.js has no ${fn}` };
  const source = (fn === "softplusGradKnown" ? value! : x) as Float32Array;
  // A copy: the cpu backend keeps the very array that it is given.
  tf.setBackend(backend);
  const resident = arrays ? undefined : tf.tensor1d(source.slice());
  const onGpu = backend === "webgpu";
  let results: FloatArray[] = [];
  const step = (): Tensor[] => {
    const input = resident ?? tf.tensor1d(source);
    const tensors = compute(input);
    if (arrays) input.dispose();
    return tensors;
  };
  const release = (tensors: readonly Tensor[]) => {
    for (const tensor of tensors) tensor.dispose();
  };
  const readBack = (tensors: readonly Tensor[]) =>
    Promise.all(tensors.map((tensor) => tensor.data() as Promise<Float32Array>));
  /** What is timed; it returns a promise only where the results are on a GPU. */
  const call = (): Promise<void> | void => {
    const tensors = step();
    if (onGpu) return readBack(tensors).then(() => release(tensors));
    if (arrays) { for (const tensor of tensors) tensor.dataSync(); }
    release(tensors);
  };
  return {
    async run() {
      await tf.setBackend(backend);
      const tensors = step();
      results = (await readBack(tensors)).map((data) => data.slice());
      release(tensors);
    },
    async time(calls, wake = 0) {
      await tf.setBackend(backend);
      if (wake > 0) await wakeUp(call, wake);
      const began = performance.now();
      for (let i = 0; i < calls; i++) {
        const pending = call();
        if (pending) await pending;
      }
      return (performance.now() - began) * 1e6;
    },
    output: () => results,
    dispose() {
      tf.setBackend(backend);
      resident?.dispose();
      results = [];
    },
  };
}

function formula(tf: TensorFlow, fn: string): ((x: Tensor1D) => Tensor[]) | undefined {
  switch (fn) {
    case "softplus":
      return (x) => [tf.softplus(x)];
    case "softplusGrad":
    case "sigmoid":
      return (x) => [tf.sigmoid(x)];
    case "softplusWithGrad":
      return (x) => [tf.softplus(x), tf.sigmoid(x)];
    case "softplusGradKnown":
      return (y) => [tf.tidy(() => tf.neg(tf.expm1(tf.neg(y))))];
  }
}
