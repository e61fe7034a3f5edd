/**
 * The floor: a WebGPU kernel that moves the bytes of a function and computes nothing. Of two inputs
 * it writes the exclusive or, so that both are read; with two outputs it writes both.
 */
import { Timer } from "../../kernels/engines/webgpu/timer.ts";
import type { Traffic } from "./functions.ts";

const WORKGROUP = 256;
/** Passes of a timer that are read at once. */
const CHUNK = 512;

const STORAGE = 128 | 4 | 8; // STORAGE, COPY_SRC, COPY_DST

function shader({ reads, writes }: Traffic): string {
  const binding = (access: string, name: string, at: number) =>
    `@group(0) @binding(${at}) var<storage, ${access}> ${name}: array<vec4<u32>>;`;
  const inputs = ["a", "b"].slice(0, reads);
  const outputs = ["y", "z"].slice(0, writes);
  return `
${inputs.map((name, k) => binding("read", name, k)).join("\n")}
${outputs.map((name, k) => binding("read_write", name, reads + k)).join("\n")}
@compute @workgroup_size(${WORKGROUP})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * ${WORKGROUP}u + local;
  if (i >= arrayLength(&y)) { return; }
  let value = ${inputs.map((name) => `${name}[i]`).join(" ^ ")};
${outputs.map((name) => `  ${name}[i] = value;`).join("\n")}
}`;
}

/** Which clock: that of the GPU, or ours from the first call to the end of the last one's work. */
export type GpuClock = "kernel" | "completion";

/** The kernel with memory of its own. */
export class CopyKernel {
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;
  readonly #buffers: GPUBuffer[] = [];
  readonly #pieces: { readonly group: GPUBindGroup; readonly x: number; readonly y: number }[] = [];

  /**
   * Makes the buffers and fills the inputs with what is not zero.
   *
   * @param elements a multiple of 4
   * @throws {Error} the GPU has no memory for them
   */
  static async make(device: GPUDevice, traffic: Traffic, elements: number): Promise<CopyKernel> {
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory");
    const kernel = new CopyKernel(device, traffic, elements);
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const error = errors.find((one) => one !== null);
    if (!error) return kernel;
    kernel.destroy();
    throw new Error(`the copy kernel got no memory: ${error.message || error.constructor.name}`);
  }

  private constructor(device: GPUDevice, traffic: Traffic, elements: number) {
    this.#device = device;
    this.#pipeline = device.createComputePipeline({
      layout: "auto",
      compute: { module: device.createShaderModule({ code: shader(traffic) }), entryPoint: "main" },
    });
    const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } =
      device.limits;
    const most = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 256) * 256;
    const content = [1, 2].map((k) => new Uint32Array(2 ** 18).fill(0x3f800000 + k));
    for (let from = 0; from < 4 * elements; from += most) {
      const size = Math.min(most, 4 * elements - from);
      const buffers = Array.from(
        { length: traffic.reads + traffic.writes },
        () => device.createBuffer({ size, usage: STORAGE }),
      );
      this.#buffers.push(...buffers);
      for (let k = 0; k < traffic.reads; k++) {
        const words = content[k]!;
        for (let at = 0; at < size; at += words.byteLength) {
          const count = Math.min(words.length, (size - at) / 4);
          device.queue.writeBuffer(buffers[k]!, at, words, 0, count);
        }
      }
      const group = device.createBindGroup({
        layout: this.#pipeline.getBindGroupLayout(0),
        entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
      });
      const groups = Math.ceil(size / 16 / WORKGROUP);
      const y = Math.ceil(groups / maxComputeWorkgroupsPerDimension);
      this.#pieces.push({ group, x: Math.ceil(groups / y), y });
    }
  }

  #submit(calls: number, timer?: Timer): void {
    const encoder = this.#device.createCommandEncoder();
    let pass: GPUComputePassEncoder | undefined;
    for (let call = 0; call < calls; call++) {
      if (pass === undefined || timer !== undefined) {
        pass?.end();
        pass = encoder.beginComputePass(timer?.next() ?? {});
        pass.setPipeline(this.#pipeline);
      }
      for (const { group, x, y } of this.#pieces) {
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(x, y);
      }
    }
    pass?.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  /** Nanoseconds of so many calls. */
  async time(calls: number, clock: GpuClock): Promise<number> {
    if (clock === "completion") {
      const began = performance.now();
      for (let left = calls; left > 0; left -= CHUNK) this.#submit(Math.min(CHUNK, left));
      await this.#device.queue.onSubmittedWorkDone();
      return (performance.now() - began) * 1e6;
    }
    const timer = new Timer(this.#device);
    try {
      return await sumOfPasses(timer, calls, (some) => this.#submit(some, timer));
    } finally {
      timer.destroy();
    }
  }

  /** The last output, or its last piece, for a test that it is written. */
  get lastOutput(): GPUBuffer {
    return this.#buffers.at(-1)!;
  }

  /** Frees the memory. */
  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }
}

/** The nanoseconds that a timer gives for so many passes, submitted in chunks that it can hold. */
export async function sumOfPasses(
  timer: { read(): Promise<number[] | undefined> },
  calls: number,
  submit: (some: number) => void,
): Promise<number> {
  let sum = 0;
  for (let left = calls; left > 0; left -= CHUNK) {
    const some = Math.min(CHUNK, left);
    submit(some);
    const passes = await timer.read();
    if (passes?.length !== some) {
      throw new Error(`the timer gave ${passes?.length ?? "no"} times for ${some} passes`);
    }
    for (const ns of passes) sum += ns;
  }
  if (sum === 0 && calls >= 4096) throw new Error("the timestamps of this GPU do not advance");
  return sum;
}
