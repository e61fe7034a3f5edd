/* The kernels' bytes, compiled once, in the build that suits the machine. */
import { builds, fusedLength, plainLength } from "../embedded.ts";
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

/** One build by name, or undefined where the machine cannot run it. */
export function compile(useFused: boolean): Build | undefined {
  const bytes = useFused
    ? expand(builds, fusedLength)
    : expand(builds, fusedLength + plainLength).subarray(fusedLength);
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
export function newMemory(bytes: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536), maximum: 65536 });
}
