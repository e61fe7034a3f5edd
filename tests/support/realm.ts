/**
 * The one file of dist/ in a global scope that has little but ECMAScript, and calls of every kind.
 *
 * @module
 */
import assert from "node:assert/strict";
import vm from "node:vm";
import { scalar } from "../../kernels/engines/mod.ts";

/** The kit as one file. */
export const dist: URL = new URL("../../dist/softplus.js", import.meta.url);

/** dist/softplus.js as a script: its exports are the properties of `kit`. */
const script = (await Deno.readTextFile(dist)).replace(
  /export\{([^}]*)\};\s*$/,
  (_, names: string) => `globalThis.kit={${names.replaceAll(/(\w+) as (\w+)/g, "$2:$1")}};`,
);

/** Calls of every kind, as text that runs anywhere with `kit` and gives JSON. */
export const calls: string = `(() => {
  const attempt = (call) => {
    try {
      return call();
    } catch (error) {
      const { name, message, cause } = error;
      const named = error instanceof kit.WasmUnavailableError;
      return { name, message, named, cause: cause && cause.name };
    }
  };
  const x = new Float32Array(100).fill(-20);
  const all = () => [
    kit.softplus(x)[99],
    kit.sigmoid(new Float64Array(x))[99],
    kit.softplusWithGrad(x).grad[99],
    kit.softplusBackward(x, x)[99],
  ];
  return JSON.stringify({
    arrays: attempt(all),
    empty: attempt(() => kit.softplus(new Float32Array(0)).length),
    numbers: attempt(() => [kit.softplus(-20), kit.wasm.sigmoid(0)]),
    scalar: attempt(() => kit.scalar.softplus(x)[99]),
    alloc: attempt(() => kit.wasm.alloc(Float32Array, 100).length),
  });
})()`;

/** An error that a call got. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly named: boolean;
  readonly cause?: string;
}

/** What the calls gave. */
export interface Found {
  readonly arrays: number[] | Refusal;
  readonly empty: number;
  readonly numbers: number[];
  readonly scalar: number;
  readonly alloc: number | Refusal;
}

const x = new Float32Array(100).fill(-20);
/** What `arrays` is where WebAssembly runs. */
export const wanted: readonly number[] = [
  scalar.softplus(x)[99]!,
  scalar.sigmoid(Float64Array.from(x))[99]!,
  scalar.sigmoid(x)[99]!,
  scalar.softplusBackward(x, x)[99]!,
];

/** What needs no WebAssembly is right everywhere. */
export function checkTheRest(found: Found, label: string): void {
  assert.deepEqual(found.numbers, [2.061153620314381e-9, 0.5], label);
  assert.equal(found.scalar, wanted[0], label);
  assert.equal(found.empty, 0, label);
}

/** A realm of its own, where a text runs before the kit is loaded. */
export function realm(
  before = "",
  options: vm.CreateContextOptions = {},
): (text: string) => unknown {
  const context = vm.createContext({}, options);
  const run = (text: string) => vm.runInContext(text, context);
  run(`delete globalThis.console; delete globalThis.queueMicrotask; ${before}`);
  run(script);
  return run;
}

/** What the calls give in a realm. */
export const foundIn = (run: (text: string) => unknown): Found => JSON.parse(run(calls) as string);
