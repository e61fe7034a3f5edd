/** The WebGPU engine under a test's fake timers: time stands still, the GPU does not. */
import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import { webgpu, type WebGpuEngine } from "../../../kernels/engines/mod.ts";
import { gpuTest } from "../../support/gpu.ts";
import { mixed } from "../../support/vectors.ts";

const vector = (length: number) => mixed("f32", length, 1) as Float32Array;
const { setTimeout, clearTimeout } = globalThis;

/** The promise, within ten seconds of true time. */
async function soon<T>(promise: Promise<T>): Promise<T> {
  let timer;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it hangs")), 10_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the body while every timer that the package knows is a fake one. */
async function withFakes(body: () => Promise<void>): Promise<void> {
  const clock = FakeTimers.install();
  try {
    assert.notEqual(globalThis.setTimeout, setTimeout);
    await body();
  } finally {
    clock.uninstall();
  }
}

/** Calls of both kinds, a timer and a loss. */
async function work(gpu: WebGpuEngine): Promise<Float32Array> {
  const x = vector(100);
  const y = await soon(gpu.softplus(x));
  using a = gpu.upload(x);
  using b = gpu.softplus(a);
  assert.deepEqual(await soon(b.read()), y);
  const timer = gpu.startTimer();
  gpu.sigmoid(a).dispose();
  await soon(timer.read());
  timer.stop();
  return y;
}

gpuTest("fake timers: calls settle while they are installed, and afterwards", async (gpu) => {
  const want = await work(gpu);
  await withFakes(async () => assert.deepEqual(await work(gpu), want));
  assert.deepEqual(await work(gpu), want);
});

gpuTest(
  "fake timers: an engine is made, used, lost and disposed of under them",
  () =>
    withFakes(async () => {
      const gpu = await soon(webgpu());
      await work(gpu);
      const calls = [gpu.softplus(vector(100)), gpu.upload(vector(10)).read()];
      const settled = Promise.allSettled(calls);
      gpu.device.destroy();
      for (const result of await soon(settled)) {
        // Work that was done before the loss may still be delivered.
        if (result.status === "rejected") assert.equal(result.reason.name, "WebGpuDeviceLostError");
      }
      await soon(gpu.dispose());
    }),
);

gpuTest("fake timers: the kit may be loaded under them", () =>
  withFakes(async () => {
    const file = "../../../dist/softplus.js?under-fake-timers";
    const kit = await import(file) as typeof import("../../../kernels/engines/mod.ts");
    const gpu = await soon(kit.webgpu());
    await work(gpu);
    await soon(gpu.dispose());
  }));
