/* The kernels' bytes, compiled once, in the build that suits the machine. */
import { fusedLength, plainLength } from "../embedded.ts";
import { expand } from "./expand.ts";
import { heapStart } from "./runner.ts";

/** A compiled build of the kernels. */
export interface Build {
  readonly module: WebAssembly.Module;
  /** Whether it stands on relaxed madd that rounds once, as hardware FMA does. */
  readonly fused: boolean;
}

let best: Build | undefined;

/** The best build for this machine: fused where the machine fuses, else plain. */
export function bestBuild(): Build {
  return best ??= compile(true) ?? compile(false)!;
}

let shared: WebAssembly.Module | undefined;

/** The best build for this machine, to be instantiated in a shared memory. */
export function sharedBuild(): WebAssembly.Module {
  return shared ??= new WebAssembly.Module(withSharedMemory(bytesOf(bestBuild().fused)));
}

/** The import of env.memory: its names, the kind of import, and limits with a maximum. */
const memoryImport = [3, ...ascii("env"), 6, ...ascii("memory"), 2, 1];

/** Says of the memory that a module imports that it is shared: a bit of the byte before its limits. */
function withSharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  const at = copy.findIndex((_, i) => memoryImport.every((byte, k) => copy[i + k] === byte));
  if (at < 0) throw new Error("wasm: the kernels do not import env.memory");
  copy[at + memoryImport.length - 1] = 3;
  return copy;
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

function bytesOf(useFused: boolean): Uint8Array<ArrayBuffer> {
  return useFused ? expand(fusedLength) : expand(fusedLength + plainLength).subarray(fusedLength);
}

/** One build by name, or undefined where the machine cannot run it. */
export function compile(useFused: boolean): Build | undefined {
  const bytes = bytesOf(useFused);
  if (useFused && !WebAssembly.validate(bytes)) return undefined;
  const module = new WebAssembly.Module(bytes);
  if (useFused) {
    // Relaxed madd may round once or twice. The fused kernels rely on once.
    const instance = new WebAssembly.Instance(module, { env: { memory: newMemory(heapStart) } });
    if (!(instance.exports.isFused as () => number)()) return undefined;
  }
  return { module, fused: useFused };
}

/** A memory of at least so many bytes, which never grows. */
export function newMemory(bytes: number, isShared = false): WebAssembly.Memory {
  const initial = Math.ceil(bytes / 65536);
  return isShared
    ? new WebAssembly.Memory({ initial, maximum: initial, shared: true })
    : new WebAssembly.Memory({ initial, maximum: 65536 });
}
