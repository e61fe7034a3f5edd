/**
 * Waking a pool of threads up. After a pause its threads may share a core and take turns there,
 * spinning, for 10 to 30 ms until the scheduler moves one; a sample taken then tells how long that
 * took, not how fast they work together. A caller who computes more than once sees little of it.
 *
 * Linux says how long each thread was ready to run and waited for a core: they are awake when
 * nobody waits. Where nobody says so, they are called for as long as it takes at worst.
 */
import { readdirSync, readFileSync } from "node:fs";

/** Milliseconds of calls between two looks. */
const SLICE = 5;
/** Two that share a core wait for a whole slice together; a quarter of that is other business. */
const SHARE = 0.25;

/** Calls until the threads of this process no longer wait for a core, `most` ms at the most. */
export async function wakeUp(call: () => void | Promise<void>, most: number): Promise<void> {
  const deadline = performance.now() + most;
  for (let now = performance.now(); now < deadline;) {
    // For one slice there is nothing to decide.
    const waited = most > SLICE ? waitedForCores() : undefined;
    const began = now;
    const until = waited === undefined ? deadline : Math.min(deadline, began + SLICE);
    while ((now = performance.now()) < until) {
      const pending = call();
      if (pending) await pending;
    }
    if (waited === undefined) return;
    if (waitedForCores()! - waited < SHARE * 1e6 * (now - began)) return;
  }
}

/** Nanoseconds that threads of this process were ready to run and did not; if anybody tells. */
function waitedForCores(): number | undefined {
  try {
    let waited = 0;
    for (const name of readdirSync("/proc/self/task")) {
      try {
        waited += Number(
          readFileSync(`/proc/self/task/${name}/schedstat`, "utf8").split(" ")[1],
        );
      } catch {
        // It has just ended.
      }
    }
    return waited;
  } catch {
    return undefined;
  }
}
