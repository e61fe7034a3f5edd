/** There is no usable WebGPU here; the message says what is missing and how to get it. */
export class WebGpuUnavailableError extends Error {
  /** The name of the class. */
  override readonly name = "WebGpuUnavailableError";
}

/** The GPU has no memory left for a call. The engine stays usable: dispose of arrays, try again. */
export class WebGpuOutOfMemoryError extends Error {
  /** The name of the class. */
  override readonly name = "WebGpuOutOfMemoryError";
}

/** The GPU went away, by a reset or because its device was destroyed: make a new engine. */
export class WebGpuDeviceLostError extends Error {
  /** The name of the class. */
  override readonly name = "WebGpuDeviceLostError";
}

/** What a captured GPUError means, as an error of the kit. */
export function typedError(error: GPUError, what: string): Error {
  // Deno and browsers both have the class; a mock in a test may have its name only.
  if (error.constructor.name === "GPUOutOfMemoryError") {
    return new WebGpuOutOfMemoryError(
      `${what}: the GPU has no memory left: dispose of arrays, or work on smaller ones (${
        error.message || "no details"
      })`,
    );
  }
  return new Error(`${what}: the GPU refused the work: ${error.message}`);
}
