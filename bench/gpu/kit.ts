/** The kit's WebGPU engine and the copy kernel as rows: what is timed, and by which clock. */
import type { GpuArray, WebGpuEngine } from "../../kernels/engines/mod.ts";
import packages from "../../deno.json" with { type: "json" };
import { CopyKernel, type GpuClock, sumOfPasses } from "./copy_kernel.ts";
import { identify, type Identity } from "../peers/naming.ts";
import { CPU_ROWS } from "./cpu.ts";
import { GPU_FUNCTIONS, type GpuFunction, type GpuInputs, type GpuRunner } from "./functions.ts";
import type { GpuImplementation } from "./implementation.ts";

/** The version of the kit. */
export const VERSION: string = packages.version;

/** What each clock includes, as the rows say. */
export const INCLUDES: Readonly<Record<GpuClock | "transfers", string>> = {
  kernel: "arrays on the GPU, kernel time by timestamp-query",
  completion: "arrays on the GPU, output given, from the first call to the end of the last",
  transfers: "upload and read-back, output given",
};

const WAIT = "a sample of many calls ends with one wait, which Deno rounds up to 10 ms";
const LATENCY = "each call waits for its result, which Deno rounds up to 10 ms";

const WEBGPU = { kind: "kit", library: "webgpu", engine: "webgpu", precision: "exact" } as const;

/** A row whose arrays are on the GPU. */
function onDevice<T extends Omit<Identity, "memory">>(
  one: T,
): T & { name: string; memory: "device" } {
  return identify({ ...one, memory: "device" as const });
}

/** All rows that need no other library. */
export const GPU_ROWS: readonly GpuImplementation[] = [
  ...(["kernel", "completion"] as const).flatMap((clock): GpuImplementation[] => [
    {
      ...onDevice({ kind: "floor", library: "WebGPU copy", precision: "", clock }),
      includes: INCLUDES[clock],
      does: () => true,
      prepare: copyRunner(clock),
      caveat: "moves the bytes of the function and computes nothing" +
        (clock === "completion" ? `; ${WAIT}` : ""),
    },
    {
      ...onDevice({ ...WEBGPU, clock }),
      includes: INCLUDES[clock],
      does: () => true,
      prepare: residentRunner(clock),
      ...(clock === "completion" && { caveat: WAIT }),
    },
    {
      ...onDevice({ ...WEBGPU, passes: 2, clock }),
      includes: INCLUDES[clock],
      does: (fn) => fn === "softplusWithGrad",
      prepare: residentRunner(clock, true),
      caveat: "softplus, then sigmoid" + (clock === "completion" ? `; ${WAIT}` : ""),
    },
  ]),
  {
    ...identify({ ...WEBGPU, memory: "copied", clock: "transfers" as const }),
    includes: INCLUDES.transfers,
    does: () => true,
    prepare: transferRunner,
    caveat: LATENCY,
  },
  ...CPU_ROWS,
];

function copyRunner(clock: GpuClock) {
  return async (gpu: WebGpuEngine, { fn, x }: GpuInputs): Promise<GpuRunner> => {
    const kernel = await CopyKernel.make(gpu.device, GPU_FUNCTIONS[fn], x.length);
    return { time: (calls) => kernel.time(calls, clock), dispose: () => kernel.destroy() };
  };
}

function residentRunner(clock: GpuClock, twoPasses = false) {
  return (gpu: WebGpuEngine, inputs: GpuInputs): GpuRunner => {
    const { fn } = inputs;
    const x = gpu.upload(inputs.x);
    const upstream = fn === "softplusBackward" ? gpu.upload(inputs.upstream) : x;
    const results: GpuArray<Float32Array>[] = [gpu.softplus(x)];
    if (fn === "softplusWithGrad") results.push(gpu.softplus(x));
    const [y, z] = results as [GpuArray<Float32Array>, GpuArray<Float32Array>];
    const calls: Readonly<Record<GpuFunction, () => void>> = {
      softplus: () => gpu.softplus(x, { out: y }),
      sigmoid: () => gpu.sigmoid(x, { out: y }),
      softplusBackward: () => gpu.softplusBackward(x, upstream, { out: y }),
      softplusWithGrad: () => gpu.softplusWithGrad(x, { out: { value: y, grad: z } }),
    };
    const call = !twoPasses ? calls[fn] : () => {
      gpu.softplus(x, { out: y });
      gpu.sigmoid(x, { out: z });
    };
    const passes = twoPasses ? 2 : 1;
    return {
      async time(count) {
        if (clock === "completion") {
          const began = performance.now();
          for (let i = 0; i < count; i++) call();
          await gpu.device.queue.onSubmittedWorkDone(); // the device's getter submits what waits
          return (performance.now() - began) * 1e6;
        }
        const timer = gpu.startTimer();
        try {
          return await sumOfPasses(timer, count * passes, (some) => {
            for (let i = 0; i < some; i += passes) call();
          });
        } finally {
          timer.stop();
        }
      },
      async output() {
        call();
        return await Promise.all(results.map((array) => array.read()));
      },
      dispose() {
        for (const array of new Set([x, upstream, ...results])) array.dispose();
      },
    };
  };
}

function transferRunner(gpu: WebGpuEngine, { fn, x, upstream }: GpuInputs): GpuRunner {
  const results = Array.from(
    { length: GPU_FUNCTIONS[fn].writes },
    () => new Float32Array(x.length),
  );
  const [out, grad] = results as [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>];
  const calls: Readonly<Record<GpuFunction, () => Promise<unknown>>> = {
    softplus: () => gpu.softplus(x, { out }),
    sigmoid: () => gpu.sigmoid(x, { out }),
    softplusBackward: () => gpu.softplusBackward(x, upstream, { out }),
    softplusWithGrad: () => gpu.softplusWithGrad(x, { out: { value: out, grad } }),
  };
  return {
    async time(count) {
      const began = performance.now();
      for (let i = 0; i < count; i++) await calls[fn]();
      return (performance.now() - began) * 1e6;
    },
    async output() {
      await calls[fn]();
      return results;
    },
    dispose() {},
  };
}
