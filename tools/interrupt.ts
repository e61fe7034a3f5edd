/** What Ctrl-C does to a command that has children: as in lab/interrupt.ts, and they end as well. */

import { onInterrupt as listen } from "../lab/interrupt.ts";

/** Thrown after the user pressed Ctrl-C, or the parent was told to stop, and all was put away. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

/** Children that nobody listens for by themselves: they are told to end where the parent does. */
export const captured: Set<Deno.ChildProcess> = new Set();

/** Sends a signal to a child, if it is still there. */
export function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already, or is another user's.
  }
}

/** As `onInterrupt` of the laboratory; the second Ctrl-C also ends the children that are captured. */
export function onInterrupt(
  stop: (signal: Deno.Signal) => void,
  end: () => void = () => {},
): Disposable {
  return listen(stop, () => {
    end();
    for (const child of captured) send(child, "SIGTERM");
  });
}
