/* The kernels' bytes, compiled once, in the build that suits the machine. */
import { fusedLength, plainLength } from "../embedded.ts";
import { bare } from "../runtime.ts";
import { reasons, unavailable, WasmUnavailableError } from "./errors.ts";
import { expand } from "./expand.ts";
import { createRunner, heapStart, type Runner } from "./runner.ts";

/** A compiled build of the kernels. */
export interface Build {
  readonly module: WebAssembly.Module;
  /** Whether it stands on relaxed madd that rounds once, as hardware FMA does. */
  readonly fused: boolean;
}

let best: Build | undefined;

/**
 * The best build for this machine: fused where the machine fuses, else plain.
 *
 * @throws {WasmUnavailableError} no build can run here; the next call tries again
 * @throws {RangeError} there is no memory to find out which
 */
export function bestBuild(): Build {
  return best ??= compile(true) ?? compile(false)!;
}

let shared: WebAssembly.Module | undefined;

/** The best build for this machine, to be instantiated in a shared memory. */
export function sharedBuild(): WebAssembly.Module {
  return shared ??= newModule(withSharedMemory(bytesOf(bestBuild().fused)));
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

/** The bytes of a build. */
export function bytesOf(useFused: boolean): Uint8Array<ArrayBuffer> {
  return orUnavailable(() =>
    useFused ? expand(fusedLength) : expand(fusedLength + plainLength).subarray(fusedLength)
  );
}

/** One build by name, or undefined where the machine cannot run it. */
export function compile(useFused: boolean): Build | undefined {
  const bytes = bytesOf(useFused);
  if (useFused && !isValid(bytes)) return undefined;
  const module = newModule(bytes);
  if (useFused) {
    // Relaxed madd may round once or twice. The fused kernels rely on once.
    const env = { memory: memoryOf(heapStart, false) };
    const { exports } = new WebAssembly.Instance(module, { env });
    if (!(exports.isFused as () => number)()) return undefined;
  }
  return { module, fused: useFused };
}

const isValid = (bytes: Uint8Array<ArrayBuffer>): boolean =>
  orUnavailable(() => WebAssembly.validate(bytes));

function newModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  return orUnavailable(() => new WebAssembly.Module(bytes), () => isValid(bytes));
}

/** What a step gives that the runtime may refuse; a refusal gets its name. */
function orUnavailable<T>(step: () => T, isValid: () => boolean = () => true): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof WasmUnavailableError) throw error;
    if ((globalThis.WebAssembly ?? undefined) === undefined) {
      throw unavailable(reasons.missing, error);
    }
    const { name, message } = Object(error) as Partial<Error>;
    if (name !== "RangeError") throw unavailable(isValid() ? reasons.policy : reasons.simd, error);
    const tooLarge = message?.includes("main thread");
    throw unavailable(tooLarge ? reasons.mainThread : reasons.memory, error);
  }
}

/**
 * A runner with a memory of its own, for arrays that are copied through it.
 *
 * @param module gives the kernels
 * @throws {WasmUnavailableError} they cannot run here; the next call tries again
 */
export function newRunner(module: () => WebAssembly.Module): Runner {
  return orUnavailable(() => createRunner(module(), newMemory(heapStart)));
}

/**
 * A memory of at least so many bytes, which never grows.
 *
 * @throws {WasmUnavailableError} there is not even memory for the kernels themselves
 * @throws {RangeError} there is no memory for the arrays beyond them
 */
export function newMemory(bytes: number, isShared = false): WebAssembly.Memory {
  try {
    return memoryOf(bytes, isShared);
  } catch (cause) {
    if (bytes <= heapStart || !(cause instanceof RangeError)) {
      return orUnavailable(() => {
        throw cause;
      });
    }
    throw new RangeError(`wasm: no memory is left for ${bytes} bytes (${cause.message})`, {
      cause,
    });
  }
}

function memoryOf(bytes: number, isShared: boolean): WebAssembly.Memory {
  const initial = Math.ceil(bytes / 65536);
  return new WebAssembly.Memory(bare({
    initial,
    maximum: isShared ? initial : 65536,
    shared: isShared,
  }));
}
