/*
 * A call whose arrays all lie in one shared memory: nothing is copied, and every thread takes pieces
 * of it from a table until none is left. `share` is the workers' part, `Job` the calling thread's.
 *
 * Each piece has a word in the table: the generation of the job, and who computes it. A word changes
 * hands by compare-and-exchange with the generation in it, so a thread that is late neither takes nor
 * ends a piece of the job that comes next in the same place.
 */
import type { FloatArray } from "../matrix.ts";
import type { Runner } from "../wasm/runner.ts";

/** Int32 of a job in the table; the words of its pieces follow. */
export const job = {
  generation: 0,
  kernel: 1,
  wide: 2,
  memory: 3,
  x: 4,
  out: 5,
  grad: 6,
  count: 7,
  step: 8,
  pieces: 9,
  next: 10,
  words: 16,
  length: 2064,
} as const;

/** What a word says beside the generation: 0 is nobody's, from 1 on the number of a hired worker. */
export const owner = { nobody: 0, last: 4000, caller: 4093, failed: 4094, done: 4095, bits: 12 };

/** Jobs at a time; a call beyond them is computed on the calling thread. */
const jobs = 4;
/** Elements of a piece, at least: 10 us and more. */
const smallestStep = 8192;
const generations = 2 ** 18;

/** A memory that a worker knows, and the kernels in it. */
export interface Home {
  readonly memory: WebAssembly.Memory;
  readonly runner: Runner;
}

/** What `share` needs of a worker's orders. */
export interface JobOrders {
  readonly kernels: readonly string[];
  readonly jobs: Int32Array;
  readonly jobBetas: Float64Array;
  readonly id: number;
  readonly constants: { readonly job: typeof job; readonly owner: typeof owner };
}

/**
 * Computes pieces of jobs in memories that the worker knows, until none is left; tells whether there
 * was one. Stands on nothing but its arguments, as its source text goes to the worker.
 */
export function share(
  { kernels, jobs, jobBetas, id, constants: { job, owner } }: JobOrders,
  homes: ReadonlyMap<number, Home>,
  complain: (error: unknown) => void,
): boolean {
  let found = false;
  for (let number = 0; number < jobBetas.length; number++) {
    const at = number * job.length;
    const generation = Atomics.load(jobs, at + job.generation);
    if (generation === 0) continue;
    const beta = jobBetas[number]!;
    const fields = jobs.slice(at, at + job.words);
    if (Atomics.load(jobs, at + job.generation) !== generation) continue;
    // Where the memory is not known yet, a message that brings it is under way.
    const home = homes.get(fields[job.memory]!);
    if (home === undefined) continue;
    const [count, step, pieces] = [fields[job.count]!, fields[job.step]!, fields[job.pieces]!];
    const free = generation << owner.bits;
    let inputs: FloatArray[] | undefined;
    let outputs: FloatArray[] = [];
    for (;;) {
      const piece = Atomics.add(jobs, at + job.next, 1);
      if (piece >= pieces) break;
      const word = at + job.words + piece;
      if (Atomics.compareExchange(jobs, word, free, free + id) !== free) continue;
      found = true;
      let end = owner.done;
      try {
        if (inputs === undefined) {
          const view = (field: number) => {
            const start = fields[field]! >>> 0;
            return (fields[job.wide] === 1
              ? new Float64Array(home.memory.buffer, start, count)
              : new Float32Array(home.memory.buffer, start, count)) as unknown as FloatArray;
          };
          inputs = [view(job.x)];
          outputs = fields[job.grad] === 0 ? [view(job.out)] : [view(job.out), view(job.grad)];
        }
        const begin = piece * step;
        const kernel = kernels[fields[job.kernel]!]!;
        home.runner.run(kernel, beta, inputs, outputs, begin, Math.min(begin + step, count));
      } catch (error) {
        complain(error);
        end = owner.failed;
      }
      Atomics.compareExchange(jobs, word, free + id, free + end);
    }
  }
  return found;
}

/** What a job computes: a multiple of 32 elements, in one memory. */
export interface Work {
  readonly kernel: string;
  readonly kernelNumber: number;
  readonly beta: number;
  readonly memory: number;
  readonly runner: Runner;
  readonly inputs: readonly FloatArray[];
  readonly outputs: readonly FloatArray[];
  readonly count: number;
}

/** The table of the jobs. */
export class Jobs {
  readonly table: Int32Array<SharedArrayBuffer> = new Int32Array(
    new SharedArrayBuffer(4 * jobs * job.length),
  );
  readonly betas: Float64Array<SharedArrayBuffer> = new Float64Array(
    new SharedArrayBuffer(8 * jobs),
  );
  /** By their place in the table. */
  readonly #open: (Job | undefined)[] = new Array(jobs).fill(undefined);
  #generation = 0;

  /** The jobs that are not done. */
  get open(): readonly Job[] {
    return this.#open.filter((one) => one !== undefined);
  }

  /** Puts a job into the table, or returns undefined where the table is full. */
  begin(work: Work): Job | undefined {
    const place = this.#open.indexOf(undefined);
    if (place < 0) return undefined;
    this.#generation = this.#generation % generations + 1;
    this.betas[place] = work.beta;
    return this.#open[place] = new Job(this.table, place, this.#generation, work);
  }

  /** Takes it out. */
  end(ended: Job): void {
    this.#open[this.#open.indexOf(ended)] = undefined;
    ended.close();
  }
}

/** A job, as the calling thread sees it. */
export class Job {
  /** Why it cannot be completed. */
  failure: Error | undefined;
  /** The number of pieces that were done at the last tick, and for how many ticks. */
  seen = -1;
  since = 0;
  readonly #table: Int32Array<SharedArrayBuffer>;
  readonly #at: number;
  readonly #free: number;
  readonly #work: Work;
  readonly #step: number;
  readonly #pieces: number;
  /** All pieces before this one are done. */
  #done = 0;

  constructor(
    table: Int32Array<SharedArrayBuffer>,
    place: number,
    generation: number,
    work: Work,
  ) {
    const { count, inputs: [x], outputs: [out, grad] } = work;
    const most = job.length - job.words;
    this.#table = table;
    this.#at = place * job.length;
    this.#free = generation << owner.bits;
    this.#work = work;
    this.#step = Math.max(smallestStep, Math.ceil(count / most / 32) * 32);
    this.#pieces = Math.ceil(count / this.#step);
    const set = (field: number, value: number) => table[this.#at + field] = value;
    set(job.kernel, work.kernelNumber);
    set(job.wide, x!.BYTES_PER_ELEMENT === 8 ? 1 : 0);
    set(job.memory, work.memory);
    set(job.x, x!.byteOffset);
    set(job.out, out!.byteOffset);
    set(job.grad, grad?.byteOffset ?? 0);
    set(job.count, count);
    set(job.step, this.#step);
    set(job.pieces, this.#pieces);
    set(job.next, 0);
    table.fill(this.#free, this.#word(0), this.#word(this.#pieces));
    Atomics.store(table, this.#at + job.generation, generation);
  }

  /** No worker takes a piece any more. */
  close(): void {
    Atomics.store(this.#table, this.#at + job.generation, 0);
  }

  #word(piece: number): number {
    return this.#at + job.words + piece;
  }

  #ownerOf(piece: number): number {
    return Atomics.load(this.#table, this.#word(piece)) - this.#free;
  }

  /** How many pieces are done, from the first on. */
  get done(): number {
    return this.isDone ? this.#pieces : this.#done;
  }

  /** Whether every piece is done. */
  get isDone(): boolean {
    while (this.#done < this.#pieces && this.#ownerOf(this.#done) === owner.done) this.#done++;
    return this.#done === this.#pieces;
  }

  /** Computes a piece that nobody has begun, on this thread; false if there is none. */
  computeHere(): boolean {
    const table = this.#table;
    let piece = Atomics.add(table, this.#at + job.next, 1);
    // What is left over is that of workers that were lost.
    if (piece >= this.#pieces) piece = this.#leftOver();
    if (piece < 0) return false;
    const word = this.#word(piece);
    const mine = this.#free + owner.caller;
    if (Atomics.compareExchange(table, word, this.#free, mine) !== this.#free) return true;
    const { runner, kernel, beta, inputs, outputs, count } = this.#work;
    const begin = piece * this.#step;
    try {
      runner.run(kernel, beta, inputs, outputs, begin, Math.min(begin + this.#step, count));
    } catch (error) {
      this.failure ??= error as Error;
    }
    Atomics.store(table, word, this.#free + owner.done);
    return true;
  }

  #leftOver(): number {
    if (this.isDone) return -1;
    for (let piece = this.#done; piece < this.#pieces; piece++) {
      if (this.#ownerOf(piece) === owner.nobody) return piece;
    }
    return -1;
  }

  /** Nobody begins another piece: the job cannot be completed. */
  abandon(): void {
    for (let piece = this.#done; piece < this.#pieces; piece++) {
      const word = this.#word(piece);
      Atomics.compareExchange(this.#table, word, this.#free, this.#free + owner.done);
    }
  }

  /** Who computes pieces now. */
  owners(): Set<number> {
    const owners = new Set<number>();
    for (let piece = this.#done; piece < this.#pieces; piece++) owners.add(this.#ownerOf(piece));
    for (const nobody of [owner.nobody, owner.caller, owner.done]) owners.delete(nobody);
    return owners;
  }

  /**
   * Takes back the pieces of a worker that was lost, to be computed again; where that is not
   * possible, the job fails with `error`.
   */
  takeBack(id: number, error: Error): void {
    const { inputs: [x], outputs } = this.#work;
    const inPlace = outputs.some(({ byteOffset }) => byteOffset === x!.byteOffset);
    for (let piece = this.#done; piece < this.#pieces; piece++) {
      if (this.#ownerOf(piece) !== id) continue;
      // In place, inputs may have been written over: the piece cannot be computed again.
      if (inPlace) this.failure ??= error;
      const then = inPlace ? owner.done : owner.nobody;
      Atomics.compareExchange(this.#table, this.#word(piece), this.#free + id, this.#free + then);
    }
  }
}
