/** Callers of the WebGPU engine who do what they should not. */
import assert from "node:assert/strict";
import { Matrix, webgpu, WebGpuDeviceLostError } from "../../../kernels/engines/mod.ts";
import { makeEngine } from "../../../kernels/engines/webgpu.ts";
import { openDevice } from "../../../kernels/engines/webgpu/device.ts";
import { detached } from "../../support/garbage.ts";
import { gpuTest } from "../../support/gpu.ts";
import { equal, mixed } from "../../support/vectors.ts";

const vector = (length: number, seed = 1) => mixed("f32", length, seed) as Float32Array;

gpuTest("a shape cannot be changed afterwards", async (gpu) => {
  const shape: [number, number] = [2, 3];
  const buffer = gpu.device.createBuffer({ size: 32, usage: 128 | 4 });
  const a = gpu.wrap(buffer, shape);
  shape[0] = 1000;
  assert.equal(a.length, 6);
  assert.throws(() => (a.shape as [number, number])[0] = 1000, TypeError);
  assert.equal((await a.read()).rows, 2);
  buffer.destroy();
});

gpuTest("wrap refuses memory that the engine will use again", (gpu) => {
  using a = gpu.upload(vector(6));
  assert.throws(() => gpu.wrap(a.buffer, [6]), /wrap: buffer must be the caller's own/);
  return Promise.resolve();
});

gpuTest(
  "a wrapped buffer that is destroyed, mapped or foreign spoils its own calls only",
  async (gpu) => {
    const x = vector(64);
    const want = await gpu.softplus(x);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    await using other = await webgpu();
    const destroyed = gpu.device.createBuffer({ size: 256, usage });
    const mapped = gpu.device.createBuffer({ size: 256, usage, mappedAtCreation: true });
    const foreign = other.device.createBuffer({ size: 256, usage });
    destroyed.destroy();
    for (const buffer of [destroyed, mapped, foreign]) {
      const a = gpu.wrap(buffer, [64]);
      const beside = gpu.softplus(x);
      using y = gpu.softplus(a);
      const results = await Promise.allSettled([y.read(), a.read(), beside]);
      assert.deepEqual(results.map(({ status }) => status), ["rejected", "rejected", "fulfilled"]);
      equal(await beside, want, x, "beside");
    }
    equal(await gpu.softplus(x), want, x, "afterwards");
  },
);

gpuTest("upload refuses what has lost its memory", (gpu) => {
  const lost = /upload: x must have its memory/;
  assert.throws(() => gpu.upload(detached(vector(3))), lost);
  assert.throws(() => gpu.upload(detached(new Float16Array(3))), lost);
  const batch = new Matrix(vector(6), 2, 3);
  detached(batch.data);
  assert.throws(() => gpu.upload(batch), lost);
  return Promise.resolve();
});

gpuTest("an input that goes between two pieces is named", async (gpu) => {
  const opened = await openDevice({ device: gpu.device });
  await using small = makeEngine(opened, { pieceBytes: 256, workgroups: 1 });
  const x = vector(5000);
  const call = small.softplus(x);
  detached(x);
  await assert.rejects(() => call, /softplus: x lost its memory while the GPU worked/);
  assert.equal(small.buffersInUse, 0);
});

gpuTest("getters of options may dispose of the arrays, and of the engine", async (gpu) => {
  using y = gpu.upload(vector(5));
  const a = gpu.upload(vector(5));
  const out = {
    get value() {
      a.dispose();
      return y;
    },
    grad: y,
  };
  assert.throws(() => gpu.softplusWithGrad(a, { out }), /x must have its memory, got a disposed/);
  const short = await webgpu();
  using b = short.upload(vector(5));
  const ending = () => ({
    get beta() {
      void short.dispose();
      return 2;
    },
  });
  assert.throws(() => short.softplus(b, ending()), /disposed; make a new one/);
  const next = await webgpu();
  const call = next.softplus(vector(5), {
    get beta() {
      void next.dispose();
      return 2;
    },
  });
  await assert.rejects(() => call, /disposed; make a new one/);
});

gpuTest("on the caller's device, disposing of the engine frees arrays still held", async (gpu) => {
  const { device } = gpu;
  const engine = await webgpu({ device });
  const a = engine.upload(vector(100));
  const { buffer } = a;
  await engine.dispose();
  assert.equal(engine.buffersInUse, 0);
  device.pushErrorScope("validation");
  const encoder = device.createCommandEncoder();
  encoder.clearBuffer(buffer);
  device.queue.submit([encoder.finish()]);
  assert.match((await device.popErrorScope())?.message ?? "", /destroyed/);
  a.dispose(); // does nothing any more
  assert.equal(engine.buffersInUse, 0);
});

gpuTest("a timer ends with its engine and its device", async (gpu) => {
  const timer = gpu.startTimer();
  gpu.device.destroy();
  await gpu.device.lost;
  await new Promise((turn) => setTimeout(turn, 0));
  assert.throws(() => timer.read(), WebGpuDeviceLostError);
  const other = await webgpu();
  const second = other.startTimer();
  await other.dispose();
  assert.throws(() => second.read(), /timer.read: this webgpu engine was disposed/);
});
