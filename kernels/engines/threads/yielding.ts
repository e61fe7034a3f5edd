/* Waiting without keeping the calling thread from others. */

// Before a test may put fake ones in their place, for which time stands still.
const { setTimeout } = globalThis;

/** Milliseconds. */
export const now: () => number = performance.now.bind(performance);

/** Milliseconds for which a call may keep the calling thread to itself. */
const turn = 16;

/** Makes a function that lets other tasks run, when a call has kept the calling thread long enough. */
export function yielding(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < turn) return undefined;
    return new Promise<void>((resolve) => setTimeout(resolve)).then(() => {
      since = performance.now();
    });
  };
}

/** Waits until another thread notifies a counter that is no longer `seen`. */
export async function wait(counters: Int32Array, at: number, seen: number): Promise<void> {
  await (typeof Atomics.waitAsync === "function"
    ? Atomics.waitAsync(counters, at, seen).value
    : new Promise<void>((resolve) => setTimeout(resolve)));
}
