/**
 * What training needs on the GPU and the kit does not have: a matrix product, a difference, a step
 * of the optimiser. They run on the engine's own device, on buffers that the engine wraps.
 *
 * Kernels collect in one command encoder until somebody else, the engine, is to submit work on the
 * same buffers: `flush` comes before.
 */
import product from "./product.wgsl" with { type: "text" };
import difference from "./difference.wgsl" with { type: "text" };
import adam from "./adam.wgsl" with { type: "text" };

const UNIFORM = 64 | 8; // GPUBufferUsage.UNIFORM | COPY_DST

/** The name of a kernel. */
export type KernelName = "product" | "difference" | "adam";

const SOURCES: Readonly<Record<KernelName, string>> = { product, difference, adam };

/** The kernels on one device. */
export class Kernels {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<KernelName, GPUComputePipeline>();
  readonly #constants = new Map<string, GPUBuffer>();
  readonly #changing = new Map<KernelName, GPUBuffer>();
  #encoder: GPUCommandEncoder | undefined;

  /** @param device of the engine */
  constructor(device: GPUDevice) {
    this.#device = device;
    for (const [name, code] of Object.entries(SOURCES)) {
      const pipeline = device.createComputePipeline({
        label: name,
        layout: "auto",
        compute: { module: device.createShaderModule({ label: name, code }) },
      });
      this.#pipelines.set(name as KernelName, pipeline);
    }
  }

  /** Records a kernel: a uniform, then storage buffers, as its bindings are numbered. */
  run(
    name: KernelName,
    uniform: GPUBuffer,
    storage: readonly GPUBuffer[],
    groups: readonly [number, number?],
  ): void {
    const pipeline = this.#pipelines.get(name)!;
    this.#encoder ??= this.#device.createCommandEncoder();
    const pass = this.#encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      this.#device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [uniform, ...storage].map((buffer, binding) => ({
          binding,
          resource: { buffer },
        })),
      }),
    );
    pass.dispatchWorkgroups(...groups as [number, number]);
    pass.end();
  }

  /** Submits what was recorded. */
  flush(): void {
    if (this.#encoder === undefined) return;
    this.#device.queue.submit([this.#encoder.finish()]);
    this.#encoder = undefined;
  }

  /** A uniform that never changes, made once for each content. */
  constant(values: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>): GPUBuffer {
    const key = `${values instanceof Uint32Array} ${values.join()}`;
    let buffer = this.#constants.get(key);
    if (buffer === undefined) {
      buffer = this.#uniform(values.byteLength);
      this.#device.queue.writeBuffer(buffer, 0, values);
      this.#constants.set(key, buffer);
    }
    return buffer;
  }

  /** The uniform of a kernel that changes; what was recorded before still sees the old content. */
  changing(name: KernelName, values: Float32Array<ArrayBuffer>): GPUBuffer {
    this.flush();
    let buffer = this.#changing.get(name);
    if (buffer === undefined) {
      buffer = this.#uniform(values.byteLength);
      this.#changing.set(name, buffer);
    }
    this.#device.queue.writeBuffer(buffer, 0, values);
    return buffer;
  }

  /** Frees the uniforms. */
  destroy(): void {
    for (const buffer of [...this.#constants.values(), ...this.#changing.values()]) {
      buffer.destroy();
    }
  }

  #uniform(bytes: number): GPUBuffer {
    const size = Math.ceil(bytes / 16) * 16;
    return this.#device.createBuffer({ size, usage: UNIFORM });
  }
}
