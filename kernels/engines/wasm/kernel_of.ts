/* Which kernel of kernel.simd.ts computes a call. */
import { arrayType } from "../arrays.ts";
import { betaFor32 } from "../beta.ts";
import { type Call, type KernelName, kernels } from "../methods.ts";

/** The exports that compute a kernel. */
interface Exports {
  readonly exact: string;
  readonly fast: string;
  readonly beta: string;
  readonly float64: string;
}

// Made once: a name that is put together at every call costs a tenth of a small one.
const exportsOf = Object.fromEntries(
  (Object.keys(kernels) as KernelName[]).map((kernel): [KernelName, Exports] => [kernel, {
    exact: `${kernel}32`,
    fast: `${kernel}32Fast`,
    // A backward pass has no rounding test, so its exact kernel takes every beta.
    beta: kernels[kernel].inputs === 2 ? `${kernel}32` : `${kernel}32Beta`,
    float64: `${kernel}64`,
  }]),
) as Readonly<Record<KernelName, Exports>>;

/** The export that computes a call, and the beta to give it. */
export function kernelOf(call: Call): { kernel: string; beta: number } {
  const { beta } = call;
  const names = exportsOf[call.kernel];
  if (arrayType(call.inputs[0]) === "Float64Array") return { kernel: names.float64, beta };
  if (beta === 1 || beta === -1) {
    return { kernel: call.precision === "fast" ? names.fast : names.exact, beta };
  }
  return { kernel: names.beta, beta: betaFor32(beta) };
}
