/** A hold on the workers that the kit starts, so that tests may kill them, or make them slow. */

import assert from "node:assert/strict";

/** Ends a worker without a word. */
export type Kill = () => unknown;

interface Builtins {
  getBuiltinModule?(name: string): { Worker: new (...args: never[]) => { terminate(): unknown } };
}
/** Whence the kit gets node:worker_threads. */
export const process: Builtins = (globalThis as unknown as { process: Builtins }).process;

/**
 * Runs a body with the workers of node:worker_threads or of the web, and a hold on each of them.
 *
 * @param prefix runs first in a worker of node:worker_threads
 */
export async function withWorkers(
  kind: "node" | "web",
  body: (kill: Kill[]) => Promise<void>,
  prefix = "",
): Promise<void> {
  const kill: Kill[] = [];
  const get = process.getBuiltinModule!;
  const { Worker: NodeWorker } = get("node:worker_threads");
  const WebWorker = globalThis.Worker;
  const hold = <T extends new (...args: never[]) => { terminate(): unknown }>(Original: T): T =>
    new Proxy(Original, {
      construct(target, [source, ...options], newTarget) {
        const text = kind === "node" ? prefix + source : source;
        const worker = Reflect.construct(target, [text, ...options], newTarget);
        kill.push(() => worker.terminate());
        return worker;
      },
    });
  process.getBuiltinModule = kind === "web"
    ? () => undefined as never
    : () => ({ Worker: hold(NodeWorker) });
  globalThis.Worker = hold(WebWorker as never);
  try {
    await body(kill);
  } finally {
    process.getBuiltinModule = get;
    globalThis.Worker = WebWorker;
  }
}

/** A prefix with which every kernel runs this first; `call` runs the kernel itself. */
const around = (statements: string) =>
  `{
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (module, imports) {
    const { exports } = new Instance(module, imports);
    const wrapped = Object.entries(exports).map(([name, kernel]) => [name, (...args) => {
      const call = () => kernel(...args);
      ${statements}
    }]);
    return { exports: Object.fromEntries(wrapped) };
  };
}
`;

/** A worker that is held up in the midst of every piece. */
export const slow = (milliseconds: number): string =>
  around(`
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${milliseconds});
      return call();`);

/** A worker whose thread ends in its first piece, when that is written. */
export const dying: string = around("call(); process.exit(1); for (;;);");

/** Fails at the first element that differs: what else is said of long arrays takes minutes. */
export function sameElements(got: ArrayLike<number>, want: ArrayLike<number>, what = ""): void {
  assert.equal(got.length, want.length, what);
  for (let i = 0; i < want.length; i++) {
    if (!Object.is(got[i], want[i])) assert.fail(`${what} at ${i}: ${got[i]}, not ${want[i]}`);
  }
}

/** Rejects where a promise takes longer than it may: a test must not hang. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
