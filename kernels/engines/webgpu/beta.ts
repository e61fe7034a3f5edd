/* A beta as the GPU takes it: integers, see kernels/beta.wgsl. */
import { ldexp } from "../../arithmetic.ts";
import { UNIFORM } from "./buffers.ts";

const view = new DataView(new ArrayBuffer(8));

/** The exponent of a positive number: 2^e <= x < 2^(e+1). */
function exponentOf(x: number): number {
  view.setFloat64(0, x);
  const field = view.getUint32(0) >>> 20;
  return field === 0 ? exponentOf(x * 2 ** 64) - 64 : field - 1023;
}

/** The struct Beta of kernels/beta.wgsl, as it lies in memory. */
export function betaParameters(beta: number, signBit: number): Uint32Array<ArrayBuffer> {
  const exponent = exponentOf(Math.abs(beta));
  const fraction = ldexp(Math.abs(beta), -exponent); // in [1, 2)
  const scaled = fraction * 2 ** 31;
  const significand = Math.floor(scaled);
  const rest = (scaled - significand) * 2 ** 32; // at most 21 bits of it are used: exact
  const inverse = Math.min(Math.round(2 ** 32 / fraction), 2 ** 32 - 1);
  return Uint32Array.of(
    beta < 0 ? signBit : 0,
    significand,
    rest,
    exponent,
    inverse,
    -exponent - 1,
    0,
    0,
  );
}

/** Uniform buffers, one for each beta that was used lately. */
export class BetaUniforms {
  readonly #device: GPUDevice;
  readonly #cache = new Map<string, GPUBuffer>();
  readonly #most: number;

  /**
   * @param device the device that holds them
   * @param most how many are kept
   */
  constructor(device: GPUDevice, most: number = 64) {
    this.#device = device;
    this.#most = most;
  }

  /** The buffer for a beta. */
  get(beta: number, signBit: number): GPUBuffer {
    const key = `${beta} ${signBit}`;
    let buffer = this.#cache.get(key);
    // Put last again: the first of a Map is then the one not used for longest.
    if (buffer !== undefined) this.#cache.delete(key);
    else buffer = this.#make(betaParameters(beta, signBit));
    this.#cache.set(key, buffer);
    return buffer;
  }

  #make(parameters: Uint32Array<ArrayBuffer>): GPUBuffer {
    const size = parameters.byteLength;
    const buffer = this.#device.createBuffer({ label: "softplus-kit beta", size, usage: UNIFORM });
    this.#device.queue.writeBuffer(buffer, 0, parameters);
    return buffer;
  }

  /** Destroys those beyond `most`; only after what uses them has been submitted. */
  trim(): void {
    for (const [key, buffer] of this.#cache) {
      if (this.#cache.size <= this.#most) return;
      buffer.destroy();
      this.#cache.delete(key);
    }
  }

  /** Destroys all of them. */
  clear(): void {
    for (const buffer of this.#cache.values()) buffer.destroy();
    this.#cache.clear();
  }
}
