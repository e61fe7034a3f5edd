/*
 * Workers, and the slots of shared memory through which they get their work.
 *
 * A worker that ends, or that keeps a piece for two seconds, is replaced, and its piece is computed
 * again from the caller's arrays, which are written only when a piece is done.
 */
import type { FloatArray } from "../matrix.ts";
import { bestBuild } from "../wasm/module.ts";
import { createRunner } from "../wasm/runner.ts";
import { type Port, startWorker } from "./port.ts";
import { counter, field, type Orders, partsOf, state, work } from "./worker.ts";

/** A part of a call that fits in a slot. */
export interface Piece {
  readonly kernel: string;
  readonly beta: number;
  /** Whether the numbers are float64. */
  readonly wide: boolean;
  /** Elements. */
  readonly count: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Copies the inputs into the slot. */
  fill(parts: readonly FloatArray[]): void;
  /** Copies the outputs out of it. */
  take(parts: readonly FloatArray[]): void;
  /** Computes the piece on the calling thread, without the slot. */
  compute(): void;
}

/** Bytes of a slot; three slots for each worker keep it busy while results are copied. */
export const slotBytes: number = 2 ** 19;
const slotsPerWorker = 3;

/** A piece that stays where it is for so many ticks has lost its worker. */
const patience = 4;
const tick = 500;
/** A piece is tried so many times. */
const attempts = 3;

interface Pending {
  readonly piece: Piece;
  tried: number;
  /** The state that the last tick saw, and for how many ticks. */
  seen: number;
  since: number;
  done(): void;
  fail(error: Error): void;
}

/** The source text of a worker. */
const source = (): string => `
listen((orders) => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });
  const runner = (${createRunner})(orders.module, memory);
  answer("ready");
  (${work})(orders, runner, ${partsOf});
});`;

/** The workers and the slots. */
export class Pool {
  readonly size: number;
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #betas: Float64Array<SharedArrayBuffer>;
  readonly #slots: readonly SharedArrayBuffer[];
  readonly #kernels: readonly string[];
  readonly #workers = new Map<number, Port>();
  readonly #free: number[] = [];
  readonly #pending = new Map<number, Pending>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #listening = false;
  #hired = 0;
  #ended: Error | undefined;

  constructor(size: number) {
    this.size = size;
    const slots = size * slotsPerWorker;
    this.#control = new Int32Array(
      new SharedArrayBuffer(4 * (counter.length + slots * field.length)),
    );
    this.#betas = new Float64Array(new SharedArrayBuffer(8 * slots));
    this.#slots = Array.from({ length: slots }, () => new SharedArrayBuffer(slotBytes));
    this.#free = this.#slots.map((_, s) => s);
    this.#kernels = WebAssembly.Module.exports(bestBuild().module).map(({ name }) => name);
  }

  /** Starts the workers, and waits until each has its kernels. */
  async start(): Promise<void> {
    try {
      await Promise.all(Array.from({ length: this.size }, () => this.#hire()));
    } catch (error) {
      this.end(error as Error);
      throw error;
    }
  }

  /** Why no more work is taken, if that is so. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  /** A slot that is free now. */
  freeSlot(): number | undefined {
    if (this.#ended !== undefined) throw this.#ended;
    this.#collect();
    return this.#free.pop();
  }

  /** Computes a piece that no worker has begun, on this thread; false if there is none. */
  computeHere(): boolean {
    this.#collect();
    for (const [slot, pending] of this.#pending) {
      const at = this.#at(slot);
      const was = Atomics.compareExchange(this.#control, at, state.ready, state.free);
      if (was !== state.ready) continue;
      this.#pending.delete(slot);
      try {
        pending.piece.compute();
        pending.done();
      } catch (error) {
        pending.fail(error as Error);
      }
      this.#release(slot);
      return true;
    }
    return false;
  }

  /** Computes a piece in a slot, and gives the slot back. */
  compute(slot: number, piece: Piece): Promise<void> {
    return new Promise((done, fail) => {
      if (this.#ended !== undefined) return fail(this.#ended);
      const pending = { piece, tried: 0, seen: -1, since: 0, done, fail };
      this.#pending.set(slot, pending);
      this.#publish(slot, pending);
      this.#timer ??= setInterval(() => this.#check(), tick);
      if (!this.#listening) void this.#listen();
    });
  }

  /** Ends the workers; what is under way fails with `reason`. */
  end(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    clearInterval(this.#timer);
    Atomics.store(this.#control, counter.stop, 1);
    Atomics.add(this.#control, counter.work, 1);
    Atomics.notify(this.#control, counter.work);
    Atomics.add(this.#control, counter.done, 1);
    Atomics.notify(this.#control, counter.done);
    for (const port of this.#workers.values()) port.end();
    this.#workers.clear();
    for (const { fail } of this.#pending.values()) fail(reason);
    this.#pending.clear();
  }

  #at(slot: number): number {
    return counter.length + slot * field.length;
  }

  #parts(slot: number, { wide, inputs, outputs, count }: Piece): FloatArray[] {
    return partsOf(this.#slots[slot]!, wide, Math.max(inputs, outputs), count);
  }

  /** Fills a slot and wakes a worker. */
  #publish(slot: number, pending: Pending): void {
    const { piece } = pending;
    pending.tried++;
    pending.since = 0;
    piece.fill(this.#parts(slot, piece).slice(0, piece.inputs));
    const at = this.#at(slot);
    const control = this.#control;
    control[at + field.kernel] = this.#kernels.indexOf(piece.kernel);
    control[at + field.wide] = piece.wide ? 1 : 0;
    control[at + field.count] = piece.count;
    control[at + field.inputs] = piece.inputs;
    control[at + field.outputs] = piece.outputs;
    this.#betas[slot] = piece.beta;
    Atomics.store(control, at, state.ready);
    Atomics.add(control, counter.work, 1);
    Atomics.notify(control, counter.work, 1);
  }

  /** Collects what is done, as long as anything is under way. */
  async #listen(): Promise<void> {
    this.#listening = true;
    while (this.#pending.size > 0) {
      const seen = Atomics.load(this.#control, counter.done);
      this.#collect();
      if (this.#pending.size === 0) break;
      const next = typeof Atomics.waitAsync === "function"
        ? Atomics.waitAsync(this.#control, counter.done, seen).value
        : new Promise((wake) => setTimeout(wake));
      await next;
    }
    this.#listening = false;
    if (this.#pending.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #collect(): void {
    for (const [slot, pending] of this.#pending) {
      const at = this.#at(slot);
      const now = Atomics.load(this.#control, at);
      if (now !== state.done && now !== state.failed) continue;
      this.#pending.delete(slot);
      if (now === state.done) {
        pending.piece.take(this.#parts(slot, pending.piece).slice(0, pending.piece.outputs));
        pending.done();
      } else {
        const letters = new Uint16Array(this.#slots[slot]!, 0, this.#control[at + field.count]!);
        pending.fail(new Error(`threads: a worker failed: ${String.fromCharCode(...letters)}`));
      }
      this.#release(slot);
    }
  }

  #release(slot: number): void {
    Atomics.store(this.#control, this.#at(slot), state.free);
    this.#free.push(slot);
  }

  /** Finds pieces that do not move. */
  #check(): void {
    for (const [slot, pending] of [...this.#pending]) {
      const now = Atomics.load(this.#control, this.#at(slot));
      pending.since = now === pending.seen ? pending.since + 1 : 0;
      pending.seen = now;
      if (pending.since < patience || now === state.done || now === state.failed) continue;
      if (now >= state.taken) this.#lose(now - state.taken, "it does not answer");
      else this.#replaceAll();
      pending.since = 0;
    }
    this.#collect();
  }

  /** Nobody takes what is ready: there are no workers left, or none that lives. */
  #replaceAll(): void {
    for (const number of [...this.#workers.keys()]) this.#lose(number, "it does not answer");
  }

  async #hire(): Promise<void> {
    const number = this.#hired++;
    const port = startWorker(source());
    this.#workers.set(number, port);
    await new Promise<void>((ready, fail) => {
      port.onAnswer = () => ready();
      port.onEnd = (why) => {
        fail(new Error(`threads: a worker did not start: ${why}`));
        this.#lose(number, why);
      };
      const orders: Orders = {
        module: bestBuild().module,
        kernels: this.#kernels,
        number,
        control: this.#control,
        betas: this.#betas,
        slots: this.#slots,
        constants: { state, counter, field },
      };
      port.send(orders);
    });
    port.keepsProcess(false);
  }

  /** Replaces a worker and gives its piece to the others. */
  #lose(number: number, why: string): void {
    const port = this.#workers.get(number);
    if (port === undefined || this.#ended !== undefined) return;
    this.#workers.delete(number);
    port.onEnd = () => {};
    port.end();
    for (const [slot, pending] of [...this.#pending]) {
      if (Atomics.load(this.#control, this.#at(slot)) !== state.taken + number) continue;
      if (pending.tried < attempts) {
        this.#publish(slot, pending);
        continue;
      }
      this.#pending.delete(slot);
      pending.fail(new Error(`threads: ${attempts} workers were lost on one piece: ${why}`));
      this.#release(slot);
    }
    this.#hire().catch((error: Error) => {
      if (this.#workers.size === 0) this.end(error);
    });
  }
}
