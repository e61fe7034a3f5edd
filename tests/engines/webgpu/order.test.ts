/** Faults of the WebGPU engine that few calls show: how work is cut, ordered and reused, and beta. */
import assert from "node:assert/strict";
import { scalar, webgpu, type WebGpuEngine } from "../../../kernels/engines/mod.ts";
import { makeEngine } from "../../../kernels/engines/webgpu.ts";
import { betaParameters } from "../../../kernels/engines/webgpu/beta.ts";
import { BufferPool } from "../../../kernels/engines/webgpu/buffers.ts";
import { openDevice } from "../../../kernels/engines/webgpu/device.ts";
import { bound } from "../../../kernels/bounds.ts";
import { gpuTest } from "../../support/gpu.ts";
import { equal, mixed } from "../../support/vectors.ts";

const vector = (length: number, seed = 1) => mixed("f32", length, seed) as Float32Array;

/** Elements that a workgroup computes. */
const group = 1024;

gpuTest("a dispatch of several rows of workgroups reaches every element", async (gpu) => {
  const opened = await openDevice({ device: gpu.device });
  const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  const dispatched: number[][] = [];
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...counts) {
    dispatched.push(counts as number[]);
    return dispatchWorkgroups.apply(this, counts);
  };
  try {
    for (const [groups, workgroups] of [[5, 2], [5, 3], [7, 3], [9, 4], [13, 5], [3, 7]] as const) {
      const pieceBytes = 4 * group * groups;
      await using small = makeEngine(opened, { pieceBytes, workgroups });
      for (const beside of [-1, 0, 1]) {
        for (const whole of [1, groups - 1, groups, 2 * groups]) {
          const x = vector(whole * group + beside);
          equal(await small.softplus(x), await gpu.softplus(x), x, `${groups} ${workgroups}`);
          using a = small.upload(x);
          const both = small.softplusWithGrad(a);
          equal(await both.grad.read(), await gpu.sigmoid(x), x, `${groups} ${workgroups}`);
        }
      }
      // All below the engine's own limit, and together no row more than it takes.
      for (const [columns, rows] of dispatched.splice(0)) {
        assert.ok(columns! <= 65535 && rows! <= 65535);
      }
      await small.softplus(vector(groups * group));
      const [[columns, rows]] = dispatched.splice(0) as [[number, number]];
      assert.ok(columns <= workgroups, `${columns} of ${workgroups} workgroups in a row`);
      assert.ok(columns * rows >= groups && columns * (rows - 1) < groups, `${columns} x ${rows}`);
    }
  } finally {
    GPUComputePassEncoder.prototype.dispatchWorkgroups = dispatchWorkgroups;
  }
});

/** What the caller copies out of a buffer with a submission of its own. */
function copied(device: GPUDevice, buffer: GPUBuffer, length: number): Promise<Float32Array> {
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
  const staging = device.createBuffer({ size: 4 * length, usage });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4 * length);
  device.queue.submit([encoder.finish()]);
  return (async () => {
    await staging.mapAsync(GPUMapMode.READ);
    const got = new Float32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    return got;
  })();
}

/** Ways in which the caller comes to hold the buffer of an output, before the calls. */
const outputs: Record<string, (gpu: WebGpuEngine, device: GPUDevice) => unknown> = {
  "the buffer of an array": (gpu) => {
    const y = gpu.upload(vector(64, 2));
    return { y, buffer: y.buffer };
  },
  "the buffer of a result": (gpu) => {
    const y = gpu.softplus(gpu.upload(vector(64, 2)));
    return { y, buffer: y.buffer };
  },
  "a wrapped buffer": (gpu, device) => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ size: 256, usage });
    return { y: gpu.wrap(buffer, [64]), buffer };
  },
};

for (const [name, make] of Object.entries(outputs)) {
  gpuTest(`the caller's submission comes after the calls before it: ${name}`, async (owner) => {
    const { device } = owner;
    await using guest = await webgpu({ device });
    const x = vector(64);
    const want = [await owner.softplus(x), await owner.sigmoid(x)] as const;
    for (const gpu of [owner, guest]) {
      const idle = [gpu.upload(x), gpu.upload(x)]; // there is memory for two more results
      for (const array of idle) await array.read();
      using a = gpu.upload(x);
      const { y, buffer } = make(gpu, device) as { y: typeof a; buffer: GPUBuffer };
      await y.read(); // everything about it is known
      idle.forEach((array) => array.dispose());
      gpu.softplus(a, { out: y });
      const first = copied(device, buffer, 64);
      gpu.sigmoid(a, { out: y });
      const second = copied(device, buffer, 64);
      const both = gpu.softplusWithGrad(a, { out: { value: a, grad: y } });
      const third = copied(device, buffer, 64);
      equal(await first, want[0], x, "after the first call");
      equal(await second, want[1], x, "after the second");
      equal(await third, want[1], x, "after value and gradient");
      equal(await both.value.read(), want[0], x, "in place");
      // After a call that could have waited, for all that it needs is known to exist.
      equal(await a.read(), want[0], x, "a");
      using b = gpu.softplus(a);
      gpu.sigmoid(b, { out: y });
      const fourth = copied(device, buffer, 64);
      using late = gpu.sigmoid(b);
      const fifth = copied(device, late.buffer, 64); // asked for only now
      equal(await fifth, await late.read(), x, "a result's own buffer");
      equal(await fourth, await gpu.sigmoid(await gpu.softplus(want[0])), x, "a chain");
      // As an input: what the caller writes into it now is seen now.
      device.queue.writeBuffer(buffer, 0, x.slice());
      using z = gpu.softplus(y);
      device.queue.writeBuffer(buffer, 0, new Float32Array(64));
      equal(await z.read(), want[0], x, "what was written before the call");
      y.dispose();
    }
  });
}

gpuTest(
  "a read is of its moment, though the caller writes into the buffer in the same turn",
  async (owner) => {
    const { device } = owner;
    await using guest = await webgpu({ device });
    const x = vector(64);
    for (const gpu of [owner, guest]) {
      using y = gpu.upload(x);
      const { buffer } = y;
      await y.read(); // everything about it is known
      const before = y.read();
      device.queue.writeBuffer(buffer, 0, new Float32Array(64));
      equal(await before, x, x, "before");
      assert.ok((await y.read()).every((v) => v === 0), "after");
    }
  },
);

gpuTest("the pool: twenty rounds in turn make one buffer, whatever the limit", ({ device }) => {
  for (const kind of ["storage", "staging"] as const) {
    const pool = new BufferPool(device, 4096);
    const first = pool.take(kind, 1000);
    for (let round = 0; round < 20; round++) {
      pool.giveBack(kind, first);
      assert.equal(pool.take(kind, 1000), first, `round ${round}`);
    }
    // Several at once, as many as the limit holds.
    const four = Array.from({ length: 4 }, () => pool.take(kind, 1000));
    for (let round = 0; round < 20; round++) {
      four.forEach((buffer) => pool.giveBack(kind, buffer));
      assert.deepEqual(new Set(four.map(() => pool.take(kind, 1000))), new Set(four));
    }
    // What was cleared away does not count as idle.
    four.forEach((buffer) => pool.giveBack(kind, buffer));
    pool.clear();
    const others = Array.from({ length: 4 }, () => pool.take(kind, 1000));
    others.forEach((buffer) => pool.giveBack(kind, buffer));
    assert.ok(others.every((buffer) => pool.has(buffer)));
    pool.destroyAll();
  }
  return Promise.resolve();
});

const betas = [8.077935673179012e-28, 1, -1, Math.PI, 1 / 3, -0.1, 1e300, 5e-324, 2 ** -1040 * 1.7];

Deno.test("beta reaches the GPU with all its bits", () => {
  const subnormal = [5e-324, -(2 ** -1023), 1.7 * 2 ** -1040];
  for (const beta of [...betas, 1 + 2 ** -52, 2 - 2 ** -52, Number.MAX_VALUE, ...subnormal]) {
    const [sign, significand, rest, exponent] = betaParameters(beta, 0x80000000);
    const digits = significand! * 2 ** -31 + rest! * 2 ** -63; // in [1, 2), exact
    const power = exponent! | 0;
    const half = Math.trunc(power / 2);
    assert.ok(digits >= 1 && digits < 2, `${beta}: ${digits}`);
    assert.equal(digits * 2 ** half * 2 ** (power - half), Math.abs(beta));
    assert.equal(sign, beta < 0 ? 0x80000000 : 0);
  }
});

gpuTest("softplus with a beta of 53 bits stays within its promise", async (gpu) => {
  for (const beta of betas.filter((beta) => Math.abs(beta) > 1e-37 && Math.abs(beta) < 1e37)) {
    // From the smallest normal result on: with a small beta its beta * x lies far below -87.
    const lowest = Math.log(2 ** -126 * Math.abs(beta));
    const x = new Float32Array(2 ** 15)
      .map((_, i) => (lowest + i / 2 ** 15 * (20 - lowest)) / beta);
    const got = await gpu.softplus(x, { beta });
    const exact = scalar.softplus(Float64Array.from(x), { beta }); // within 2 ULP of float64
    const promised = bound("f32", "exact", beta, "webgpu", "softplus");
    for (let i = 0; i < x.length; i++) {
      const want = exact[i]!;
      const power = Math.max(Math.floor(Math.log2(Math.abs(Math.fround(want)))), -126);
      const error = Math.abs(got[i]! - want) / 2 ** (power - 23);
      assert.ok(!(error > promised + 1e-6), `beta=${beta} x=${x[i]}: ${error} ULP`);
    }
  }
});
