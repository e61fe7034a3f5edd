/**
 * Training on the GPU. Batches, parameters and everything between them stay there; what comes back
 * is the logits of an epoch, in one go.
 */
import type { GpuArray, Matrix, WebGpuEngine } from "../../kernels/engines/mod.ts";
import { Kernels } from "./gpu/kernels.ts";
import { stableLoss } from "./loss.ts";
import {
  ADAM,
  type AdamStep,
  checkSameShape,
  type Moments,
  type Place,
  type Product,
  productSizes,
  type Shape,
} from "./place.ts";

/** A matrix in a buffer of this place, which the engine sees as its own. */
export interface Resident extends Shape {
  readonly buffer: GPUBuffer;
  readonly array: GpuArray<Matrix<Float32Array>>;
}

/** A GPU that trains; dispose of it before its engine. */
export interface GpuPlace extends Place<Resident>, Disposable {}

const STORAGE = 128 | 4 | 8; // GPUBufferUsage.STORAGE | COPY_SRC | COPY_DST
/** Rows and columns of c that one workgroup of the product makes: 8 x 8 invocations, 4 x 4 each. */
const TILE = 32;
/** Invocations of a workgroup of the other kernels. */
const WIDTH = 64;

/** Makes a place of an engine: the kit's functions on it, the rest by kernels of this folder. */
export function gpu(engine: WebGpuEngine): GpuPlace {
  return new Gpu(engine);
}

class Gpu implements GpuPlace {
  readonly name: string;
  readonly immediate = false;
  readonly loss = stableLoss();
  readonly #engine: WebGpuEngine;
  readonly #device: GPUDevice;
  readonly #kernels: Kernels;
  /** Buffers that were released, by size. */
  readonly #idle = new Map<number, GPUBuffer[]>();
  readonly #buffers: GPUBuffer[] = [];
  #step: AdamStep = { rate: NaN, step: NaN };
  /** The uniform of that step. */
  #how: GPUBuffer | undefined;

  constructor(engine: WebGpuEngine) {
    this.name = engine.name;
    this.#engine = engine;
    this.#device = engine.device;
    this.#kernels = new Kernels(engine.device);
  }

  put({ data, rows, columns }: Matrix): Resident {
    if (!(data instanceof Float32Array)) {
      throw new TypeError("put: a matrix on the GPU must be of float32, got one of float64");
    }
    const made = this.#make(rows, columns);
    this.#kernels.flush(); // the buffer may be one that recorded work still reads
    this.#device.queue.writeBuffer(made.buffer, 0, data as Float32Array<ArrayBuffer>);
    return made;
  }

  read(matrices: readonly Resident[]): Promise<readonly Matrix[]> {
    this.#kernels.flush();
    return Promise.all(matrices.map(({ array }) => array.read()));
  }

  release(matrices: readonly Resident[]): void {
    for (const { buffer } of matrices) {
      const free = this.#idle.get(buffer.size) ?? [];
      this.#idle.set(buffer.size, free);
      free.push(buffer);
    }
  }

  product(a: Resident, b: Resident, options: Product<Resident> = {}): Resident {
    const { m, k, n } = productSizes(a, b, options);
    const { transposeA = false, transposeB = false, bias } = options;
    const out = this.#make(m, n);
    const strides = [
      ...(transposeA ? [1, a.columns] : [a.columns, 1]),
      ...(transposeB ? [1, b.columns] : [b.columns, 1]),
    ];
    this.#kernels.run(
      "product",
      this.#kernels.constant(Uint32Array.of(m, k, n, bias ? 1 : 0, ...strides)),
      [a.buffer, b.buffer, (bias ?? b).buffer, out.buffer],
      [Math.ceil(n / TILE), Math.ceil(m / TILE)],
    );
    return out;
  }

  softplus(z: Resident): Resident {
    const out = this.#make(z.rows, z.columns);
    this.#kernels.flush();
    this.#engine.softplus(z.array, { out: out.array });
    return out;
  }

  softplusBackward(z: Resident, upstream: Resident): Resident {
    checkSameShape("softplusBackward", "upstream", upstream, z);
    const out = this.#make(z.rows, z.columns);
    this.#kernels.flush();
    this.#engine.softplusBackward(z.array, upstream.array, { out: out.array });
    return out;
  }

  lossGradient(z: Resident, y: Resident): Resident {
    checkSameShape("lossGradient", "y", y, z);
    const p = this.#make(z.rows, z.columns);
    const out = this.#make(z.rows, z.columns);
    this.#kernels.flush();
    this.#engine.sigmoid(z.array, { out: p.array });
    const scale = this.#kernels.constant(Float32Array.of(1 / z.rows));
    this.#kernels.run("difference", scale, [p.buffer, y.buffer, out.buffer], this.#groups(out));
    this.release([p]);
    return out;
  }

  adam(
    parameter: Resident,
    gradient: Resident,
    { mean, square }: Moments<Resident>,
    next: AdamStep,
  ): void {
    checkSameShape("adam", "gradient", gradient, parameter);
    this.#kernels.run(
      "adam",
      this.#uniformOf(next),
      [gradient.buffer, mean.buffer, square.buffer, parameter.buffer],
      this.#groups(parameter),
    );
  }

  [Symbol.dispose](): void {
    this.#kernels.flush();
    this.#kernels.destroy();
    for (const buffer of this.#buffers) buffer.destroy();
  }

  #make(rows: number, columns: number): Resident {
    const size = Math.max(16, Math.ceil(rows * columns / 4) * 16);
    let buffer = this.#idle.get(size)?.pop();
    if (buffer === undefined) {
      buffer = this.#device.createBuffer({ size, usage: STORAGE });
      this.#buffers.push(buffer);
    }
    return { rows, columns, buffer, array: this.#engine.wrap(buffer, [rows, columns]) };
  }

  /** The workgroups of the kernels that go through a matrix number by number. */
  #groups({ rows, columns }: Shape): [number] {
    const most = this.#device.limits.maxComputeWorkgroupsPerDimension;
    return [Math.min(most, Math.ceil(rows * columns / WIDTH))];
  }

  /** What the kernel of Adam needs to know of a step, the same for all parameters. */
  #uniformOf(next: AdamStep): GPUBuffer {
    if (
      this.#how !== undefined && next.step === this.#step.step && next.rate === this.#step.rate
    ) return this.#how;
    const { beta1, beta2, epsilon } = ADAM;
    const unbiased = [1 / (1 - beta1 ** next.step), 1 / (1 - beta2 ** next.step)];
    this.#step = next;
    this.#how = this.#kernels.changing(
      "adam",
      Float32Array.of(beta1, beta2, epsilon, next.rate, ...unbiased),
    );
    return this.#how;
  }
}
