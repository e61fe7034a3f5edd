/*
 * The job table and the slots, which the workers and the calling thread share.
 *
 * A piece of a worker that has ended is computed by the calling thread; a slow one is waited for.
 */
import { sharedBuild } from "../wasm/module.ts";
import { Job, type JobDescription } from "./job.ts";
import { counter, entryAt } from "./protocol.ts";
import { newSlotMemory, slotsPerWorker } from "./slots.ts";
import { wake, Workers } from "./workers.ts";
import { wait } from "./yielding.ts";

/** Jobs of many pieces at a time; a call beyond them is computed on the calling thread. */
const longJobs = 4;

// Before a test may put fake ones in their place.
const { setInterval, clearInterval } = globalThis;

/** Workers, job table and slots. The first entries of the table are those of the slots. */
export class Pool {
  readonly size: number;
  readonly slotMemory: WebAssembly.Memory;
  readonly #slots: number;
  readonly #control: Int32Array<SharedArrayBuffer> = sharedInt32(counter.length);
  readonly #table: Int32Array<SharedArrayBuffer>;
  readonly #kernels: readonly string[];
  readonly #workers: Workers;
  readonly #jobs = new Set<Job>();
  readonly #calls = new Set<Promise<void>>();
  /** Entries without a job, those of slots and the others. */
  readonly #free: { slot: number[]; long: number[] };
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  #isCollecting = false;
  #ended: Error | undefined;
  #end: Promise<void> | undefined;

  constructor(size: number) {
    this.size = size;
    this.#slots = size * slotsPerWorker;
    this.slotMemory = newSlotMemory(this.#slots);
    const entries = this.#slots + longJobs;
    this.#table = sharedInt32(entryAt(entries, this.#slots));
    const module = sharedBuild();
    this.#kernels = WebAssembly.Module.exports(module).map(({ name }) => name);
    this.#workers = new Workers({
      module,
      control: this.#control,
      table: this.#table,
      entries,
      shortEntries: this.#slots,
    }, (id) => this.#reclaim(id));
    this.#free = {
      slot: Array.from({ length: this.#slots }, (_, slot) => slot),
      long: Array.from({ length: longJobs }, (_, k) => this.#slots + k),
    };
  }

  /** Starts the workers, and waits until each has its kernels. */
  async start(): Promise<void> {
    this.memoryNumber(this.slotMemory);
    try {
      await Promise.all(Array.from({ length: this.size }, () => this.#workers.spawn()));
    } catch (error) {
      await this.end(error as Error);
      throw error;
    }
  }

  /** Why no more work is taken, if that is so. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  /** Runs a call; `end` waits for it. */
  async run(call: () => Promise<void>): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    const running = call();
    this.#calls.add(running);
    try {
      await running;
    } catch (error) {
      // Not before `end` resolves: who awaits that first still handles the rejection in time.
      await this.#end;
      throw error;
    } finally {
      this.#calls.delete(running);
    }
  }

  /** Takes a slot, or an entry for a job of many pieces; undefined where none is free. */
  takeEntry(kind: "slot" | "long"): number | undefined {
    if (this.#ended !== undefined) throw this.#ended;
    this.collect();
    const free = this.#free[kind];
    for (let at = free.length - 1; at >= 0; at--) {
      // A worker may still be in it, though its last job is done.
      if (!this.#workers.isIn(free[at]!)) return free.splice(at, 1)[0];
    }
    return undefined;
  }

  /** The number by which workers know a kernel. */
  kernelNumber(name: string): number {
    return this.#kernels.indexOf(name);
  }

  /** The number by which workers know a memory. */
  memoryNumber(memory: WebAssembly.Memory): number {
    return this.#workers.memories.idOf(memory);
  }

  /** Begins a job in an entry that was taken. */
  begin(entry: number, job: JobDescription): Job {
    const begun = new Job(this.#table, entry, this.#slots, job);
    this.#jobs.add(begun);
    wake(this.#control, counter.work, entry < this.#slots ? 1 : undefined);
    this.#stayAwake();
    if (!this.#isCollecting) void this.#collectAll();
    return begun;
  }

  /** Gives back an entry in which no job was begun. */
  giveBack(entry: number): void {
    this.#free[entry < this.#slots ? "slot" : "long"].push(entry);
  }

  /** Computes a piece that no worker has begun, of any job, on this thread; false if there is none. */
  computeHere(): boolean {
    this.collect();
    for (const job of this.#jobs) {
      if (!job.computeHere()) continue;
      this.collect();
      return true;
    }
    return false;
  }

  /** Ends the workers. Calls under way fail with `reason`; then nobody computes any more. */
  end(reason: Error): Promise<void> {
    return this.#end ??= this.#stop(reason);
  }

  async #stop(reason: Error): Promise<void> {
    this.#ended = reason;
    this.#stayAwake();
    this.#workers.leave();
    for (const job of this.#jobs) job.abandon(reason);
    this.collect();
    await Promise.allSettled(this.#calls);
    await this.#workers.end();
    this.#rest();
  }

  /** Collects what is done, as long as anything is under way. */
  async #collectAll(): Promise<void> {
    this.#isCollecting = true;
    while (this.#jobs.size > 0) {
      const seen = Atomics.load(this.#control, counter.done);
      this.collect();
      if (this.#jobs.size > 0) await wait(this.#control, counter.done, seen);
    }
    this.#isCollecting = false;
    this.#rest();
  }

  /** Settles the jobs that are done. */
  collect(): void {
    for (const job of this.#jobs) {
      if (!job.isDone) continue;
      if (job.hasFailed) job.abandon(this.#workers.takeReport());
      this.#jobs.delete(job);
      job.settle();
      this.giveBack(job.entry);
      // Who waits for workers must learn that there is nothing left to wait for.
      if (this.#jobs.size === 0) wake(this.#control, counter.done);
    }
  }

  /**
   * Keeps the process alive, as neither a worker nor a promise of Atomics.waitAsync does. Such a
   * promise does not wake Deno 2.0 to 2.3 either: it resolves when a timer turns the event loop.
   */
  #stayAwake(): void {
    this.#keepAlive ??= setInterval(() => {}, 5);
  }

  /** If nothing is under way: lets the process end. */
  #rest(): void {
    if (this.#jobs.size > 0 || (this.#ended !== undefined && this.#workers.count > 0)) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
  }

  /** Computes the pieces of a worker that has ended. */
  #reclaim(id: number): void {
    for (const job of this.#jobs) job.reclaim(id);
    this.collect();
    wake(this.#control, counter.done);
    if (this.#workers.count > 0) return;
    void this.end(new Error("threads: all workers have ended, and none could be started again"));
  }
}

function sharedInt32(length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}
