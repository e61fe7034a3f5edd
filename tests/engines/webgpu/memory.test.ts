/**
 * What the WebGPU engine keeps: nothing over ten thousand calls; and what it does when memory is
 * short or the device goes away.
 */
import assert from "node:assert/strict";
import {
  webgpu,
  WebGpuDeviceLostError,
  WebGpuOutOfMemoryError,
} from "../../../kernels/engines/mod.ts";
import { BufferPool } from "../../../kernels/engines/webgpu/buffers.ts";
import { gpuTest } from "../../support/gpu.ts";
import { gpuMemory, mixedCalls } from "../../support/gpu_memory.ts";
import { equal, mixed } from "../../support/vectors.ts";

const vector = (length: number, seed = 1) => mixed("f32", length, seed) as Float32Array;

gpuTest("ten thousand mixed calls: resident memory is flat, nothing is retained", async () => {
  const seen = await gpuMemory();
  const { residentBefore, heapBefore, heapAfter } = seen;
  const [least, most] = [Math.min(...seen.resident), Math.max(...seen.resident)];
  console.log(
    `resident MiB after warm-up ${residentBefore.toFixed(1)}, over ${seen.calls} calls ${
      least.toFixed(1)
    } to ${most.toFixed(1)}; heap ${heapBefore.toFixed(1)} -> ${heapAfter.toFixed(1)}`,
  );
  assert.ok(seen.calls >= 10_000);
  assert.equal(seen.buffersInUse, 0);
  for (const now of seen.resident) {
    const change = Math.abs(now - residentBefore);
    assert.ok(change < 32, `resident memory went from ${residentBefore} to ${now} MiB`);
  }
  assert.ok(heapAfter - heapBefore < 2, `heap grew from ${heapBefore} to ${heapAfter} MiB`);
});

gpuTest("repeated calls make no encoder or bind group each", async (gpu) => {
  const { device } = gpu;
  const made = { encoders: 0, groups: 0, buffers: 0 };
  const { createCommandEncoder, createBindGroup, createBuffer } = device;
  device.createCommandEncoder = (...args) => {
    made.encoders++;
    return createCommandEncoder.apply(device, args);
  };
  device.createBindGroup = (...args) => {
    made.groups++;
    return createBindGroup.apply(device, args);
  };
  device.createBuffer = (...args) => {
    made.buffers++;
    return createBuffer.apply(device, args);
  };
  for (let round = 0; round < 5; round++) await mixedCalls(gpu, 0);
  Object.assign(made, { encoders: 0, groups: 0, buffers: 0 });
  await mixedCalls(gpu, 0);
  assert.deepEqual(made, { encoders: 1, groups: 0, buffers: 0 }); // 60 calls
});

gpuTest("every buffer is idle after calls that fail, and disposing destroys them", async (gpu) => {
  const x = vector(100);
  await assert.rejects(() => gpu.softplus(x, { beta: NaN }), RangeError);
  const lost = vector(100);
  const call = gpu.softplus(x, { out: lost });
  structuredClone(lost.buffer, { transfer: [lost.buffer as ArrayBuffer] });
  await assert.rejects(() => call, /softplus: out lost its memory/);
  assert.equal(gpu.buffersInUse, 0);
});

gpuTest("the pool: used again, bounded, destroyed", ({ device }) => {
  const pool = new BufferPool(device, 4096);
  const a = pool.take("storage", 1000);
  assert.ok(a.size >= 1000);
  pool.giveBack("storage", a);
  assert.equal(pool.take("storage", 1000), a);
  const b = pool.take("storage", 1000);
  assert.notEqual(b, a);
  assert.notEqual(pool.take("staging", 1000), a);
  assert.deepEqual([pool.live, pool.used], [3, 3]);
  const large = pool.take("storage", 10_000);
  pool.giveBack("storage", large); // more than may lie idle
  assert.equal(pool.live, 3);
  pool.giveBack("storage", a);
  pool.giveBack("storage", b);
  assert.deepEqual([pool.live, pool.used], [3, 1]);
  pool.clear();
  assert.deepEqual([pool.live, pool.used], [1, 1]);
  return Promise.resolve();
});

/** Makes the device report that it has no memory for buffers of so many bytes and more. */
function starve(device: GPUDevice, from: number): () => void {
  let starved = false;
  const { createBuffer, popErrorScope, pushErrorScope } = device;
  const filters: string[] = [];
  device.createBuffer = (descriptor) => {
    starved ||= descriptor.size >= from;
    return createBuffer.call(device, descriptor);
  };
  device.pushErrorScope = (filter) => {
    filters.push(filter);
    return pushErrorScope.call(device, filter);
  };
  device.popErrorScope = async () => {
    const hit = filters.pop() === "out-of-memory" && starved;
    const error = await popErrorScope.call(device);
    if (!hit) return error;
    starved = false;
    return new GPUOutOfMemoryError("not enough memory left");
  };
  return () => Object.assign(device, { createBuffer, popErrorScope, pushErrorScope });
}

gpuTest("out of memory is an error of its own, and the engine goes on", async (gpu) => {
  const x = vector(5000);
  const small = vector(50);
  const want = await gpu.softplus(small);
  const feed = starve(gpu.device, 10_000);
  const isShort = (error: unknown) =>
    error instanceof WebGpuOutOfMemoryError && /no memory left/.test(error.message);
  await assert.rejects(() => gpu.softplus(x), isShort);
  const a = gpu.upload(x);
  const b = gpu.softplus(a);
  await assert.rejects(() => b.read(), isShort); // what it was made from had no memory
  await assert.rejects(() => a.read(), isShort);
  equal(await gpu.softplus(small), want, small, "a call that fits");
  a.dispose();
  b.dispose();
  feed();
  assert.equal((await gpu.softplus(x)).length, 5000);
  await Promise.resolve();
  assert.equal(gpu.buffersInUse, 0);
});

gpuTest("memory that is not there spoils no call beside it", async (gpu) => {
  const small = vector(50);
  using a = gpu.upload(small);
  const { device } = gpu;
  const { createBuffer } = device;
  device.createBuffer = ({ size, ...rest }) =>
    createBuffer.call(device, { ...rest, size: size < 10_000 ? size : 2 ** 52 }); // no such buffer
  const large = gpu.upload(vector(5000));
  const results = await Promise.allSettled([
    gpu.softplus(a).read(),
    gpu.softplus(large).read(),
    large.read(),
    gpu.softplus(vector(5000)),
    gpu.sigmoid(small),
    gpu.sigmoid(a).read(),
  ]);
  device.createBuffer = createBuffer;
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected", "rejected", "fulfilled", "fulfilled"],
  );
  equal(await gpu.softplus(a).read(), await gpu.softplus(small), small, "goes on");
});

gpuTest("memory that was short is tried again without the idle buffers", async (gpu) => {
  const x = vector(5000);
  await gpu.softplus(vector(3000)); // leaves idle buffers
  let failures = 1;
  const { popErrorScope } = gpu.device;
  gpu.device.popErrorScope = async () => {
    const error = await popErrorScope.call(gpu.device);
    return failures-- > 0 ? new GPUOutOfMemoryError("once") : error;
  };
  const { destroy } = GPUBuffer.prototype;
  let freed = 0;
  GPUBuffer.prototype.destroy = function () {
    freed += this.size;
    return destroy.call(this);
  };
  let got: Float32Array;
  try {
    got = await gpu.softplus(x);
  } finally {
    GPUBuffer.prototype.destroy = destroy;
    gpu.device.popErrorScope = popErrorScope;
  }
  assert.ok(freed >= 4 * 5000 + 2 * 4 * 3000, `${freed}: the buffer in doubt, and two idle ones`);
  equal(got, await gpu.softplus(x), x, "after the second try");
});

gpuTest("a lost device rejects what waits, and the next call says what to do", async (gpu) => {
  const a = gpu.upload(vector(10));
  const isLost = (error: unknown) =>
    error instanceof WebGpuDeviceLostError && /make a new engine/.test(error.message);
  const waiting = [gpu.softplus(vector(100)), a.read()];
  const results = Promise.allSettled(waiting);
  gpu.device.destroy();
  for (const result of await results) {
    // Work that was done before the loss may still be delivered.
    if (result.status === "rejected") assert.ok(isLost(result.reason), `${result.reason}`);
  }
  await assert.rejects(() => gpu.softplus(vector(10)), isLost);
  assert.throws(() => gpu.upload(vector(1)), isLost);
  await assert.rejects(() => a.read(), isLost);
  a.dispose();
  await gpu.dispose();
  await using next = await webgpu();
  assert.equal((await next.sigmoid(new Float32Array(1)))[0], 0.5);
});

gpuTest("arrays that are forgotten are found by the garbage collector", async (gpu) => {
  const usedBefore = gpu.buffersInUse;
  for (let i = 0; i < 50; i++) gpu.upload(vector(64));
  assert.ok(gpu.buffersInUse >= usedBefore + 50);
  const began = performance.now();
  while (gpu.buffersInUse > usedBefore + 5 && performance.now() - began < 20_000) {
    for (let i = 0; i < 20; i++) new Array(2 ** 18).fill({});
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.ok(gpu.buffersInUse <= usedBefore + 5, `${gpu.buffersInUse} are still in use`);
});
