/* Waiting without keeping the calling thread from others. */

// Before a test may put fake ones in their place, for which time stands still. A bare realm, such as
// an AudioWorklet, has neither: the module loads there too.
const { setTimeout, performance } = globalThis as Partial<typeof globalThis>;

/** Milliseconds. */
export const now: () => number = performance?.now?.bind(performance) ?? Date.now;

/** Milliseconds for which a call may keep the calling thread to itself. */
const turn = 16;

/** Makes a function that lets other tasks run, when a call has kept the calling thread long enough. */
export function yielding(): () => Promise<void> | undefined {
  const clock = performance ?? Date;
  let since = clock.now();
  return () => {
    if (clock.now() - since < turn) return undefined;
    return new Promise<void>((resolve) => setTimeout!(resolve)).then(() => {
      since = clock.now();
    });
  };
}

/** Waits until another thread notifies a counter that is no longer `seen`. */
export async function wait(counters: Int32Array, at: number, seen: number): Promise<void> {
  await (typeof Atomics.waitAsync === "function"
    ? Atomics.waitAsync(counters, at, seen).value
    : new Promise<void>((resolve) => setTimeout!(resolve)));
}
