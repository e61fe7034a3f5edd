/** Child processes: streamed or captured, and taken along when the user stops the parent. */

import { linesOf } from "../lab/lines.ts";
import { runtimeFolder } from "../lab/runtime_folder.ts";
import { captured, Interrupted, onInterrupt, send } from "./interrupt.ts";

export { Interrupted } from "./interrupt.ts";

/** The project's folder. */
export const root: URL = new URL("../", import.meta.url);

/** Where and with what a child runs. */
export interface ChildOptions {
  /** Working directory; the project's folder if left out. */
  readonly cwd?: URL | string;
  /** Variables added to the parent's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text for the child's standard input, which is empty if left out. */
  readonly input?: string;
  /** Called with each line of standard output, which is shown as it is if left out. */
  readonly onLine?: (line: string) => void;
}

/** What a captured child left. */
export interface Captured {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The variables of a child. */
function variables(env: ChildOptions["env"]): Record<string, string> {
  const folder = runtimeFolder();
  return { ...(folder === undefined ? {} : { XDG_RUNTIME_DIR: folder }), ...env };
}

/**
 * Runs a command to its end and says whether it succeeded. Its output is shown as it comes.
 *
 * A terminal sends Ctrl-C to parent and child alike: the parent waits for the child to put its
 * things away, then throws {@link Interrupted}, so nothing is left running behind the prompt.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<boolean> {
  let interrupted = false;
  // Listens before there is a child: nothing may be left running, however early Ctrl-C comes.
  using _ = onInterrupt((signal) => {
    interrupted = true;
    send(child, signal);
  }, () => send(child, "SIGKILL"));
  const child = new Deno.Command(command, {
    args: [...args],
    cwd: options.cwd ?? root,
    env: variables(options.env),
    stdin: options.input === undefined ? "null" : "piped",
    stdout: options.onLine === undefined ? "inherit" : "piped",
    stderr: "inherit",
  }).spawn();
  if (options.input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.input));
    await writer.close();
  }
  if (options.onLine !== undefined) {
    for await (const line of linesOf(child.stdout)) options.onLine(line);
  }
  const { success } = await child.status;
  if (interrupted) throw new Interrupted(`stopped while running ${command}`);
  return success;
}

/** Where and with what a captured child runs, and for how long. */
export interface CaptureOptions extends Pick<ChildOptions, "cwd" | "env"> {
  /** After so many seconds it is told to end, and counts as failed; no limit if left out. */
  readonly seconds?: number;
}

/** How long a child that was told to end may take over it, in milliseconds. */
const GRACE = 5000;

/** Runs a command and keeps what it printed. A command that is not there is a failed one. */
export async function capture(
  command: string,
  args: readonly string[],
  { cwd = root, env, seconds }: CaptureOptions = {},
): Promise<Captured> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      cwd,
      env: variables(env),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return { success: false, stdout: "", stderr: error.message };
    }
    throw error;
  }
  captured.add(child);
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  const timers: ReturnType<typeof setTimeout>[] = [];
  let late = "";
  if (seconds !== undefined) {
    timers.push(setTimeout(() => {
      late = `${command} was ended, since it took longer than ${seconds} s\n`;
      send(child, "SIGTERM");
      timers.push(setTimeout(() => send(child, "SIGKILL"), GRACE));
    }, seconds * 1000));
  }
  try {
    const { success } = await child.status;
    // A child of the child may hold the pipes for as long as it likes.
    if (late !== "") [out, err].forEach((stream) => stream.cancel());
    await Promise.all([out.done, err.done]);
    return { success: success && late === "", stdout: out.text(), stderr: err.text() + late };
  } finally {
    captured.delete(child);
    for (const timer of timers) clearTimeout(timer);
  }
}

/** Reads a stream of text, of which one may take what has come so far. */
function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const done = (async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
    }
  })();
  return { done, text: () => text, cancel: () => void reader.cancel() };
}

/** Runs a tool's main function and turns what it says into the exit code. */
export async function exitWith(main: () => Promise<boolean>): Promise<never> {
  try {
    Deno.exit(await main() ? 0 : 1);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    console.error(`\n${error.message}`);
    Deno.exit(130);
  }
}
