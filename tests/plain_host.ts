/**
 * A plain file host: it sends the project's files with their MIME types and does nothing else. It
 * notes what was fetched.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** What a host sends for each ending. */
const MIME: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  ts: "application/typescript; charset=utf-8",
};

/** How a host may differ from the plainest one. */
export interface HostOptions {
  /** What it serves; the project's folder unless told. */
  readonly folder?: URL;
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Puts another text in the place of a file's. */
  readonly change?: (path: string, text: string) => string;
}

/** A host at work; disposing of it ends it. */
export interface Host extends AsyncDisposable {
  /** 127.0.0.1:PORT. */
  readonly address: string;
  /** Bytes of each file that was fetched, by its path. */
  readonly fetched: Map<string, number>;
  /** Paths that were asked for and are not there. */
  readonly missed: string[];
}

/** Starts a host on a free port of this machine. */
export function startHost(options: HostOptions = {}): Host {
  const { folder = new URL("../", import.meta.url), headers = {}, change } = options;
  const fetched = new Map<string, number>();
  const missed: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname).slice(1);
    let text: string;
    try {
      text = await Deno.readTextFile(fileURLToPath(new URL(path, folder)));
    } catch {
      missed.push(path);
      return new Response("Not found\n", { status: 404, headers });
    }
    const body = new TextEncoder().encode(change?.(path, text) ?? text);
    fetched.set(path, body.length);
    const type = MIME[path.slice(path.lastIndexOf(".") + 1)] ?? "text/plain; charset=utf-8";
    return new Response(body, { headers: { ...headers, "content-type": type } });
  });
  return {
    address: `127.0.0.1:${server.addr.port}`,
    fetched,
    missed,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
