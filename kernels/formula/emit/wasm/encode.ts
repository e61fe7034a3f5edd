/* The encoder: lowered kernels -> the bytes of a WebAssembly module, in single milliseconds. */
import type { Lowered } from "../../step.ts";
import { Constants } from "./constants.ts";
import { kernelOf } from "./kernel.ts";
import { moduleOf, type WasmFunction } from "./module.ts";

/** What a module is made of and for. */
export interface Encoding {
  /** Arrays and scalars that every kernel takes. */
  readonly inputs: number;
  readonly parameters: number;
  /**
   * Kernels by the names they are exported under. `careful` names the one, in float64 lanes and before it in
   * the order, that takes blocks which a guard of this one refuses.
   */
  readonly kernels: readonly {
    readonly name: string;
    readonly lowered: Lowered;
    readonly careful?: string;
  }[];
  /** Whether relaxed madd rounds once on this machine. */
  readonly fused: boolean;
  /** Where constants lie: an address that no other module in the memory uses, a multiple of 16. */
  readonly base: number;
  /** Whether the memory is shared. */
  readonly shared: boolean;
}

/** The bytes of a module, and how many bytes of memory its constants take from `base` on. */
export interface Encoded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly constantBytes: number;
}

/**
 * Encodes kernels. A kernel is called with the addresses of inputs and outputs, the first element and
 * the one after the last, both multiples of 32, and the parameters.
 */
export function encode(encoding: Encoding): Encoded {
  const { inputs, parameters, kernels, fused, base, shared } = encoding;
  const constants = new Constants(base);
  const functions: WasmFunction[] = [];
  for (const { name, lowered, careful } of kernels) {
    const around = { inputs, parameters, fused, constants };
    if (careful === undefined) {
      if (lowered.guards.length > 0) {
        throw new Error(`encode: ${name} has guards and no careful kernel`);
      }
      functions.push(kernelOf(name, lowered, around));
      continue;
    }
    const place = functions.findIndex((one) => one.name === careful);
    if (place < 0) throw new Error(`encode: no kernel ${careful} before ${name}`);
    functions.push(kernelOf(name, lowered, { ...around, careful: place }));
  }
  const data = { address: base, bytes: constants.bytes() };
  return { bytes: moduleOf(functions, data, shared), constantBytes: data.bytes.length };
}
