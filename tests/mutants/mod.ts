/** The planted faults, room by room. */
import { bench } from "./bench.ts";
import { engines } from "./engines.ts";
import { equivalents } from "./equivalents.ts";
import { kernels } from "./kernels.ts";
import { lab } from "./lab.ts";
import { simd } from "./simd.ts";
import { threads } from "./threads.ts";
import { tools } from "./tools.ts";
import type { Mutant } from "./types.ts";
import { webgpu } from "./webgpu.ts";
import { wgsl } from "./wgsl.ts";

export { equivalents };

/** The faults of each room. */
export const rooms: Readonly<Record<string, readonly Mutant[]>> = {
  kernels,
  simd,
  wgsl,
  engines,
  threads,
  webgpu,
  lab,
  bench,
  tools,
};
