/**
 * Serves the project as a plain file host does, to this machine alone, so that other programs can
 * import mod.ts by URL and a browser can open the demo page.
 */

import { parseArgs } from "node:util";
import { isolation, startHost } from "./serve/host.ts";

export { forUsers, type Host, type HostOptions, isolation, startHost } from "./serve/host.ts";

const HELP = `Usage: deno task serve [PORT]

Serves mod.ts and the demo page to this machine, at port 8000 unless told; 0 takes any free one.`;

/** The port that the command line names, or that it asks for help. Throws where it says anything else. */
export function parseServe(args: readonly string[]): number | "help" {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { help: { type: "boolean", short: "h" } },
    allowPositionals: true,
  });
  if (values.help) return "help";
  const [text = "8000", ...more] = positionals;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535 || more.length > 0) {
    throw new RangeError(
      `the port must be one whole number from 0 to 65535, got ${positionals.join(" ")}`,
    );
  }
  return Number(text);
}

/** What to do where the port cannot be had; undefined where the error is about something else. */
export function portHint(port: number, error: unknown): string | undefined {
  const other = port < 1024 ? 8000 : port < 65535 ? port + 1 : port - 1;
  const reason = error instanceof Deno.errors.AddrInUse
    ? "is in use"
    : error instanceof Deno.errors.PermissionDenied
    ? "is not for everyone"
    : undefined;
  return reason && `port ${port} ${reason}; another one: deno task serve ${other}`;
}

/** What is printed. The name is README's: the import and Deno's --allow-import have to agree on it. */
export function greeting(port: number): string {
  return `import { softplus } from "http://localhost:${port}/mod.ts";

run it:     deno run --allow-import=localhost:${port} main.ts
demo page:  http://localhost:${port}/notebooks/demo/
the same:   http://127.0.0.1:${port}/notebooks/demo/, where localhost leads elsewhere`;
}

async function serve(): Promise<void> {
  const port = parseServe(Deno.args);
  if (port === "help") return console.log(HELP);
  try {
    const { address, finished } = startHost({ port, headers: isolation });
    console.log(greeting(Number(address.split(":")[1])));
    await finished;
  } catch (error) {
    const hint = portHint(port, error);
    throw hint === undefined ? error : new RangeError(hint);
  }
}

if (import.meta.main) {
  try {
    await serve();
  } catch (error) {
    // A wrong command line, by its message: parseArgs throws TypeErrors.
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    console.error(`serve: ${error.message}`);
    Deno.exit(1);
  }
}
