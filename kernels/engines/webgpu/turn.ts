/*
 * Time, as it really passes. Programs under test put fakes in place of the timers, which run when
 * the test says so, or never; the GPU does not wait for that. So the timers are those that the
 * module found when it was loaded.
 */
const { setTimeout, clearTimeout } = globalThis;

/** Settles in a later turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(() => resolve(), 0));
}

/** The promise, or a rejection with `late` where it takes more than so many milliseconds. */
export async function within<T>(
  milliseconds: number,
  promise: Promise<T>,
  late: () => Error,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
  }
}
