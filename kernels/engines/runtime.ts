/* What the runtime has. Nothing here throws, whatever a program has put in the place of a global. */

/** What a look at globals gives, or undefined where it throws. */
export function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** A module that Node brings, as Deno and Bun do; undefined where there is none. */
export function builtin<T extends object>(name: string): T | undefined {
  return attempt(() => {
    const { process } = globalThis as { process?: { getBuiltinModule?(name: string): T } };
    return process?.getBuiltinModule?.(name) ?? undefined;
  });
}

/** Node's module for workers, where it has any. */
export function workerThreads<T extends { readonly Worker: unknown }>(): T | undefined {
  const threads = builtin<T>("node:worker_threads");
  return typeof threads?.Worker === "function" ? threads : undefined;
}

/** An object without a prototype: what a program has added to every object is no part of it. */
export function bare<T extends object>(properties: T): T {
  return Object.assign(Object.create(null), properties);
}
