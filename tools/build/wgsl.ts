/** Makes kernels/engines/embedded_wgsl.ts: the WGSL text as a module, so that a URL import needs nothing else. */

import { root } from "../process.ts";

/** The files of kernels/ that pipelines are put together from. */
const FILES = [
  "float32",
  "float16",
  "arithmetic",
  "exp",
  "unit",
  "beta",
  "log1p",
  "softplus",
  "sigmoid",
  "softplus_with_grad",
] as const;

/** Returns the TypeScript source of `export const wgsl = { ... }`. */
export async function wgslModule(): Promise<string> {
  const entries = await Promise.all(FILES.map(async (name) => {
    const text = await Deno.readTextFile(new URL(`kernels/${name}.wgsl`, root));
    return `  ${name}: \`${text.replace(/[\\`$]/g, "\\$&")}\`,\n`;
  }));
  return `// Made by \`deno task build\` from kernels/*.wgsl.
/** The WGSL text of each file in kernels/, by its name. */
export const wgsl = {
${entries.join("")}} as const;
`;
}
