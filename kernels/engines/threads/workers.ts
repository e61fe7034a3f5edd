/*
 * The workers of a pool. One that has ended is replaced, once; one that is slow is waited for. Where a
 * replacement cannot start, the others go on.
 */
import { Memories } from "./memories.ts";
import { counter, type Init, type MemoryMessage } from "./protocol.ts";
import { WorkerThread } from "./worker_thread.ts";
import { wait } from "./yielding.ts";

/** Wakes those that sleep on a counter, or so many of them. */
export function wake(control: Int32Array, at: number, sleepers?: number): void {
  Atomics.add(control, at, 1);
  Atomics.notify(control, at, sleepers);
}

/** What every worker gets. */
type SharedInit = Pick<Init, "module" | "control" | "table" | "entries" | "shortEntries">;

/** Workers in a row that may end before they begin, as where somebody kills them. */
const mostFailures = 8;

/** Starts workers, replaces them, and ends them. */
export class Workers {
  /** The memories that they know. */
  readonly memories: Memories = new Memories((message) => this.#announce(message));
  readonly #init: SharedInit;
  readonly #onEnd: (id: number) => void;
  readonly #workers = new Set<WorkerThread>();
  #spawned = 0;
  /** Workers in a row that have ended before they began. */
  #failures = 0;
  #isEnding = false;

  /** @param onEnd called when a worker's thread has ended, with its number */
  constructor(init: SharedInit, onEnd: (id: number) => void) {
    this.#init = init;
    this.#onEnd = onEnd;
  }

  /** How many threads there are, those that are about to end included. */
  get count(): number {
    return this.#workers.size;
  }

  /** Whether a worker is in an entry of the job table. */
  isIn(entry: number): boolean {
    for (const worker of this.#workers) if (worker.entry === entry) return true;
    return false;
  }

  /** What one of them has reported of a failure, as an error. */
  takeReport(): Error {
    for (const worker of this.#workers) {
      const report = worker.takeReport();
      if (report !== undefined) return new Error(`threads: a worker failed: ${report}`);
    }
    return new Error("threads: a worker failed");
  }

  /** Starts a worker; resolves when it has its kernels. */
  async spawn(): Promise<void> {
    const worker = new WorkerThread(++this.#spawned);
    this.#workers.add(worker);
    let isReplaced = false;
    const replace = () => {
      if (isReplaced) return;
      isReplaced = true;
      this.#failures = worker.hasBegun ? 0 : this.#failures + 1;
      // One that failed before it began would fail the next time too.
      const isHopeless = !worker.hasBegun && (worker.hasFailed || this.#failures > mostFailures);
      if (!isHopeless && !this.#isEnding) this.spawn().catch(() => {});
    };
    const init = {
      ...this.#init,
      memories: this.memories.all(),
      messages: Atomics.load(this.#init.control, counter.messages),
    };
    const onEnd = () => {
      replace();
      this.#remove(worker);
    };
    const onExit = () => {
      replace();
      // It may go on for a while. What it has begun it completes, or its end is told.
      worker.leave();
      wake(this.#init.control, counter.work);
    };
    try {
      await worker.start(init, { onExit, onEnd });
    } catch (error) {
      this.#remove(worker);
      throw error;
    }
  }

  /** Asks all of them to take no more work. */
  leave(): void {
    this.#isEnding = true;
    for (const worker of this.#workers) worker.leave();
    wake(this.#init.control, counter.work);
  }

  /** Waits until all have left, and ends them. */
  async end(): Promise<void> {
    const { control } = this.#init;
    for (;;) {
      const seen = Atomics.load(control, counter.done);
      if ([...this.#workers].every(({ hasLeft }) => hasLeft)) break;
      await wait(control, counter.done, seen);
    }
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
    this.#workers.clear();
  }

  /** Tells every worker of a memory; they look into their messages as soon as they may. */
  #announce(message: MemoryMessage): void {
    const { control } = this.#init;
    for (const worker of this.#workers) worker.post(message);
    Atomics.add(control, counter.messages, 1);
    wake(control, counter.work);
  }

  #remove(worker: WorkerThread): void {
    if (this.#workers.delete(worker)) this.#onEnd(worker.id);
  }
}
