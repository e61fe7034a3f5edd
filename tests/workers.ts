/** A hold on the workers that the kit starts, so that tests may kill them. */

/** Ends a worker without a word. */
export type Kill = () => unknown;

interface Builtins {
  getBuiltinModule?(name: string): { Worker: new (...args: never[]) => { terminate(): unknown } };
}
/** Whence the kit gets node:worker_threads. */
export const process: Builtins = (globalThis as unknown as { process: Builtins }).process;

/** Runs a body with the workers of node:worker_threads or of the web, and a hold on each of them. */
export async function withWorkers(
  kind: "node" | "web",
  body: (kill: Kill[]) => Promise<void>,
): Promise<void> {
  const kill: Kill[] = [];
  const get = process.getBuiltinModule!;
  const { Worker: NodeWorker } = get("node:worker_threads");
  const WebWorker = globalThis.Worker;
  const hold = <T extends new (...args: never[]) => { terminate(): unknown }>(Original: T): T =>
    new Proxy(Original, {
      construct(target, args, newTarget) {
        const worker = Reflect.construct(target, args, newTarget);
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
