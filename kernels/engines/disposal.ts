/*
 * The names by which `using` finds what ends an object. WebKit does not have them yet. Where they
 * are missing, esbuild, Babel and core-js agree on symbols of the registry; other polyfills bring
 * their own, perhaps after the kit was loaded. So they are looked up when an object is made.
 */

import { bare } from "./runtime.ts";

/** Symbol.dispose, or what stands for it. */
export function disposeSymbol(): typeof Symbol.dispose {
  return Symbol.dispose ?? Symbol.for("Symbol.dispose");
}

/** Symbol.asyncDispose, or what stands for it. */
export function asyncDisposeSymbol(): typeof Symbol.asyncDispose {
  return Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");
}

/** Gives a class its method for `using`; again where a polyfill has brought another symbol. */
export function disposeByUsing(prototype: { dispose(): void }): void {
  const symbol = disposeSymbol();
  if (symbol in prototype) return;
  const value = function (this: typeof prototype): void {
    this.dispose();
  };
  Object.defineProperty(prototype, symbol, bare({ value, writable: true, configurable: true }));
}
