/*
 * Workers, and the slots of shared memory through which they get their work.
 *
 * Each worker has a memory of its own, in which its kernels run and its slots lie. A worker that
 * ends, or that keeps a piece for two seconds, is replaced together with its memory, and the calling
 * thread computes its pieces from the caller's arrays, which are written only when a piece is done.
 * Where a replacement cannot start, the calling thread computes what comes into its slots.
 */
import type { FloatArray } from "../matrix.ts";
import { bestBuild, newMemory, sharedBuild } from "../wasm/module.ts";
import { createRunner, heapStart } from "../wasm/runner.ts";
import { type Port, startWorker } from "./port.ts";
import { counter, field, type Layout, type Orders, partsOf, state, work } from "./worker.ts";

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

/**
 * Bytes of a slot: pieces stay in the second-level cache. Of 2^15 to 2^19 bytes and 3 or 6 slots,
 * these were the fastest for 4e6 elements on two cores.
 */
export const slotBytes: number = 2 ** 17;
/** Slots of a worker: it finds work while results are copied. */
export const slotsPerWorker = 6;

// Not apart by a multiple of 4096: see the tiles in wasm/runner.ts.
const layout: Layout = { start: heapStart, bytes: slotBytes, apart: slotBytes + 1088 };

/** A piece that stays where it is for so many ticks has lost its worker. */
const patience = 4;
const tick = 500;

interface Pending {
  readonly piece: Piece;
  /** The state that the last tick saw, and for how many ticks. */
  seen: number;
  since: number;
  done(): void;
  fail(error: Error): void;
}

/** A worker and its memory. */
interface Seat {
  readonly memory: WebAssembly.Memory;
  /** What is added to the states of its slots. */
  readonly tag: number;
  port?: Port;
}

/** The source text of a worker. */
const source = (): string => `
listen((orders) => {
  const runner = (${createRunner})(orders.module, orders.memory);
  answer("ready");
  (${work})(orders, runner, ${partsOf});
});`;

const newSeat = (tag: number): Seat => ({
  memory: newMemory(layout.start + slotsPerWorker * layout.apart, true),
  tag,
});

/** What a worker says in the place of results. */
function complaint([part]: readonly FloatArray[]): string {
  const { buffer, byteOffset } = part!;
  const [length] = new Uint16Array(buffer, byteOffset, 1);
  return String.fromCharCode(...new Uint16Array(buffer, byteOffset + 2, length));
}

/** The workers and the slots. Slot s is that of worker s % size. */
export class Pool {
  readonly size: number;
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #betas: Float64Array<SharedArrayBuffer>;
  readonly #kernels: readonly string[];
  readonly #seats: Seat[];
  readonly #free: number[];
  readonly #pending = new Map<number, Pending>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #listening = false;
  #ended: Error | undefined;

  constructor(size: number) {
    this.size = size;
    const slots = size * slotsPerWorker;
    this.#control = new Int32Array(
      new SharedArrayBuffer(4 * (counter.work + size + slots * field.length)),
    );
    this.#betas = new Float64Array(new SharedArrayBuffer(8 * slots));
    this.#seats = Array.from({ length: size }, () => newSeat(0));
    this.#free = Array.from({ length: slots }, (_, slot) => slots - 1 - slot);
    this.#kernels = WebAssembly.Module.exports(bestBuild().module).map(({ name }) => name);
  }

  /** Starts the workers, and waits until each has its kernels. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.#seats.map((_, number) => this.#hire(number)));
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
      const ready = state.ready + this.#seatOf(slot).tag;
      const at = this.#at(slot);
      if (Atomics.compareExchange(this.#control, at, ready, state.free) !== ready) continue;
      this.#finish(slot, pending, () => pending.piece.compute());
      return true;
    }
    return false;
  }

  /** Computes a piece in a slot, and gives the slot back. */
  compute(slot: number, piece: Piece): Promise<void> {
    return new Promise((done, fail) => {
      if (this.#ended !== undefined) return fail(this.#ended);
      try {
        this.#publish(slot, piece);
      } catch (error) {
        this.#release(slot);
        throw error;
      }
      this.#pending.set(slot, { piece, seen: -1, since: 0, done, fail });
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
    this.#seats.forEach((_, number) => this.#wake(counter.work + number));
    this.#wake(counter.done);
    for (const seat of this.#seats) {
      seat.port?.end();
      delete seat.port;
    }
    for (const { fail } of this.#pending.values()) fail(reason);
    this.#pending.clear();
  }

  #at(slot: number): number {
    return counter.work + this.size + slot * field.length;
  }

  #wake(at: number): void {
    Atomics.add(this.#control, at, 1);
    Atomics.notify(this.#control, at);
  }

  #seatOf(slot: number): Seat {
    return this.#seats[slot % this.size]!;
  }

  #parts(slot: number, { wide, inputs, outputs, count }: Piece): FloatArray[] {
    const { buffer } = this.#seatOf(slot).memory;
    const index = Math.floor(slot / this.size);
    return partsOf(buffer, layout, index, wide, Math.max(inputs, outputs), count);
  }

  /** Fills a slot and wakes its worker. */
  #publish(slot: number, piece: Piece): void {
    piece.fill(this.#parts(slot, piece).slice(0, piece.inputs));
    const at = this.#at(slot);
    const control = this.#control;
    control[at + field.kernel] = this.#kernels.indexOf(piece.kernel);
    control[at + field.wide] = piece.wide ? 1 : 0;
    control[at + field.count] = piece.count;
    control[at + field.inputs] = piece.inputs;
    control[at + field.outputs] = piece.outputs;
    this.#betas[slot] = piece.beta;
    Atomics.store(control, at, state.ready + this.#seatOf(slot).tag);
    this.#wake(counter.work + slot % this.size);
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
    this.#rest();
  }

  /** Nothing is under way: no timer, which would keep the process alive. */
  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #collect(): void {
    for (const [slot, pending] of this.#pending) {
      const at = this.#at(slot);
      const now = Atomics.load(this.#control, at) - this.#seatOf(slot).tag;
      if (now !== state.done && now !== state.failed) continue;
      this.#finish(slot, pending, () => {
        const parts = this.#parts(slot, pending.piece);
        if (now === state.failed) throw new Error(`threads: a worker failed: ${complaint(parts)}`);
        pending.piece.take(parts.slice(0, pending.piece.outputs));
      });
    }
  }

  /** Does what is left of a piece, tells its call, and gives the slot back. */
  #finish(slot: number, { done, fail }: Pending, rest: () => void): void {
    this.#pending.delete(slot);
    try {
      rest();
      done();
    } catch (error) {
      fail(error as Error);
    }
    this.#release(slot);
    // Who waits for workers must learn that there is nothing left to wait for.
    if (this.#pending.size === 0) this.#wake(counter.done);
  }

  #release(slot: number): void {
    Atomics.store(this.#control, this.#at(slot), state.free);
    this.#free.push(slot);
  }

  /** Finds pieces that do not move: their worker is gone, or does not answer. */
  #check(): void {
    this.#collect();
    if (this.#pending.size === 0) this.#rest();
    for (const [slot, pending] of [...this.#pending]) {
      const now = Atomics.load(this.#control, this.#at(slot));
      pending.since = now === pending.seen ? pending.since + 1 : 0;
      pending.seen = now;
      if (pending.since < patience) continue;
      this.#lose(slot % this.size);
    }
  }

  async #hire(number: number): Promise<void> {
    const seat = this.#seats[number]!;
    const port = startWorker(source());
    seat.port = port;
    await new Promise<void>((ready, fail) => {
      port.onAnswer = () => ready();
      port.onEnd = (why) => fail(new Error(`threads: a worker did not start: ${why}`));
      const orders: Orders = {
        module: sharedBuild(),
        memory: seat.memory,
        kernels: this.#kernels,
        number,
        size: this.size,
        tag: seat.tag,
        control: this.#control,
        betas: this.#betas,
        layout,
        constants: { state, counter, field },
      };
      port.send(orders);
    });
    port.onEnd = () => this.#lose(number);
    port.keepsProcess(false);
  }

  /** Replaces a worker and its memory, and computes the pieces that it had. */
  #lose(number: number): void {
    const { port, tag } = this.#seats[number]!;
    if (this.#ended !== undefined) return;
    this.#collect();
    if (port !== undefined) {
      port.onEnd = () => {};
      port.end();
    }
    for (const [slot, pending] of this.#pending) {
      if (slot % this.size === number) this.#finish(slot, pending, () => pending.piece.compute());
    }
    const replace = async () => {
      this.#seats[number] = newSeat(tag + state.tags);
      await this.#hire(number);
    };
    replace().catch((error: Error) => {
      delete this.#seats[number]!.port;
      if (this.#seats.every((seat) => seat.port === undefined)) this.end(error);
    });
  }
}
