/* Jobs, as the calling thread sees them: see protocol.ts. */
import { byteOffsetOf, type FloatArray } from "../arrays.ts";
import { entryAt, field, mostPieces, piece } from "./protocol.ts";

/** What a job computes. Its arrays lie in one shared memory. */
export interface JobDescription {
  /** Number of the kernel among the module's exports. */
  readonly kernel: number;
  readonly beta: number;
  /** Whether the numbers are float64. */
  readonly wide: boolean;
  /** The number by which workers know the memory. */
  readonly memory: number;
  readonly inputs: readonly FloatArray[];
  readonly outputs: readonly FloatArray[];
  /** Elements: a multiple of 32. */
  readonly count: number;
  /** Elements of a piece: a multiple of 32. */
  readonly step: number;
  /** Computes elements begin to end on the calling thread. */
  compute(begin: number, end: number): void;
  /** Called when every piece is done, unless the job failed. */
  finish?(): void;
  /** Called last: nobody writes any more. An error says that the job failed. */
  settled(error: unknown): void;
  /** Whether a piece can be computed again when a worker has begun it: nothing it read is lost. */
  readonly isRepeatable: boolean;
}

/** Elements of a piece, at least: 10 us and more. */
const smallestStep = 8192;

/** Elements of a piece of a long job: a multiple of 32, as kernels want it. */
export function stepOf(count: number): number {
  return Math.max(smallestStep, Math.ceil(count / mostPieces / 32) * 32);
}

/** A job in its entry of the table. */
export class Job {
  /** Why it cannot be completed. */
  failure: unknown;
  readonly entry: number;
  readonly #table: Int32Array;
  readonly #at: number;
  readonly #description: JobDescription;
  readonly #pieces: number;
  /** All pieces before this one are done. */
  #done = 0;
  #hasFailed = false;

  constructor(table: Int32Array, entry: number, short: number, description: JobDescription) {
    const { count, step } = description;
    this.entry = entry;
    this.#table = table;
    this.#at = entryAt(entry, short);
    this.#description = description;
    this.#pieces = Math.ceil(count / step);
    this.#writeEntry();
    Atomics.store(table, this.#at + field.open, 1);
  }

  #writeEntry(): void {
    const { kernel, beta, wide, memory, inputs, outputs, count, step } = this.#description;
    const table = this.#table;
    const at = this.#at;
    table[at + field.kernel] = kernel;
    table[at + field.wide] = wide ? 1 : 0;
    table[at + field.memory] = memory;
    table[at + field.inputs] = inputs.length;
    table[at + field.outputs] = outputs.length;
    let address = at + field.arrays;
    for (const input of inputs) table[address++] = byteOffsetOf(input);
    for (const output of outputs) table[address++] = byteOffsetOf(output);
    table[at + field.count] = count;
    table[at + field.step] = step;
    table[at + field.pieces] = this.#pieces;
    table[at + field.next] = 0;
    new Float64Array(table.buffer, 4 * (at + field.beta), 1)[0] = beta;
    for (let number = 0; number < this.#pieces; number++) table[this.#word(number)] = piece.free;
  }

  #word(number: number): number {
    return this.#at + field.words + number;
  }

  /** Whether nobody computes any more, and nobody will. */
  get isDone(): boolean {
    while (this.#done < this.#pieces) {
      const word = Atomics.load(this.#table, this.#word(this.#done));
      if (word === piece.failed) this.#hasFailed = true;
      else if (word !== piece.done) return false;
      this.#done++;
    }
    return true;
  }

  /** Whether a worker failed at a piece, once the job is done. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Computes a piece that nobody has begun, on this thread; false if there is none. */
  computeHere(): boolean {
    // Once it is done, its entry may be another job's.
    if (this.isDone) return false;
    let number = Atomics.load(this.#table, this.#at + field.next);
    if (number < this.#pieces) number = Atomics.add(this.#table, this.#at + field.next, 1);
    if (number < this.#pieces && this.#take(number)) return true;
    // A worker that asked for a piece may have been held up, or have ended, before it took it.
    for (number = this.#done; number < this.#pieces; number++) {
      if (this.#take(number)) return true;
    }
    return false;
  }

  #take(number: number): boolean {
    const word = this.#word(number);
    const before = Atomics.compareExchange(this.#table, word, piece.free, piece.caller);
    if (before !== piece.free) return false;
    this.#compute(number);
    return true;
  }

  #compute(number: number): void {
    const { step, count, compute } = this.#description;
    try {
      compute(number * step, Math.min((number + 1) * step, count));
    } catch (error) {
      this.abandon(error);
    }
    Atomics.store(this.#table, this.#word(number), piece.done);
  }

  /** Fails: nobody begins another piece. Those under way are waited for. */
  abandon(reason: unknown): void {
    this.failure ??= reason;
    for (let number = this.#done; number < this.#pieces; number++) {
      Atomics.compareExchange(this.#table, this.#word(number), piece.free, piece.done);
    }
  }

  /** Computes the piece of a worker that has ended, or fails where its input may be written over. */
  reclaim(worker: number): void {
    for (let number = this.#done; number < this.#pieces; number++) {
      const word = this.#word(number);
      if (Atomics.load(this.#table, word) !== worker) continue;
      if (this.#description.isRepeatable && this.failure === undefined) {
        this.#compute(number);
        continue;
      }
      const what = "threads: a worker ended while it computed in place: the array is part written";
      this.abandon(new Error(what));
      Atomics.store(this.#table, word, piece.done);
    }
  }

  /** Closes the entry, when the job is done, and tells the call. */
  settle(): void {
    Atomics.store(this.#table, this.#at + field.open, 0);
    try {
      if (this.failure === undefined) this.#description.finish?.();
    } catch (error) {
      this.failure = error;
    }
    this.#description.settled(this.failure);
  }
}
