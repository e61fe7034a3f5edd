/* Where threads cannot run: what is missing, and how to get it. */
import { workerThreads } from "../runtime.ts";
import { WasmUnavailableError } from "../wasm/errors.ts";

/**
 * Threads cannot run here; the message says what is missing and how to get it.
 *
 * @example Workers where there is shared memory, one thread elsewhere
 * ```ts
 * import { threads, ThreadsUnavailableError, wasm } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * const pool = await threads({ size: 2 }).catch((error) => {
 *   if (error instanceof ThreadsUnavailableError) return undefined;
 *   throw error;
 * });
 * const x = new Float32Array([20]);
 * const y = pool ? await pool.softplus(x) : wasm.softplus(x);
 * await pool?.dispose();
 * assert.equal(y[0], 20);
 * ```
 */
export class ThreadsUnavailableError extends Error {
  /** "ThreadsUnavailableError". */
  override readonly name = "ThreadsUnavailableError";
}

/** The globals that tell runtimes apart; any may be missing. */
interface Globals {
  readonly process?: {
    readonly versions?: { readonly node?: string };
    getBuiltinModule?(name: string): unknown;
  };
  readonly Worker?: unknown;
  readonly ServiceWorkerGlobalScope?: unknown;
  readonly SharedWorkerGlobalScope?: unknown;
  readonly crossOriginIsolated?: boolean;
  readonly origin?: string;
}

/** Says what this runtime lacks, if it can be seen before a worker is started. */
export function checkAvailable(): void {
  const what = missing(globalThis as Globals);
  if (what !== undefined) throw new ThreadsUnavailableError(`threads: ${what}`);
}

function missing(globals: Globals): string | undefined {
  const { process, Worker, crossOriginIsolated, origin } = globals;
  const place = globals.ServiceWorkerGlobalScope !== undefined
    ? "a service worker"
    : globals.SharedWorkerGlobalScope !== undefined
    ? "a shared worker"
    : undefined;
  if (workerThreads() === undefined && typeof Worker !== "function") {
    if (process?.versions?.node !== undefined && process.getBuiltinModule === undefined) {
      return "this Node has no process.getBuiltinModule. Run Node 20.16, 22.3 or later";
    }
    return place === undefined
      ? "this runtime has no workers"
      : `${place} cannot start workers. Call threads on a page, or in a worker of its own`;
  }
  if (typeof SharedArrayBuffer !== "undefined") {
    return typeof setInterval === "function" && typeof setTimeout === "function"
      ? undefined
      : "this global scope has no timers. Give it setTimeout, setInterval and clearInterval";
  }
  if (crossOriginIsolated !== false || place !== undefined) {
    return `no SharedArrayBuffer: ${place ?? "this runtime"} does not offer it`;
  }
  if (origin === "null") {
    return "no SharedArrayBuffer: this frame is sandboxed. Give its element allow-same-origin in " +
      "sandbox, and serve it and the page around it with the headers " + headers;
  }
  return `no SharedArrayBuffer. A page gets it when its server sends the headers ${headers}`;
}

const headers =
  "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

/** The error for a pool that failed to start. */
export function unavailable(cause: unknown): ThreadsUnavailableError {
  if (cause instanceof ThreadsUnavailableError) return cause;
  return new ThreadsUnavailableError(`threads: ${reasonOf(cause)}`, { cause });
}

function reasonOf(cause: unknown): string {
  const message = messageOf(cause);
  if (cause instanceof WasmUnavailableError) return message.replace(/^wasm: /, "");
  if ((cause as { code?: unknown } | null)?.code === "ERR_ACCESS_DENIED") {
    return "Node's permission model forbids workers. Run it with --allow-worker";
  }
  if (/TrustedScriptURL|Trusted ?Type/i.test(message)) {
    return "the page's Content-Security-Policy asks for trusted types (require-trusted-types-for " +
      "'script'). Let its default policy return blob: URLs from createScriptURL";
  }
  if (cause instanceof RangeError) {
    return `no shared memory (${message}). Ask for fewer workers, or allow more address space`;
  }
  return message;
}

/** The message of what was thrown; in some runtimes it is no Error, and has no text. */
export function messageOf(error: unknown): string {
  const { message } = Object(error) as { message?: unknown };
  if (typeof message === "string") return message;
  return typeof error === "string" ? error : "unknown error";
}
