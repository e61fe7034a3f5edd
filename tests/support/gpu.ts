/**
 * Tests that need a GPU. On CI its absence is a failure; elsewhere they print as ignored.
 *
 * @module
 */
import { webgpu, type WebGpuEngine, WebGpuUnavailableError } from "../../kernels/engines/mod.ts";

/** Why there is no GPU, or undefined. */
export const missing: string | undefined = await (async () => {
  try {
    await (await webgpu()).dispose();
  } catch (error) {
    if (!(error instanceof WebGpuUnavailableError) || Deno.env.get("CI") === "true") throw error;
    return error.message;
  }
})();

/** Registers a test that gets an engine of its own. */
export function gpuTest(name: string, body: (gpu: WebGpuEngine) => Promise<void>): void {
  Deno.test({
    name: missing === undefined ? name : `${name} (${missing})`,
    ignore: missing !== undefined,
    async fn() {
      await using gpu = await webgpu();
      await body(gpu);
    },
  });
}
