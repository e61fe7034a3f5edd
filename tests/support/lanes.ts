/** Lowered kernels in a memory, for the tests of lane functions and their encoder. */
import { encode } from "../../kernels/formula/emit/wasm/encode.ts";
import { type PrimitiveName, primitives, type Range } from "../../kernels/formula/primitives.ts";
import type { Guard, Lowered, Step } from "../../kernels/formula/step.ts";

/** The first array of a kernel, and the second. */
export const first: Step = { kind: "input", place: 0 };
export const second: Step = { kind: "input", place: 1 };

/** The columns of the table of primitives. */
export type Column = "accurate" | "float64" | "fast";

/** A kernel of one result, made of a column. */
export function lower(
  column: Column,
  result: (apply: (name: PrimitiveName, ...operands: Step[]) => Step) => Step,
  range: Range = [-Infinity, Infinity],
): Lowered {
  const guards: Guard[] = [];
  const apply = (name: PrimitiveName, ...operands: Step[]) =>
    primitives[name][column]!(operands, operands.map(() => range), { guards });
  return {
    lanes: column === "fast" ? 32 : 64,
    elements: column === "float64" ? 64 : 32,
    outputs: [result(apply)],
    guards,
  };
}

/** Kernels in a memory of their own. */
export interface Loaded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What a kernel makes of arrays whose length is a multiple of 32. */
  run<A extends Float32Array | Float64Array>(name: string, ...inputs: A[]): A;
}

/** Encodes kernels and instantiates them; blocks that a guard of "fast" refuses go to "accurate". */
export function load(
  kernels: Readonly<Record<string, Lowered>>,
  options: { readonly fused: boolean; readonly inputs?: number },
): Loaded {
  const { bytes } = encode({
    inputs: options.inputs ?? 1,
    parameters: 0,
    fused: options.fused,
    base: 1024,
    shared: false,
    kernels: Object.entries(kernels).map(([name, lowered]) =>
      name === "fast" ? { name, lowered, careful: "accurate" } : { name, lowered }
    ),
  });
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  return { bytes, run: runIn(new WebAssembly.Module(bytes), memory) };
}

/** Runs kernels of a module on copies of arrays. */
export function runIn(module: WebAssembly.Module, memory: WebAssembly.Memory): Loaded["run"] {
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const start = 65536;
  return (name, ...inputs) => {
    const [{ length, byteLength }] = inputs as [typeof inputs[number]];
    const type = inputs[0]!.constructor as Float64ArrayConstructor;
    const addresses = [...inputs, inputs].map((_, k) => start + k * (byteLength + 64));
    inputs.forEach((input, k) => new type(memory.buffer, addresses[k]!, length).set(input));
    (exports[name] as (...numbers: number[]) => void)(...addresses, 0, length);
    return new type(memory.buffer, addresses.at(-1)!, length).slice() as never;
  };
}
