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
  const { device } = engine;
  const kernels = new Kernels(device);
  const idle = new Map<number, GPUBuffer[]>();
  const buffers: GPUBuffer[] = [];
  let step: AdamStep = { rate: NaN, step: NaN };
  let how: GPUBuffer | undefined;

  function make(rows: number, columns: number): Resident {
    const size = Math.max(16, Math.ceil(rows * columns / 4) * 16);
    let buffer = idle.get(size)?.pop();
    if (buffer === undefined) {
      buffer = device.createBuffer({ size, usage: STORAGE });
      buffers.push(buffer);
    }
    return { rows, columns, buffer, array: engine.wrap(buffer, [rows, columns]) };
  }
  const groups = ({ rows, columns }: Shape): [number] => [
    Math.min(device.limits.maxComputeWorkgroupsPerDimension, Math.ceil(rows * columns / WIDTH)),
  ];

  return {
    name: engine.name,
    immediate: false,
    loss: stableLoss(),
    put({ data, rows, columns }) {
      if (!(data instanceof Float32Array)) {
        throw new TypeError("put: a matrix on the GPU must be of float32, got one of float64");
      }
      const made = make(rows, columns);
      kernels.flush(); // the buffer may be one that recorded work still reads
      device.queue.writeBuffer(made.buffer, 0, data as Float32Array<ArrayBuffer>);
      return made;
    },
    read(matrices) {
      kernels.flush();
      return Promise.all(matrices.map(({ array }) => array.read()));
    },
    release(matrices) {
      for (const { buffer } of matrices) {
        const free = idle.get(buffer.size) ?? [];
        idle.set(buffer.size, free);
        free.push(buffer);
      }
    },
    product(a, b, options: Product<Resident> = {}) {
      const { m, k, n } = productSizes(a, b, options);
      const { transposeA = false, transposeB = false, bias } = options;
      const out = make(m, n);
      const strides = [
        ...(transposeA ? [1, a.columns] : [a.columns, 1]),
        ...(transposeB ? [1, b.columns] : [b.columns, 1]),
      ];
      kernels.run(
        "product",
        kernels.constant(Uint32Array.of(m, k, n, bias ? 1 : 0, ...strides)),
        [a.buffer, b.buffer, (bias ?? b).buffer, out.buffer],
        [Math.ceil(n / TILE), Math.ceil(m / TILE)],
      );
      return out;
    },
    softplus(z) {
      const out = make(z.rows, z.columns);
      kernels.flush();
      engine.softplus(z.array, { out: out.array });
      return out;
    },
    softplusBackward(z, upstream) {
      checkSameShape("softplusBackward", "upstream", upstream, z);
      const out = make(z.rows, z.columns);
      kernels.flush();
      engine.softplusBackward(z.array, upstream.array, { out: out.array });
      return out;
    },
    lossGradient(z, y) {
      checkSameShape("lossGradient", "y", y, z);
      const p = make(z.rows, z.columns);
      const out = make(z.rows, z.columns);
      kernels.flush();
      engine.sigmoid(z.array, { out: p.array });
      const scale = kernels.constant(Float32Array.of(1 / z.rows));
      kernels.run("difference", scale, [p.buffer, y.buffer, out.buffer], groups(out));
      this.release([p]);
      return out;
    },
    adam(parameter, gradient, { mean, square }: Moments<Resident>, next) {
      checkSameShape("adam", "gradient", gradient, parameter);
      if (how === undefined || next.step !== step.step || next.rate !== step.rate) {
        const { beta1, beta2, epsilon } = ADAM;
        const unbiased = [1 / (1 - beta1 ** next.step), 1 / (1 - beta2 ** next.step)];
        how = kernels.changing(
          "adam",
          Float32Array.of(beta1, beta2, epsilon, next.rate, ...unbiased),
        );
        step = next;
      }
      kernels.run(
        "adam",
        how,
        [gradient.buffer, mean.buffer, square.buffer, parameter.buffer],
        groups(parameter),
      );
    },
    [Symbol.dispose]() {
      kernels.flush();
      kernels.destroy();
      for (const buffer of buffers) buffer.destroy();
    },
  };
}
