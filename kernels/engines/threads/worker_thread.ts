/*
 * A worker as the calling thread sees it, the same on every runtime. Its source is text, so it needs
 * no file and no permission.
 *
 * Where node:worker_threads exists (Node, Deno, Bun) it is used, because its workers can be told not
 * to keep the process alive. Browsers get a worker from a blob.
 *
 * Deno says that a worker has exited while its thread still runs. So the thread holds one end of a
 * channel, the lifeline: when that closes, the thread has ended.
 */
import { workerSource } from "../embedded_worker.ts";
import { workerThreads } from "../runtime.ts";
import { type Init, type MemoryMessage, phase, status } from "./protocol.ts";
import { messageOf } from "./unavailable.ts";

type Message = Init | MemoryMessage;

interface NodeWorker {
  on(event: string, listener: (value: unknown) => void): void;
  postMessage(message: Message, transfer?: readonly object[]): void;
  unref(): void;
  terminate(): unknown;
}

interface WorkerThreads {
  readonly Worker: new (source: string, options: object) => NodeWorker;
  readonly MessageChannel?: typeof MessageChannel;
}

/** The runtime's worker. */
interface Port {
  post(message: Message, transfer?: Transferable[]): void;
  /** The process no longer waits for it before it exits. */
  unref(): void;
  terminate(): unknown;
}

/** What a worker's runtime tells. */
interface Listener {
  ready(): void;
  failed(why: string): void;
  exited(): void;
}

/** What the pool wants to know. */
export interface WorkerEvents {
  /** The runtime says that the worker ends; it may go on for a while. */
  onExit(): void;
  /** The thread has ended. */
  onEnd(): void;
}

/** One worker: its port, its lifeline, its status. */
export class WorkerThread {
  readonly id: number;
  readonly status: Int32Array<SharedArrayBuffer> = new Int32Array(
    new SharedArrayBuffer(4 * status.length),
  );
  /** Whether it has ended by an error, not by the hand of another. */
  hasFailed = false;
  #port: Port | undefined;
  #lifeline: MessagePort | undefined;
  #hasEnded = false;
  #fail: (error: Error) => void = () => {};

  constructor(id: number) {
    this.id = id;
  }

  /** Starts it; resolves when it has its kernels. */
  async start(init: Omit<Init, "id" | "status" | "lifeline">, events: WorkerEvents): Promise<void> {
    const node = workerThreads<WorkerThreads>();
    const Channel = node?.MessageChannel ?? MessageChannel;
    const { port1, port2 } = new Channel();
    this.#lifeline = port1;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#fail = reject;
        let why = "it ended";
        const listener = {
          ready: resolve,
          failed: (reason: string) => {
            why = reason;
            this.hasFailed = true;
            // A worker of the web does not end where its source was refused; no other event comes.
            if (node === undefined) listener.exited();
          },
          exited: () => {
            events.onExit();
            reject(new Error(`a worker did not start: ${why}`));
          },
        };
        this.#port = node === undefined ? webWorker(listener) : nodeWorker(node, listener);
        this.#watch(port1, events);
        const { id, status } = this;
        this.#port.post({ ...init, id, status, lifeline: port2 }, [port2]);
      });
    } catch (error) {
      await this.terminate();
      throw error;
    }
    this.#port?.unref();
  }

  #watch(port: MessagePort, { onEnd }: WorkerEvents): void {
    port.addEventListener("close", () => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      this.#fail(new Error("a worker did not start: it ended"));
      onEnd();
    });
    port.start();
    (port as { unref?(): void }).unref?.();
  }

  /** Sends a message about a memory. */
  post(message: MemoryMessage): void {
    this.#port?.post(message);
  }

  /** Asks it to take no more work. */
  leave(): void {
    Atomics.compareExchange(this.status, status.phase, phase.starting, phase.left);
    Atomics.store(this.status, status.leave, 1);
  }

  /** Whether it has looked for work. */
  get hasBegun(): boolean {
    return Atomics.load(this.status, status.phase) !== phase.starting;
  }

  /** Whether it computes no more, nor ever will. */
  get hasLeft(): boolean {
    return this.#hasEnded || Atomics.load(this.status, status.phase) === phase.left;
  }

  /** The entry of the job table that it is in, or -1. */
  get entry(): number {
    return this.#hasEnded ? -1 : Atomics.load(this.status, status.entry) - 1;
  }

  /** What it has reported of a failure, once. */
  takeReport(): string | undefined {
    const length = Atomics.exchange(this.status, status.reportLength, 0);
    if (length === 0) return undefined;
    return String.fromCharCode(...new Uint16Array(this.status.buffer, 4 * status.report, length));
  }

  /** Ends it, and closes what belongs to it. */
  async terminate(): Promise<void> {
    this.#hasEnded = true;
    this.#fail(new Error("a worker did not start: it was ended"));
    this.#lifeline?.close();
    await this.#port?.terminate();
    this.#port = undefined;
  }
}

function nodeWorker({ Worker }: WorkerThreads, { ready, failed, exited }: Listener): Port {
  // Not the process's own flags, nor NODE_OPTIONS: they may load modules, or change what source is.
  const worker = new Worker(workerSource, { eval: true, execArgv: [], env: {} });
  worker.on("message", ready);
  worker.on("error", (error) => failed(messageOf(error)));
  worker.on("exit", exited);
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    unref: () => worker.unref(),
    terminate: () => worker.terminate(),
  };
}

function webWorker({ ready, failed }: Listener): Port {
  const url = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const revoke = () => URL.revokeObjectURL(url);
  let worker: Worker;
  try {
    worker = new Worker(url, { type: "module" });
  } catch (error) {
    revoke();
    throw error;
  }
  worker.onmessage = () => {
    revoke();
    ready();
  };
  worker.onerror = (event: ErrorEvent) => {
    event.preventDefault();
    revoke();
    // A source that a page's policy refuses gives an event without a message.
    failed(
      event.message ||
        "its source was refused. Let the page's Content-Security-Policy have worker-src blob:",
    );
  };
  return {
    post: (message, transfer) => worker.postMessage(message, transfer ?? []),
    unref() {},
    terminate: () => {
      revoke();
      worker.terminate();
    },
  };
}
