/**
 * The functions as one would write them in WGSL, with its own exp and log: what the kit's arithmetic
 * is held against. WGSL lets exp err by 3 + 2|x| ULP, and log by 3 ULP or 2^-21 near 1.
 */
import type { WebGpuEngine } from "../../kernels/engines/mod.ts";
import { errorPoints } from "../../lab/error_over_x.ts";
import type { ErrorPoint } from "../../lab/figures/curves.ts";
import { wgsl } from "../../lab/wgsl.ts";

/** Expressions of x. */
export const BUILT_INS = {
  softplus: {
    "built-in, textbook": "log(1.0 + exp(x))",
    "built-in, stable": "max(x, 0.0) + log(1.0 + exp(-abs(x)))",
  },
  sigmoid: {
    "built-in, textbook": "1.0 / (1.0 + exp(-x))",
    "built-in, stable": "select(1.0, exp(x), x < 0.0) / (1.0 + exp(-abs(x)))",
  },
} as const;

/** The functions that are compared. */
export type BuiltIn = keyof typeof BUILT_INS;

/** The errors over x of the built-in forms and of the kit's kernel, for the figure `errorOverX`. */
export async function builtInErrors(
  gpu: WebGpuEngine,
  fn: BuiltIn,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ErrorPoint[]> {
  const forms = Object.entries(BUILT_INS[fn]).map(([name, text]) => [
    name,
    { ...wgsl(text, { gpu }), kind: "textbook" as const },
  ]);
  return await errorPoints({
    ...Object.fromEntries(forms),
    "webgpu, kernel": { apply: gpu[fn], kind: "kit", family: "webgpu kernel" },
  }, { of: fn, from, to });
}
