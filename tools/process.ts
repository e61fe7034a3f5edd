/** Child processes: streamed or captured, and taken along when the user stops the parent. */

/** The project's folder. */
export const root: URL = new URL("../", import.meta.url);

// Vulkan complains on every start where a machine has no desktop; children inherit this.
if (Deno.env.get("XDG_RUNTIME_DIR") === undefined && Deno.build.os === "linux") {
  Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
}

/** Thrown after a child ended because the user pressed Ctrl-C or the parent was told to stop. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

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
  const child = new Deno.Command(command, {
    args: [...args],
    cwd: options.cwd ?? root,
    env: { ...options.env },
    stdin: options.input === undefined ? "null" : "piped",
    stdout: options.onLine === undefined ? "inherit" : "piped",
    stderr: "inherit",
  }).spawn();
  let interrupted = false;
  const names: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const signals = names.map((name) => {
    const stop = () => {
      interrupted = true;
      try {
        child.kill(name);
      } catch {
        // It has ended already.
      }
    };
    return { name, stop };
  });
  for (const { name, stop } of signals) Deno.addSignalListener(name, stop);
  try {
    if (options.input !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(options.input));
      await writer.close();
    }
    if (options.onLine !== undefined) {
      for await (const line of lines(child.stdout)) options.onLine(line);
    }
    const { success } = await child.status;
    if (interrupted) throw new Interrupted(`stopped while running ${command}`);
    return success;
  } finally {
    for (const { name, stop } of signals) Deno.removeSignalListener(name, stop);
  }
}

/** Runs a command and keeps what it printed. A command that is not there is a failed one. */
export async function capture(
  command: string,
  args: readonly string[],
  options: Pick<ChildOptions, "cwd" | "env"> = {},
): Promise<Captured> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      cwd: options.cwd ?? root,
      env: { ...options.env },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return { success: false, stdout: "", stderr: error.message };
    }
    throw error;
  }
}

async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
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
