/*
 * How long kernels take on the GPU itself, by timestamp-query. Where the device lacks the feature,
 * a timer does nothing and reports nothing: no branch at the calls.
 */

const QUERY_RESOLVE = 0x200;
const COPY_SRC = 4;
const COPY_DST = 8;
const MAP_READ = 1;

/** Times compute passes. */
export class Timer {
  readonly #device: GPUDevice;
  readonly #most: number;
  readonly #queries: GPUQuerySet | undefined;
  #passes = 0;

  /**
   * @param device the device of the passes
   * @param most passes that are timed; later ones are not
   */
  constructor(device: GPUDevice, most: number = 1024) {
    this.#device = device;
    this.#most = most;
    if (device.features.has("timestamp-query")) {
      this.#queries = device.createQuerySet({ type: "timestamp", count: 2 * most });
    }
  }

  /** The descriptor of the next pass. */
  next(): GPUComputePassDescriptor {
    if (this.#queries === undefined || this.#passes === this.#most) return {};
    const at = 2 * this.#passes++;
    const querySet = this.#queries;
    return {
      timestampWrites: {
        querySet,
        beginningOfPassWriteIndex: at,
        endOfPassWriteIndex: at + 1,
      },
    };
  }

  /** Nanoseconds of each pass since the last reading; undefined without the feature. */
  async read(): Promise<number[] | undefined> {
    if (this.#queries === undefined) return undefined;
    const count = 2 * this.#passes;
    this.#passes = 0;
    if (count === 0) return [];
    const size = 8 * count;
    const resolved = this.#device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
    const staging = this.#device.createBuffer({ size, usage: MAP_READ | COPY_DST });
    try {
      const encoder = this.#device.createCommandEncoder();
      encoder.resolveQuerySet(this.#queries, 0, count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
      this.#device.queue.submit([encoder.finish()]);
      await staging.mapAsync(1);
      const stamps = new BigUint64Array(staging.getMappedRange().slice(0));
      return Array.from(
        { length: count / 2 },
        (_, pass) => Number(stamps[2 * pass + 1]! - stamps[2 * pass]!),
      );
    } finally {
      resolved.destroy();
      staging.destroy();
    }
  }

  /** Frees the queries. */
  destroy(): void {
    this.#queries?.destroy();
  }
}
