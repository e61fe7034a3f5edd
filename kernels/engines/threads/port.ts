/*
 * A worker, the same on every runtime. Its source is text, so it needs no file and no permission.
 *
 * Where node:worker_threads exists (Node, Deno) it is used, because its workers can be told not to
 * keep the process alive. Browsers get a worker from a blob.
 */

/** The near end of a worker. */
export interface Port {
  send(message: object): void;
  /** Whether the process waits for this worker before it exits. */
  keepsProcess(keeps: boolean): void;
  end(): void;
  onAnswer: () => void;
  /** Called where the runtime notices that the worker has ended. */
  onEnd: (why: string) => void;
}

interface NodeWorker {
  on(event: string, listener: (value: never) => void): void;
  postMessage(message: object): void;
  ref(): void;
  unref(): void;
  terminate(): unknown;
}

interface WorkerThreads {
  readonly Worker: new (source: string, options: { eval: true }) => NodeWorker;
}

/** Starts a worker whose source may call `listen(f)` and `answer(message)`. */
export function startWorker(source: string): Port {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): unknown };
  };
  const threads = process?.getBuiltinModule?.("node:worker_threads") as WorkerThreads | undefined;
  return threads === undefined ? webWorker(source) : nodeWorker(threads, source);
}

function nodeWorker({ Worker }: WorkerThreads, source: string): Port {
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
const listen = (f) => parentPort.on("message", f);
const answer = (message) => parentPort.postMessage(message);
${source}`,
    { eval: true },
  );
  const port: Port = {
    send: (message) => worker.postMessage(message),
    keepsProcess: (keeps) => keeps ? worker.ref() : worker.unref(),
    end: () => void worker.terminate(),
    onAnswer() {},
    onEnd() {},
  };
  worker.on("message", () => port.onAnswer());
  worker.on("error", (error: Error) => port.onEnd(String(error)));
  worker.on("exit", () => port.onEnd("it ended"));
  return port;
}

function webWorker(source: string): Port {
  const text = `const listen = (f) => { self.onmessage = (event) => f(event.data); };
const answer = (message) => self.postMessage(message);
${source}`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  const port: Port = {
    send: (message) => worker.postMessage(message),
    keepsProcess() {},
    end: () => worker.terminate(),
    onAnswer() {},
    onEnd() {},
  };
  worker.onmessage = () => {
    URL.revokeObjectURL(url);
    port.onAnswer();
  };
  worker.onerror = (event: ErrorEvent) => {
    event.preventDefault();
    URL.revokeObjectURL(url);
    // A source that a page's policy refuses gives an event without a message.
    port.onEnd(event.message || "its source was refused");
  };
  return port;
}
