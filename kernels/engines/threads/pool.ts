/*
 * Workers, the slots of shared memory through which they get their work, and the jobs that they share.
 *
 * Each worker has a memory of its own, in which its kernels run and its slots lie. A worker that
 * ends, or that keeps a piece for two seconds, is replaced together with its memory, and the calling
 * thread computes its pieces from the caller's arrays, which are written only when a piece is done.
 * Where a replacement cannot start, the calling thread computes what comes into its slots.
 */
import type { FloatArray } from "../matrix.ts";
import { bestBuild, sharedBuild } from "../wasm/module.ts";
import { Homes } from "./homes.ts";
import { type Job, job, Jobs, owner, type Work } from "./job.ts";
import { startWorker } from "./port.ts";
import { complaintOf, layout, newSeat, type Seat, slotsPerWorker, source } from "./seat.ts";
import { counter, field, type News, type Orders, partsOf, state } from "./worker.ts";

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

/** Milliseconds for which the calling thread watches for the last piece before it sleeps. */
const patienceOfCaller = 0.05;

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

/** The workers and the slots. Slot s is that of worker s % size. */
export class Pool {
  readonly size: number;
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #betas: Float64Array<SharedArrayBuffer>;
  readonly #kernels: readonly string[];
  readonly #seats: Seat[];
  readonly #free: number[];
  readonly #pending = new Map<number, Pending>();
  readonly #jobs = new Jobs();
  readonly #homes = new Homes((news) => this.#announce(news));
  #hired = 0;
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

  /** Begins a job, on a multiple of 32 elements; undefined where too many are under way. */
  beginJob(
    call: Omit<Work, "memory" | "kernelNumber">,
    memory: WebAssembly.Memory,
  ): Job | undefined {
    if (this.#ended !== undefined) throw this.#ended;
    const home = this.#homes.idOf(memory);
    const kernelNumber = this.#kernels.indexOf(call.kernel);
    const begun = this.#jobs.begin({ ...call, kernelNumber, memory: home });
    if (begun === undefined) return undefined;
    this.#seats.forEach((_, number) => this.#wake(counter.work + number));
    this.#timer ??= setInterval(() => this.#check(), tick);
    return begun;
  }

  /** Waits until the workers have done what they took of a job, and takes it out. */
  async endJob(begun: Job): Promise<void> {
    try {
      const spun = performance.now() + patienceOfCaller;
      for (;;) {
        const seen = Atomics.load(this.#control, counter.done);
        // First: a disposed pool has no workers, and that is not what went wrong.
        begun.failure ??= this.#ended;
        this.#takeBack(begun);
        // Also after a failure: nothing is written once the promise is settled.
        if (begun.failure !== undefined) begun.abandon();
        if (begun.isDone) break;
        // What workers that were lost have left.
        if (begun.computeHere() || performance.now() < spun) continue;
        await this.#moved(seen);
      }
    } finally {
      this.#jobs.end(begun);
      this.#rest();
    }
    if (begun.failure !== undefined) throw begun.failure;
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
      await this.#moved(seen);
    }
    this.#listening = false;
    this.#rest();
  }

  /** Waits for a worker that has done something since `seen`. */
  async #moved(seen: number): Promise<void> {
    await (typeof Atomics.waitAsync === "function"
      ? Atomics.waitAsync(this.#control, counter.done, seen).value
      : new Promise((wake) => setTimeout(wake)));
  }

  /** Tells every worker of a memory; they look into their messages as soon as they may. */
  #announce(news: News): void {
    for (const { port } of this.#seats) port?.send(news);
    Atomics.add(this.#control, counter.mail, 1);
    this.#seats.forEach((_, number) => this.#wake(counter.work + number));
  }

  /** Takes back the pieces of a job whose worker is no longer there, or has failed. */
  #takeBack(begun: Job): void {
    for (const id of begun.owners()) {
      const seat = this.#seats.find((one) => one.id === id);
      if (id === owner.failed) {
        begun.failure ??= complaintOf(this.#seats);
        begun.takeBack(id, begun.failure);
      } else if (seat?.port === undefined) {
        begun.takeBack(
          id,
          new Error(
            "threads: a worker ended while it computed in place: the array is part written",
          ),
        );
      }
    }
  }

  /** If nothing is under way: no timer, which would keep the process alive. */
  #rest(): void {
    if (this.#pending.size > 0 || this.#jobs.open.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #collect(): void {
    for (const [slot, pending] of this.#pending) {
      const at = this.#at(slot);
      const now = Atomics.load(this.#control, at) - this.#seatOf(slot).tag;
      if (now !== state.done && now !== state.failed) continue;
      this.#finish(slot, pending, () => {
        if (now === state.failed) throw complaintOf([this.#seatOf(slot)]);
        const parts = this.#parts(slot, pending.piece);
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
    this.#rest();
    for (const [slot, pending] of [...this.#pending]) {
      const now = Atomics.load(this.#control, this.#at(slot));
      pending.since = now === pending.seen ? pending.since + 1 : 0;
      pending.seen = now;
      if (pending.since < patience) continue;
      this.#lose(slot % this.size);
    }
    for (const begun of this.#jobs.open) {
      begun.since = begun.done === begun.seen ? begun.since + 1 : 0;
      begun.seen = begun.done;
      if (begun.since < patience) continue;
      for (const id of begun.owners()) {
        const number = this.#seats.findIndex((seat) => seat.id === id);
        if (number >= 0) this.#lose(number);
      }
    }
    // Who waits for a job looks for lost workers.
    if (this.#jobs.open.length > 0) this.#wake(counter.done);
  }

  async #hire(number: number): Promise<void> {
    const seat = this.#seats[number]!;
    const port = startWorker(source());
    seat.port = port;
    seat.id = this.#hired = this.#hired % owner.last + 1;
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
        id: seat.id,
        jobs: this.#jobs.table,
        jobBetas: this.#jobs.betas,
        homes: this.#homes.all(),
        mail: Atomics.load(this.#control, counter.mail),
        constants: { state, counter, field, job, owner },
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
    this.#wake(counter.done);
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
