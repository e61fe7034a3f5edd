/*
 * The workers, and the jobs that they and the calling thread share.
 *
 * A worker that has ended is replaced; the calling thread computes the piece that it had. A worker
 * that is slow is waited for. Where a replacement cannot start, the others go on.
 */
import { sharedBuild } from "../wasm/module.ts";
import { Job, type JobDescription } from "./job.ts";
import { Memories } from "./memories.ts";
import { counter, entryAt, type MemoryMessage } from "./protocol.ts";
import { newSlotMemory, slotsPerWorker } from "./slots.ts";
import { WorkerThread } from "./worker_thread.ts";
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
  readonly #module: WebAssembly.Module = sharedBuild();
  readonly #kernels: readonly string[];
  readonly #memories: Memories;
  readonly #workers = new Set<WorkerThread>();
  readonly #jobs = new Set<Job>();
  readonly #calls = new Set<Promise<void>>();
  /** Entries without a job, those of slots and the others. */
  readonly #free: { slot: number[]; long: number[] };
  #spawned = 0;
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  #isCollecting = false;
  #ended: Error | undefined;
  #end: Promise<void> | undefined;

  constructor(size: number) {
    this.size = size;
    this.#slots = size * slotsPerWorker;
    this.slotMemory = newSlotMemory(this.#slots);
    this.#table = sharedInt32(entryAt(this.#slots + longJobs, this.#slots));
    this.#kernels = WebAssembly.Module.exports(this.#module).map(({ name }) => name);
    this.#memories = new Memories((message) => this.#announce(message));
    this.#free = {
      slot: Array.from({ length: this.#slots }, (_, slot) => slot),
      long: Array.from({ length: longJobs }, (_, k) => this.#slots + k),
    };
  }

  /** Starts the workers, and waits until each has its kernels. */
  async start(): Promise<void> {
    this.#memories.idOf(this.slotMemory);
    try {
      await Promise.all(Array.from({ length: this.size }, () => this.#spawn()));
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
      if (!this.#isEntered(free[at]!)) return free.splice(at, 1)[0];
    }
    return undefined;
  }

  /** Whether a worker is still in an entry, though its last job is done. */
  #isEntered(entry: number): boolean {
    for (const worker of this.#workers) if (worker.entry === entry) return true;
    return false;
  }

  /** Begins a job in an entry that was taken. */
  begin(
    entry: number,
    job: Omit<JobDescription, "kernel" | "memory"> & {
      readonly kernel: string;
      readonly memory: WebAssembly.Memory;
    },
  ): Job {
    const memory = this.#memories.idOf(job.memory);
    const kernel = this.#kernels.indexOf(job.kernel);
    const begun = new Job(this.#table, entry, this.#slots, { ...job, kernel, memory });
    this.#jobs.add(begun);
    this.#wake(counter.work, entry < this.#slots ? 1 : undefined);
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
    for (const worker of this.#workers) worker.leave();
    this.#wake(counter.work);
    for (const job of this.#jobs) job.abandon(reason);
    this.collect();
    await Promise.allSettled(this.#calls);
    for (;;) {
      const seen = Atomics.load(this.#control, counter.done);
      if ([...this.#workers].every(({ hasLeft }) => hasLeft)) break;
      await wait(this.#control, counter.done, seen);
    }
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
    this.#workers.clear();
    this.#rest();
  }

  #wake(at: number, sleepers?: number): void {
    Atomics.add(this.#control, at, 1);
    Atomics.notify(this.#control, at, sleepers);
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
      if (job.hasFailed) job.abandon(this.#takeReport());
      this.#jobs.delete(job);
      job.settle();
      this.giveBack(job.entry);
      // Who waits for workers must learn that there is nothing left to wait for.
      if (this.#jobs.size === 0) this.#wake(counter.done);
    }
  }

  #takeReport(): Error {
    for (const worker of this.#workers) {
      const report = worker.takeReport();
      if (report !== undefined) return new Error(`threads: a worker failed: ${report}`);
    }
    return new Error("threads: a worker failed");
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
    if (this.#jobs.size > 0 || (this.#ended !== undefined && this.#workers.size > 0)) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
  }

  /** Tells every worker of a memory; they look into their messages as soon as they may. */
  #announce(message: MemoryMessage): void {
    for (const worker of this.#workers) worker.post(message);
    Atomics.add(this.#control, counter.messages, 1);
    this.#wake(counter.work);
  }

  async #spawn(): Promise<void> {
    const worker = new WorkerThread(++this.#spawned);
    this.#workers.add(worker);
    let isReplaced = true;
    const replace = () => {
      if (isReplaced || this.#ended !== undefined) return;
      isReplaced = true;
      this.#spawn().catch((error: Error) => {
        if (this.#workers.size === 0) void this.end(error);
      });
    };
    const init = {
      module: this.#module,
      control: this.#control,
      table: this.#table,
      entries: this.#slots + longJobs,
      shortEntries: this.#slots,
      memories: this.#memories.all(),
      messages: Atomics.load(this.#control, counter.messages),
    };
    const onEnd = () => {
      this.#remove(worker);
      replace();
    };
    const onExit = () => {
      // It may go on for a while. What it has begun it completes, or its end is told.
      worker.leave();
      this.#wake(counter.work);
      replace();
    };
    try {
      await worker.start(init, { onExit, onEnd });
    } catch (error) {
      this.#remove(worker);
      throw error;
    }
    isReplaced = false;
  }

  /** Of a worker that has ended: its pieces are computed here. */
  #remove(worker: WorkerThread): void {
    if (!this.#workers.delete(worker)) return;
    for (const job of this.#jobs) job.reclaim(worker.id);
    this.collect();
    this.#wake(counter.done);
  }
}

function sharedInt32(length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}
