/** The GPU at hand, if there is one: what a notebook computes on it, or why it does not. */
import { webgpu, type WebGpuEngine, WebGpuUnavailableError } from "../../kernels/engines/mod.ts";

/**
 * Runs `body` with the GPU of this machine. Where there is none, it prints what is missing and how
 * to get it, and returns undefined; nothing computes in the GPU's place.
 *
 * @param open makes the engine; a test gives another
 */
export async function onGpu<T>(
  body: (gpu: WebGpuEngine) => T | Promise<T>,
  open: () => Promise<WebGpuEngine> = () => webgpu({ powerPreference: "high-performance" }),
): Promise<T | undefined> {
  let gpu: WebGpuEngine;
  try {
    gpu = await open();
  } catch (error) {
    if (!(error instanceof WebGpuUnavailableError)) throw error;
    console.log(`Not computed: ${error.message}`);
    return undefined;
  }
  try {
    return await body(gpu);
  } finally {
    await gpu.dispose();
  }
}
