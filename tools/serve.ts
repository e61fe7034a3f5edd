/**
 * Serves the project as a plain file host does, to this machine alone, so that other programs can
 * import mod.ts by URL and a browser can open the demo page. Its headers give a page shared memory,
 * which `threads` needs, and let pages of other servers import from here.
 */

import { fileURLToPath } from "node:url";
import { root } from "./process.ts";

/** What a host says about each ending. */
const MIME: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  ts: "application/typescript; charset=utf-8",
};

/** Headers that isolate a page from others. */
export const isolation: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Headers that let pages of other servers import from this one. */
const forOthers: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
};

/** How a host may differ from the plainest one. */
export interface HostOptions {
  /** 0, any free port, unless told. */
  readonly port?: number;
  /** What it serves; the project's folder unless told. */
  readonly folder?: URL;
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Puts another text in the place of a file's. */
  readonly change?: (path: string, text: string) => string;
  /** Called once it listens. */
  readonly onListen?: (address: string) => void;
}

/** A host at work; disposing of it ends it. */
export interface Host extends AsyncDisposable {
  /** 127.0.0.1:PORT. */
  readonly address: string;
  /** Bytes of each file that was fetched, by its path. */
  readonly fetched: Map<string, number>;
  /** Paths that were asked for and are not there. */
  readonly missed: string[];
  /** Settled when it has ended. */
  readonly finished: Promise<void>;
}

/** Starts a host. It sends files of its folder, and nothing from outside or hidden. */
export function startHost(options: HostOptions = {}): Host {
  const { port = 0, folder = root, headers = {}, change } = options;
  const fetched = new Map<string, number>();
  const missed: string[] = [];
  const answer = async (request: Request): Promise<Response> => {
    const path = decodeURIComponent(new URL(request.url).pathname).slice(1)
      .replace(/(^|\/)$/, "$1index.html");
    let body: Uint8Array<ArrayBuffer>;
    try {
      if (path.split("/").some((part) => part.startsWith("."))) throw new Deno.errors.NotFound();
      body = await Deno.readFile(fileURLToPath(new URL(`./${path}`, folder)));
    } catch {
      missed.push(path);
      return new Response("Not found\n", { status: 404, headers: { ...headers } });
    }
    if (change !== undefined) {
      body = new TextEncoder().encode(change(path, new TextDecoder().decode(body)));
    }
    fetched.set(path, body.length);
    const type = MIME[path.slice(path.lastIndexOf(".") + 1)] ?? "text/plain; charset=utf-8";
    return new Response(body, { headers: { ...headers, "content-type": type } });
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, answer);
  const address = `127.0.0.1:${server.addr.port}`;
  options.onListen?.(address);
  return {
    address,
    fetched,
    missed,
    finished: server.finished,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

if (import.meta.main) {
  const port = Number(Deno.args[0] ?? 8000);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    console.error(`serve: the port must be a whole number from 0 to 65535, got ${Deno.args[0]}`);
    Deno.exit(1);
  }
  try {
    const { address, finished } = startHost({ port, headers: { ...isolation, ...forOthers } });
    console.log(`import { softplus } from "http://${address}/mod.ts";`);
    console.log(`demo page: http://${address}/notebooks/demo/`);
    await finished;
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    console.error(`serve: port ${port} is in use; another one: deno task serve 8001`);
    Deno.exit(1);
  }
}
