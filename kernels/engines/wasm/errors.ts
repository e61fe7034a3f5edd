/**
 * WebAssembly cannot run here; the message says what is missing and how to get it, and `cause` is
 * what the runtime said. Numbers, and `scalar` with arrays, need no WebAssembly. Nothing is
 * remembered: a later call tries again.
 *
 * @example WebAssembly where it may run, plain TypeScript elsewhere
 * ```ts
 * import { scalar, wasm, WasmUnavailableError } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * const x = new Float32Array([20]);
 * let y: Float32Array;
 * try {
 *   y = wasm.softplus(x);
 * } catch (error) {
 *   if (!(error instanceof WasmUnavailableError)) throw error;
 *   y = scalar.softplus(x);
 * }
 * assert.equal(y[0], 20);
 * ```
 */
export class WasmUnavailableError extends Error {
  /** "WasmUnavailableError". */
  override readonly name = "WasmUnavailableError";
}

/** The error that says why WebAssembly cannot run, and what to do about it. */
export function unavailable(reason: string, cause: unknown): WasmUnavailableError {
  return new WasmUnavailableError(
    `wasm: ${reason} (${String(cause)}). scalar.softplus(x) works without WebAssembly`,
    { cause },
  );
}

/** The reasons that have remedies. */
export const reasons: Readonly<
  Record<"missing" | "simd" | "policy" | "mainThread" | "memory", string>
> = {
  missing: "WebAssembly is missing: run without node --jitless, or a browser's strictest mode",
  simd: "WebAssembly has no SIMD here: use a newer runtime, or on x86 a processor with SSE4.1",
  policy: "WebAssembly may not be compiled here: a page's Content-Security-Policy needs " +
    "'wasm-unsafe-eval' in script-src",
  mainThread: "this browser compiles only small modules on a page's main thread: call from a " +
    "worker, or use a newer browser",
  memory: "too little memory or address space: free some, or raise ulimit -v",
};
