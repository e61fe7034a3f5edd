/** What Ctrl-C does: the first stops in good order, the second at once. */

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

/**
 * Calls `stop` at the first Ctrl-C, or when the parent is told to stop, so that things can be put
 * away. The second calls `end`, which must not wait, and ends the parent, whatever is still to do.
 */
export function onInterrupt(
  stop: (signal: Deno.Signal) => void,
  end: () => void = () => {},
): Disposable {
  const names: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  let times = 0;
  const listeners = names.map((name) => {
    const heard = () => {
      if (times++ === 0) return stop(name);
      end();
      for (const child of captured) send(child, "SIGTERM");
      Deno.exit(130); // 128 + SIGINT, as shells have it
    };
    Deno.addSignalListener(name, heard);
    return { name, heard };
  });
  return {
    [Symbol.dispose]() {
      for (const { name, heard } of listeners) Deno.removeSignalListener(name, heard);
    },
  };
}
