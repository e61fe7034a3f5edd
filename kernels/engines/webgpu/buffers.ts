/*
 * GPU buffers, used again. A buffer that is dropped without destroy() is never reclaimed, and one
 * that is made anew for each call costs more than a small call's work; so buffers go round: taken
 * from the pool, given back, and destroyed where too many lie idle.
 *
 * A buffer may be given back while the GPU still works on it: whatever uses it next is submitted to
 * the same queue, later.
 */

/** What a buffer is for: kernels, or the way back to the CPU. */
export type BufferKind = "storage" | "staging";

// The values of GPUBufferUsage, fixed by the standard; the object itself is absent in some runtimes.
const MAP_READ = 1;
const COPY_SRC = 4;
const COPY_DST = 8;
/** Usage flag of a uniform buffer that is written from the CPU. */
export const UNIFORM: number = 64 | COPY_DST;
const STORAGE = 128;
const usages = { storage: STORAGE | COPY_SRC | COPY_DST, staging: MAP_READ | COPY_DST } as const;

/** Whether a foreign buffer can be an array of this engine. */
export function isStorage(usage: number): boolean {
  return (usage & STORAGE) !== 0;
}

/** The bytes that a kernel binds for so many bytes of data: whole vectors of four words. */
export function padded(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

/** Buffers of one device that wait to be used again. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #idle = {
    storage: new Map<number, GPUBuffer[]>(),
    staging: new Map<number, GPUBuffer[]>(),
  };
  readonly #idleLimit: number;
  readonly #largest: number;
  #idleBytes = 0;
  readonly #made = new Set<GPUBuffer>();

  /**
   * @param device the device that makes the buffers
   * @param idleLimit bytes that may lie idle
   */
  constructor(device: GPUDevice, idleLimit: number = 2 ** 28) {
    this.#device = device;
    this.#idleLimit = idleLimit;
    this.#largest = device.limits.maxBufferSize;
  }

  /** Buffers that were made and not destroyed, idle ones included. */
  get live(): number {
    return this.#made.size;
  }

  /** Whether a buffer was made here and not destroyed. */
  has(buffer: GPUBuffer): boolean {
    return this.#made.has(buffer);
  }

  /** Buffers that are in use. */
  get used(): number {
    let idle = 0;
    for (const lists of Object.values(this.#idle)) {
      for (const list of lists.values()) idle += list.length;
    }
    return this.#made.size - idle;
  }

  /** A buffer of at least so many bytes. Its content is what the last user left. */
  take(kind: BufferKind, bytes: number): GPUBuffer {
    return this.takeIdle(kind, bytes) ?? this.make(kind, bytes);
  }

  /** A buffer that is known to exist, or undefined where none of the size lies idle. */
  takeIdle(kind: BufferKind, bytes: number): GPUBuffer | undefined {
    const size = this.#sizeClass(bytes);
    const buffer = this.#idle[kind].get(size)?.pop();
    if (buffer !== undefined) this.#idleBytes -= size;
    return buffer;
  }

  /** A new buffer, whose memory may be lacking: an error scope tells. */
  make(kind: BufferKind, bytes: number): GPUBuffer {
    const buffer = this.#device.createBuffer({
      label: `softplus-kit ${kind}`,
      size: this.#sizeClass(bytes),
      usage: usages[kind],
    });
    this.#made.add(buffer);
    return buffer;
  }

  /** Takes a buffer back; staging buffers must be unmapped. */
  giveBack(kind: BufferKind, buffer: GPUBuffer): void {
    if (this.#idleBytes + buffer.size > this.#idleLimit) return this.destroy(buffer);
    const list = this.#idle[kind].get(buffer.size);
    if (list === undefined) this.#idle[kind].set(buffer.size, [buffer]);
    else list.push(buffer);
    this.#idleBytes += buffer.size;
  }

  /** Destroys a buffer that was taken; a second time does nothing. */
  destroy(buffer: GPUBuffer): void {
    if (this.#made.delete(buffer)) buffer.destroy();
  }

  /** Destroys all buffers, those in use as well. */
  destroyAll(): void {
    this.clear();
    for (const buffer of this.#made) this.destroy(buffer);
  }

  /** Destroys what lies idle. */
  clear(): void {
    for (const lists of Object.values(this.#idle)) {
      for (const list of lists.values()) list.forEach((buffer) => this.destroy(buffer));
      lists.clear();
    }
    this.#idleBytes = 0;
  }

  /** A few sizes, so that buffers fit again: four to each power of two, a fifth too large at most. */
  #sizeClass(bytes: number): number {
    const step = 2 ** Math.max(8, Math.floor(Math.log2(Math.max(bytes, 1))) - 2);
    const size = Math.ceil(bytes / step) * step || step;
    return size <= this.#largest ? size : Math.ceil(bytes / 256) * 256;
  }
}
