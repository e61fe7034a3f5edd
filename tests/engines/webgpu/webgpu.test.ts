/**
 * What only the WebGPU engine has: arrays that stay on the GPU, foreign buffers, pieces, refusals.
 * The functions themselves are tested with those of the other engines.
 */
import assert from "node:assert/strict";
import {
  GpuArray,
  Matrix,
  webgpu,
  type WebGpuEngine,
  WebGpuUnavailableError,
} from "../../../kernels/engines/mod.ts";
import { openDevice } from "../../../kernels/engines/webgpu/device.ts";
import { makeEngine } from "../../../kernels/engines/webgpu.ts";
import { gpuTest } from "../../support/gpu.ts";
import { equal, mixed } from "../../support/vectors.ts";

const vector = (length: number, seed = 1) => mixed("f32", length, seed) as Float32Array;

gpuTest("a chain on the GPU is what the calls on arrays give", async (gpu) => {
  const x = vector(1001);
  using a = gpu.upload(x);
  using b = gpu.softplus(a);
  using c = gpu.sigmoid(b, { beta: 0.5 });
  assert.ok(c instanceof GpuArray);
  assert.deepEqual([...c.shape], [1001]);
  const want = await gpu.sigmoid(await gpu.softplus(x), { beta: 0.5 });
  equal(await c.read(), want, x, "chain");
  equal(await a.read(), x, x, "the input is as it was");
  using back = gpu.softplusBackward(a, b);
  equal(await back.read(), await gpu.softplusBackward(x, await gpu.softplus(x)), x, "backward");
  const both = gpu.softplusWithGrad(a);
  using value = both.value;
  using grad = both.grad;
  equal(await value.read(), await gpu.softplus(x), x, "value");
  equal(await grad.read(), await gpu.sigmoid(x), x, "grad");
  using log = gpu.logSigmoid(a);
  equal(await log.read(), await gpu.logSigmoid(x), x, "logSigmoid");
});

gpuTest(
  "value and gradient in one pass have the bits of their parts, over 4 million floats",
  async (gpu) => {
    // A compiler fuses float operations otherwise where their operands are used once more.
    const x = new Float32Array(2 ** 22);
    const bits = new Uint32Array(x.buffer);
    for (const sign of [0, 0x80000000]) {
      // From 2^-13 to 104, the magnitudes on which results depend.
      bits.forEach((_, i) => bits[i] = (sign | 0x39000000 + 39 * i) >>> 0);
      const { value, grad } = await gpu.softplusWithGrad(x);
      equal(value, await gpu.softplus(x), x, "value");
      equal(grad, await gpu.sigmoid(x), x, "grad");
    }
  },
);

gpuTest("out on the GPU: another array, x itself, the upstream", async (gpu) => {
  const x = vector(77);
  const up = vector(77, 2);
  using a = gpu.upload(x);
  using u = gpu.upload(up);
  using other = gpu.upload(new Float32Array(77));
  assert.equal(gpu.softplus(a, { out: other }), other);
  equal(await other.read(), await gpu.softplus(x), x, "out");
  assert.equal(gpu.softplusBackward(a, u, { out: u }), u);
  equal(await u.read(), await gpu.softplusBackward(x, up), x, "out = upstream");
  using same = gpu.softplusBackward(a, a);
  equal(await same.read(), await gpu.softplusBackward(x, x), x, "x = upstream");
  const pair = { value: other, grad: a };
  const result = gpu.softplusWithGrad(a, { out: pair });
  assert.deepEqual([result.value, result.grad], [other, a]);
  equal(await a.read(), await gpu.sigmoid(x), x, "grad = x");
  equal(await other.read(), await gpu.softplus(x), x, "value");
});

gpuTest("a read gives the content of its moment", async (gpu) => {
  const x = vector(33);
  const a = gpu.upload(x);
  const first = a.read();
  gpu.softplus(a, { out: a });
  const second = a.read();
  a.dispose();
  using b = gpu.upload(new Float32Array(33).fill(9)); // may get the memory of a
  equal(await first, x, x, "before");
  equal(await second, await gpu.softplus(x), x, "after");
  assert.ok((await b.read()).every((v) => v === 9));
  // The same where all memory is known to exist, so that the read could wait for the end of the turn.
  const third = b.read();
  gpu.softplus(b, { out: b });
  assert.ok((await third).every((v) => v === 9), "before, in one turn");
});

gpuTest("memory that is given back serves only what is called later", async (gpu) => {
  const x = vector(300);
  const want = await gpu.softplus(x);
  gpu.upload(x).dispose(); // the pool has memory of this size
  for (let turn = 0; turn < 3; turn++) {
    const a = gpu.upload(x);
    const y = gpu.softplus(a);
    a.dispose();
    using b = gpu.upload(new Float32Array(300).fill(9)); // in the same turn, before any submission
    using z = gpu.sigmoid(b);
    equal(await y.read(), want, x, "the call came before");
    equal(await z.read(), await gpu.sigmoid(await b.read()), x, "and this one after");
    y.dispose();
  }
});

gpuTest("a thousand calls in one turn keep their order", async (gpu) => {
  using a = gpu.upload(new Float32Array([0.5]));
  const reads: Promise<Float32Array>[] = [];
  for (let k = 0; k < 1000; k++) {
    gpu.softplus(a, { out: a });
    if (k % 100 === 99) reads.push(a.read());
  }
  const got = (await Promise.all(reads)).map(([value]) => value);
  const want: (number | undefined)[] = [];
  let x = new Float32Array([0.5]);
  for (let k = 0; k < 200; k++) {
    x = await gpu.softplus(x);
    if (k % 100 === 99) want.push(x[0]);
  }
  assert.deepEqual(got.slice(0, 2), want);
  for (let k = 1; k < got.length; k++) assert.ok(got[k]! > got[k - 1]!); // softplus(x) > x
});

gpuTest("what the caller submits comes after the calls before it", async (gpu) => {
  const x = vector(64);
  using a = gpu.upload(x);
  using warm = gpu.softplus(a);
  await warm.read();
  using y = gpu.softplus(a);
  const { device } = gpu;
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
  const staging = device.createBuffer({ size: 256, usage });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(y.buffer, 0, staging, 0, 256);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const got = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  equal(got, await gpu.softplus(x), x, "copied by the caller");
});

gpuTest("a Matrix keeps its shape on the GPU; empty arrays have one, too", async (gpu) => {
  using a = gpu.upload(Matrix.from([[1, 2, 3], [4, 5, 6]]));
  using b = gpu.softplus(a);
  const y = await b.read();
  assert.ok(y instanceof Matrix);
  assert.deepEqual([y.rows, y.columns, b.length], [2, 3, 6]);
  for (const x of [new Float32Array(0), new Matrix(new Float32Array(0), 0, 3)]) {
    using none = gpu.upload(x);
    using result = gpu.sigmoid(none);
    const read = await result.read();
    assert.equal(Matrix.is(read) ? read.data.length : read.length, 0);
  }
});

gpuTest("wrap: the caller's buffer is an array, and stays the caller's", async (gpu) => {
  const { device } = gpu;
  const x = vector(6);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ size: 32, usage });
  device.queue.writeBuffer(buffer, 0, x.slice());
  const a = gpu.wrap(buffer, [6]);
  using b = gpu.softplus(a);
  equal(await b.read(), await gpu.softplus(x), x, "from a wrapped buffer");
  gpu.sigmoid(a, { out: a });
  const rows = gpu.wrap(buffer, [2, 3]);
  const y = await rows.read();
  assert.deepEqual([y.rows, y.columns], [2, 3]);
  equal(y.data, await gpu.sigmoid(x), x, "into a wrapped buffer");
  a.dispose();
  rows.dispose();
  assert.equal(gpu.wrap(buffer, [6]).buffer, buffer);
  device.queue.writeBuffer(buffer, 0, x.slice()); // it is not destroyed
  equal(await gpu.wrap(buffer, [6]).read(), x, x, "still alive");
  assert.throws(() => gpu.wrap(buffer, [9]), /wrap: buffer must have at least 48 bytes/);
  const five = device.createBuffer({ size: 20, usage }); // kernels take whole vectors
  assert.throws(() => gpu.wrap(five, [5]), /wrap: buffer must have at least 32 bytes/);
  five.destroy();
  const bad = gpu.wrap as (...args: unknown[]) => unknown;
  assert.throws(() => bad({}, [1]), TypeError);
  assert.throws(() => bad(buffer, [1.5]), RangeError);
  assert.throws(() => bad(buffer, 6), RangeError);
  assert.throws(() => bad(buffer, [1, 2, 3]), RangeError);
  const uniform = device.createBuffer({ size: 32, usage: GPUBufferUsage.UNIFORM });
  assert.throws(() => gpu.wrap(uniform, [6]), /STORAGE/);
  buffer.destroy();
  uniform.destroy();
});

gpuTest("a device of the caller's is used and left alone", async (other) => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  const x = vector(10);
  {
    await using gpu = await webgpu({ device });
    assert.equal(gpu.device, device);
    equal(await gpu.softplus(x), await other.softplus(x), x, "works");
  }
  device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE }).destroy();
  await using again = await webgpu({ device });
  assert.equal((await again.sigmoid(new Float32Array(1)))[0], 0.5);
});

gpuTest("beyond the limits of bindings and dispatches the work is done in pieces", async (gpu) => {
  const opened = await openDevice({ device: gpu.device });
  for (const pieceBytes of [256, 1024, 4096]) {
    await using small = makeEngine(opened, { pieceBytes, workgroups: pieceBytes === 256 ? 1 : 2 });
    for (const length of [1, 63, 64, 65, 127, 129, 1024, 5003]) {
      const x = vector(length);
      const up = vector(length, 2);
      for (const beta of [1, 2.5]) {
        equal(await small.softplus(x, { beta }), await gpu.softplus(x, { beta }), x, "softplus");
      }
      const both = await small.softplusWithGrad(x);
      equal(both.value, await gpu.softplus(x), x, "value");
      equal(both.grad, await gpu.sigmoid(x), x, "grad");
      using a = small.upload(x);
      using u = small.upload(up);
      using y = small.softplusBackward(a, u);
      small.softplus(a, { out: a });
      equal(await y.read(), await gpu.softplusBackward(x, up), x, "backward on the GPU");
      equal(await a.read(), await gpu.softplus(x), x, "in place on the GPU");
      if (4 * length > pieceBytes) assert.throws(() => y.buffer, RangeError);
    }
  }
});

gpuTest("foreign, disposed and unfit arguments are refused, with names", async (gpu) => {
  await using other = await webgpu();
  using a = gpu.upload(vector(6));
  using foreign = other.upload(vector(6));
  using short = gpu.upload(vector(5));
  using batch = gpu.upload(new Matrix(vector(6), 2, 3));
  const gone = gpu.upload(vector(6));
  gone.dispose();
  gone.dispose();
  const call = gpu as unknown as Record<string, (...args: unknown[]) => unknown>;
  const refused: [unknown[], typeof TypeError | typeof RangeError, RegExp][] = [
    [[foreign], TypeError, /softplusBackward: x .*another/],
    [[gone, a], TypeError, /\bx .*disposed/],
    [[a, gone], TypeError, /upstream .*disposed/],
    [[a, foreign], TypeError, /upstream .*another/],
    [[a, short], RangeError, /upstream must be a GpuArray of f32, 6 as x, got .* 5/],
    [[a, batch], RangeError, /upstream .*2 x 3/],
    [[a, vector(6)], TypeError, /upstream .*Float32Array/],
    [[a], TypeError, /upstream/],
    [[a, a, { out: vector(6) }], RangeError, /\bout .*Float32Array/],
    [[a, a, { out: short }], RangeError, /\bout /],
    [[a, a, { beta: 0 }], RangeError, /beta/],
    [[a, a, { precision: "rough" }], RangeError, /precision/],
  ];
  for (const [args, type, message] of refused) {
    assert.throws(
      () => call.softplusBackward!(...args),
      (error) => error instanceof type && message.test(error.message),
      `${message}`,
    );
  }
  assert.throws(() => call.softplusWithGrad!(a, { out: { value: batch, grad: a } }), RangeError);
  assert.throws(() => call.softplusWithGrad!(a, { out: { value: a, grad: a } }), /overlap/);
  assert.throws(() => call.softplusWithGrad!(a, { out: 1 }), /out must be { value, grad }/);
  const takes = /x must be a Float32Array, a Float16Array, a Matrix of one of them or a GpuArray/;
  for (const wrong of [1, "a", null, undefined, [1], new Int32Array(2), new Float64Array(2)]) {
    await assert.rejects(async () => await call.softplus!(wrong), takes);
    await assert.rejects(async () => await call.softplusBackward!(wrong, wrong), takes);
    await assert.rejects(
      async () => await call.softplusBackward!(vector(2), wrong),
      /upstream must be an array or Matrix as x, got /,
    );
  }
  await assert.rejects(async () => await call.softplus!(1), /got 1: WGSL has no float64/);
  await assert.rejects(async () => await call.softplus!(new Float64Array(2)), /float64/);
  await assert.rejects(
    async () => await call.softplus!(new Matrix(new Float64Array(2), 1, 2)),
    /float64/,
  );
  await assert.rejects(async () => await call.softplus!(vector(6), { out: a }), RangeError);
  assert.throws(() => call.upload!(new Float64Array(2)), /upload: x must be/);
  assert.throws(() => call.upload!([1]), TypeError);
  await assert.rejects(() => gone.read(), /disposed/);
  assert.throws(() => gone.buffer, /disposed/);
});

gpuTest("after dispose every call says so; what was under way is finished", async () => {
  const gpu = await webgpu();
  const a = gpu.upload(vector(6));
  const pending = gpu.softplus(vector(9));
  await gpu.dispose();
  await gpu.dispose();
  assert.equal((await pending).length, 9);
  const disposed = /disposed; make a new one/;
  await assert.rejects(() => gpu.softplus(vector(1)), disposed);
  assert.throws(() => gpu.softplus(a), disposed);
  assert.throws(() => gpu.upload(vector(1)), disposed);
  assert.throws(() => gpu.startTimer(), disposed);
  await assert.rejects(() => a.read(), disposed);
  a.dispose();
});

Deno.test("without WebGPU, or without an adapter, webgpu() says what is missing", async () => {
  const navigator = Object.getOwnPropertyDescriptor(globalThis, "navigator")!;
  const pretend = async (gpu: unknown, message: RegExp) => {
    Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
    try {
      await assert.rejects(
        () => webgpu(),
        (error) => error instanceof WebGpuUnavailableError && message.test(error.message),
      );
    } finally {
      Object.defineProperty(globalThis, "navigator", navigator);
    }
  };
  await pretend(undefined, /navigator\.gpu is missing.*mesa-vulkan-drivers/);
  await pretend(
    { requestAdapter: () => Promise.resolve(null) },
    /no GPU adapter.*mesa-vulkan-drivers/,
  );
  await pretend({ requestAdapter: () => Promise.reject(new Error("broken")) }, /broken/);
  const limits = { maxBufferSize: 1, maxStorageBufferBindingSize: 1 };
  const adapter = {
    limits,
    info: { vendor: "acme", architecture: "", device: "", description: "" },
    features: new Set(),
    requestDevice: () => Promise.reject(new Error("no device today")),
  };
  await pretend({ requestAdapter: () => Promise.resolve(adapter) }, /acme.*no device today/);
});

Deno.test("webgpu() refuses options that are none", async () => {
  const make = webgpu as unknown as (options: unknown) => Promise<WebGpuEngine>;
  await assert.rejects(() => make(null), TypeError);
  await assert.rejects(() => make(1), TypeError);
  await assert.rejects(() => make({ powerPreference: "most" }), /powerPreference.*"most"/);
  await assert.rejects(() => make({ device: {} }), /device must be a GPUDevice/);
});
