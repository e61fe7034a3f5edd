/*
 * How kernels reach arrays: one bind group for each array, not one for each call. A bind group is
 * made once for a buffer of the pool and lives as long as the buffer, so that a call makes none.
 */
import { padded } from "./buffers.ts";
import type { Piece } from "./piece.ts";

const COMPUTE = 4; // GPUShaderStage.COMPUTE

/** What a kernel does with what it binds. */
export type Access = "read-only-storage" | "storage" | "uniform";

/** Bind groups that are kept for a buffer of the caller's, which may be wrapped in many ways. */
const most = 16;

/** The bind groups of one device. */
export class Bindings {
  readonly #device: GPUDevice;
  readonly #largest: number;
  readonly #layouts = new Map<Access, GPUBindGroupLayout>();
  readonly #groups = new WeakMap<GPUBuffer, Map<string, GPUBindGroup>>();

  /**
   * @param device the device of the buffers
   * @param largest bytes that a binding may have
   */
  constructor(device: GPUDevice, largest: number) {
    this.#device = device;
    this.#largest = largest;
  }

  /** The layout of a group that has one buffer. */
  layout(access: Access): GPUBindGroupLayout {
    let layout = this.#layouts.get(access);
    if (layout === undefined) {
      layout = this.#device.createBindGroupLayout({
        label: `softplus-kit ${access}`,
        entries: [{ binding: 0, visibility: COMPUTE, buffer: { type: access } }],
      });
      this.#layouts.set(access, layout);
    }
    return layout;
  }

  /**
   * The group of a piece.
   *
   * @param whole to bind the buffer to its end, whatever the length of the array: where all arrays
   *   of a call are the pool's, nothing else lies there, and one group serves every length
   */
  piece({ buffer, offset, bytes }: Piece, access: Access, whole: boolean): GPUBindGroup {
    const size = whole ? Math.min(buffer.size, this.#largest) : padded(bytes);
    return this.#get(buffer, offset, size, access);
  }

  /** The group of a uniform buffer. */
  uniform(buffer: GPUBuffer): GPUBindGroup {
    return this.#get(buffer, 0, buffer.size, "uniform");
  }

  #get(buffer: GPUBuffer, offset: number, size: number, access: Access): GPUBindGroup {
    let groups = this.#groups.get(buffer);
    if (groups === undefined) this.#groups.set(buffer, groups = new Map());
    const key = `${offset} ${size} ${access}`;
    let group = groups.get(key);
    if (group === undefined) {
      if (groups.size === most) groups.clear();
      group = this.#device.createBindGroup({
        layout: this.layout(access),
        entries: [{ binding: 0, resource: { buffer, offset, size } }],
      });
      groups.set(key, group);
    }
    return group;
  }
}
