/**
 * A host of files, for this machine alone. A page of any site can send requests to it, so it answers
 * only those that name this machine, with nothing but files on a list, and lets the pages of other
 * sites read the modules, which are made for that, and nothing else.
 */

import { fileURLToPath } from "node:url";
import { root } from "../process.ts";
import { type AllowList, isAllowed, plainPath, resolveFile } from "./resolve.ts";

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

/** What programs import: the doors, and what is behind them. */
const modules: AllowList = ["mod.ts", "define.ts", "lab.ts", "dist/"];

/** What users need: the modules, their licence and the demo page. */
export const forUsers: AllowList = [...modules, "LICENSE", "notebooks/demo/"];

/** Headers that isolate a page from others: `threads` needs the shared memory that they give. */
export const isolation: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Headers of a module: the pages of other servers may import it. */
const forOthers: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
};

/** Headers of all else: the pages of other servers may not load it. */
const forItself: Readonly<Record<string, string>> = {
  "cross-origin-resource-policy": "same-origin",
};

/** How a host may differ from the plainest one. */
export interface HostOptions {
  /** 0, any free port, unless told. */
  readonly port?: number;
  /** What it serves; the project's folder unless told. */
  readonly folder?: URL;
  /** What of the folder it sends: of the project what users need, of another all that is not hidden. */
  readonly allow?: AllowList;
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
  /** Paths that were asked for and were not sent. */
  readonly missed: string[];
  /** Settled when it has ended. */
  readonly finished: Promise<void>;
}

/** Starts a host. It sends files on its list, and nothing from outside its folder or hidden. */
export function startHost(options: HostOptions = {}): Host {
  const { port = 0, folder = root, headers = {}, change } = options;
  const { allow = options.folder === undefined ? forUsers : ["./"] } = options;
  const fetched = new Map<string, number>();
  const missed: string[] = [];
  const answer = async (request: Request): Promise<Response> => {
    const refused = refusal(request);
    if (refused !== undefined) return refuse(refused, headers);
    const { pathname } = new URL(request.url);
    const asked = await find(pathname, fileURLToPath(folder), allow);
    if (typeof asked === "number") {
      missed.push(pathname.slice(1));
      return refuse(asked, headers);
    }
    const { path, bytes } = asked;
    const body = change === undefined
      ? bytes
      : new TextEncoder().encode(change(path, new TextDecoder().decode(bytes)));
    fetched.set(path, body.length);
    return new Response(request.method === "HEAD" ? null : body, {
      headers: {
        ...headers,
        ...(isAllowed(path, modules) ? forOthers : forItself),
        "content-length": String(body.length),
        "content-type": MIME[path.slice(path.lastIndexOf(".") + 1)] ?? "text/plain; charset=utf-8",
        "x-content-type-options": "nosniff",
      },
    });
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

/** The file that is asked for, or the status of the answer that there is none. */
async function find(
  pathname: string,
  folder: string,
  allow: AllowList,
): Promise<{ path: string; bytes: Uint8Array<ArrayBuffer> } | 400 | 404> {
  try {
    const path = plainPath(pathname);
    const file = path && await resolveFile(path, folder, allow);
    return path && file ? { path, bytes: await Deno.readFile(file) } : 404;
  } catch (error) {
    return error instanceof URIError ? 400 : 404;
  }
}

/** The names of this machine; the port may be another one, where it is forwarded. */
const THIS_MACHINE = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/**
 * Why a request gets no answer, whatever it asks for. A name of any site may lead to this machine,
 * and a browser then takes its answers for that site's own: DNS rebinding, which Host tells.
 */
function refusal({ method, headers, url }: Request): 400 | 403 | 405 | undefined {
  const host = headers.get("host");
  if (host === null) return 400;
  // Some clients send the whole address instead of a path; then that names the host.
  if (!THIS_MACHINE.test(host) || !/^http:/.test(url)) return 403;
  if (!URL.canParse(url)) return 400;
  if (!THIS_MACHINE.test(new URL(url).host)) return 403;
  return method === "GET" || method === "HEAD" ? undefined : 405;
}

/** What each refusal says. */
const REASONS = {
  400: "Bad request",
  403: "This host answers to localhost and 127.0.0.1 only",
  404: "Not found",
  405: "Only GET and HEAD",
} as const;

function refuse(
  status: keyof typeof REASONS,
  headers: Readonly<Record<string, string>>,
): Response {
  return new Response(`${REASONS[status]}\n`, {
    status,
    headers: {
      ...headers,
      "x-content-type-options": "nosniff",
      ...(status === 405 ? { allow: "GET, HEAD" } : {}),
    },
  });
}
