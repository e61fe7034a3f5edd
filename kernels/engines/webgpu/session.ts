/*
 * One device and what the engine keeps for it: buffers, pipelines, the work that is under way, and
 * what became of the device.
 */
import { Batch, type Pass } from "./batch.ts";
import { BetaUniforms } from "./beta.ts";
import { Bindings } from "./bindings.ts";
import { BufferPool, padded } from "./buffers.ts";
import type { OpenedDevice } from "./device.ts";
import { typedError, WebGpuDeviceLostError } from "./errors.ts";
import type { Piece, Work } from "./piece.ts";
import { Pipelines, workgroupSize } from "./pipelines.ts";
import type { Timer } from "./timer.ts";
import { nextTurn } from "./turn.ts";

/** Limits that tests make small. */
export interface SessionLimits {
  /** Bytes of a piece, a multiple of 256. */
  readonly pieceBytes: number;
  /** Workgroups in a dimension of a dispatch. */
  readonly workgroups: number;
}

/** The limits of a device. */
export function limitsOf(device: GPUDevice): SessionLimits {
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } =
    device.limits;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize, 2 ** 31);
  return { pieceBytes: Math.floor(most / 256) * 256, workgroups: maxComputeWorkgroupsPerDimension };
}

/** A device in use. */
export class Session {
  readonly device: GPUDevice;
  readonly limits: SessionLimits;
  readonly pool: BufferPool;
  readonly batch: Batch;
  /** Set while passes are timed. */
  timer: Timer | undefined;
  /** Whether the engine made the device: nobody else submits work to it unless told. */
  readonly owned: boolean;
  readonly #bindings: Bindings;
  readonly #pipelines: Pipelines;
  readonly #betas: BetaUniforms;
  /** Rejects what waits for the GPU when the device is lost. */
  readonly #waiting = new Set<(reason: Error) => void>();
  readonly #active = new Set<Promise<unknown>>();
  #lost: WebGpuDeviceLostError | undefined;
  #disposed = false;

  /**
   * @param opened the device, and whose it is
   * @param limits what fits into a piece and a dispatch
   */
  constructor({ device, owned }: OpenedDevice, limits: SessionLimits = limitsOf(device)) {
    this.device = device;
    this.limits = limits;
    this.pool = new BufferPool(device);
    const { maxStorageBufferBindingSize } = device.limits;
    this.#bindings = new Bindings(device, Math.floor(maxStorageBufferBindingSize / 16) * 16);
    this.batch = new Batch(this);
    this.owned = owned;
    this.#pipelines = new Pipelines(device, this.#bindings);
    this.#betas = new BetaUniforms(device);
    device.lost.then(({ reason, message }) => {
      if (this.#disposed) return;
      this.#lost = new WebGpuDeviceLostError(
        `webgpu: the GPU device was lost (${reason}${message ? `: ${message}` : ""}): ` +
          `its arrays are gone; make a new engine with await webgpu()`,
      );
      this.#waiting.forEach((reject) => reject(this.#lost!));
    });
  }

  /** Throws where the engine can no longer work. */
  assertUsable(method: string): void {
    if (this.#disposed) {
      throw new TypeError(
        `${method}: this webgpu engine was disposed; make a new one with await webgpu()`,
      );
    }
    if (this.#lost) throw new WebGpuDeviceLostError(`${method}: ${this.#lost.message}`);
  }

  /** Whether the engine was disposed or has lost its device: its memory is gone. */
  get ended(): boolean {
    return this.#disposed || this.#lost !== undefined;
  }

  /** Runs GPU commands; what the GPU says against them comes later, as a value, not a rejection. */
  scoped<T>(what: string, body: () => T): [T, Promise<Error | undefined>] {
    this.device.pushErrorScope("validation");
    this.device.pushErrorScope("out-of-memory");
    const pop = () => this.device.popErrorScope().catch(() => null);
    try {
      const value = body();
      const failure = Promise.all([pop(), pop()]).then(([memory, validation]) => {
        const error = memory ?? validation;
        return this.#lost ?? (error === null ? undefined : typedError(error, what));
      });
      return [value, failure];
    } catch (error) {
      pop();
      pop();
      throw error;
    }
  }

  /** Records kernels: in one compute pass, or, where somebody times them, in one each. */
  encode(encoder: GPUCommandEncoder, passes: readonly Pass[]): void {
    let open: GPUComputePassEncoder | undefined;
    for (const { work, parts } of passes) {
      if (open === undefined || this.timer !== undefined) {
        open?.end();
        open = encoder.beginComputePass(this.timer?.next() ?? {});
      }
      for (const pieces of parts) this.#dispatch(open, work, pieces);
    }
    open?.end();
  }

  /** One dispatch: inputs, then outputs, all of the same bytes. */
  #dispatch(pass: GPUComputePassEncoder, work: Work, pieces: readonly Piece[]): void {
    const distinct: Piece[] = [];
    const slots = pieces.map((piece) => {
      const known = distinct.findIndex((other) =>
        other.buffer === piece.buffer && other.offset === piece.offset
      );
      return known >= 0 ? known : distinct.push(piece) - 1;
    });
    const unit = Math.abs(work.beta) === 1;
    const { compiled, accesses } = this.#pipelines.get({
      ...work,
      beta: unit ? work.beta : NaN,
      slots,
    });
    pass.setPipeline(compiled);
    const whole = distinct.every(({ pooled }) => pooled);
    for (let slot = 0; slot < distinct.length; slot++) {
      pass.setBindGroup(slot, this.#bindings.piece(distinct[slot]!, accesses[slot]!, whole));
    }
    if (!unit) {
      const buffer = this.#betas.get(work.beta, work.format === "f32" ? 0x80000000 : 0x8000);
      pass.setBindGroup(distinct.length, this.#bindings.uniform(buffer));
    }
    // As near to a square as it takes: a long last row would compute in vain.
    const groups = Math.ceil(padded(pieces[0]!.bytes) / 16 / workgroupSize);
    const rows = Math.ceil(groups / this.limits.workgroups);
    pass.dispatchWorkgroups(Math.ceil(groups / rows), rows);
  }

  /** Hands finished commands to the GPU. */
  submit(encoder: GPUCommandEncoder): void {
    this.device.queue.submit([encoder.finish()]);
    this.#betas.trim();
  }

  /** Gives memory of the pool's back, once what uses it has been submitted. */
  giveBack(pieces: readonly Piece[]): void {
    for (const { buffer } of pieces) {
      if (this.ended) this.pool.destroy(buffer);
      else this.pool.giveBack("storage", buffer);
    }
  }

  /** The promise, or the loss of the device, whichever comes first. */
  untilLost<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#lost) reject(this.#lost);
      this.#waiting.add(reject);
      promise.then(resolve, async (error) => {
        // The loss that is behind an error may be told only in the next turn of the event loop.
        await nextTurn();
        reject(this.#lost ?? error);
      }).finally(() => this.#waiting.delete(reject));
    });
  }

  /** Counts a call as under way until it is settled. */
  track<T>(promise: Promise<T>): Promise<T> {
    this.#active.add(promise);
    const done = () => void this.#active.delete(promise);
    promise.then(done, done);
    return promise;
  }

  /** Waits for the calls under way and frees everything. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.batch.flush();
    this.#disposed = true;
    await Promise.allSettled(this.#active);
    this.pool.destroyAll();
    this.#betas.clear();
    this.timer?.destroy();
    if (this.owned) this.device.destroy();
  }
}
