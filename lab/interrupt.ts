/** What Ctrl-C does to a command: the first stops in good order, the second at once. */

/** 128 + SIGINT, as shells have it. */
export const INTERRUPTED = 130;

/**
 * Calls `stop` at the first Ctrl-C, or when the process is told to stop, so that things can be put
 * away. The second calls `end`, which must not wait, and ends the process, whatever is still to do.
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
      Deno.exit(INTERRUPTED);
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

/**
 * Runs a command that measures, and gives its exit code: its own, 130 where Ctrl-C ended it before
 * anything was saved, 1 where it failed, with the reason in one line.
 *
 * @param name of the command, before its error
 * @param work is given a signal of Ctrl-C
 */
export async function exitCodeOf(
  name: string,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  using _ = onInterrupt(() => stop.abort(new DOMException("interrupted", "AbortError")));
  try {
    return await work(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) {
      console.error("Interrupted: nothing was saved.");
      return INTERRUPTED;
    }
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}
