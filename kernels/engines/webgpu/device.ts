/*
 * Finding a GPU: an adapter, and a device with all the memory limits that the adapter has. The
 * defaults of WebGPU, 128 MiB for a binding, are far below what GPUs can do.
 */
import { describe } from "../matrix.ts";
import { WebGpuUnavailableError } from "./errors.ts";

/**
 * Options of {@link webgpu}.
 *
 * @example
 * ```ts
 * import type { WebGpuOptions } from "@softplus/kit";
 *
 * const options: WebGpuOptions = { powerPreference: "low-power" };
 * ```
 */
export interface WebGpuOptions {
  /** Which GPU, on a machine with several; the platform chooses unless told. */
  powerPreference?: "low-power" | "high-performance" | undefined;
  /** A device of the caller's, which stays the caller's: disposing of the engine leaves it alone. */
  device?: GPUDevice | undefined;
}

/** A device, and whose it is. */
export interface OpenedDevice {
  readonly device: GPUDevice;
  /** True where the engine made the device and has to destroy it. */
  readonly owned: boolean;
  /** The GPU, as it names itself. */
  readonly adapter: string;
}

const advice =
  "A GPU needs a driver for Vulkan, Metal or Direct3D 12; a software driver serves as " +
  "well (Debian: apt-get install mesa-vulkan-drivers). In a browser, WebGPU also needs https or " +
  "localhost";

/** Opens the device that the options ask for. */
export async function openDevice(options: unknown): Promise<OpenedDevice> {
  const { powerPreference, device } = readOptions(options);
  if (device !== undefined) {
    return { device, owned: false, adapter: nameOf(device.adapterInfo) };
  }
  const gpu = globalThis.navigator?.gpu;
  if (gpu === undefined || gpu === null) {
    throw new WebGpuUnavailableError(
      `webgpu: navigator.gpu is missing: this runtime has no WebGPU. Deno 2, Chromium, Firefox and Safari have it. ${advice}`,
    );
  }
  let adapter: GPUAdapter | null = null;
  let cause: unknown;
  try {
    adapter = await gpu.requestAdapter(powerPreference === undefined ? {} : { powerPreference });
  } catch (error) {
    cause = error;
  }
  if (adapter === null) {
    throw new WebGpuUnavailableError(
      `webgpu: no GPU adapter was found${cause ? ` (${cause})` : ""}. ${advice}`,
      { cause },
    );
  }
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  try {
    const device = await adapter.requestDevice({
      label: "softplus-kit",
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
      requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
    });
    return { device, owned: true, adapter: nameOf(adapter.info) };
  } catch (error) {
    throw new WebGpuUnavailableError(
      `webgpu: the adapter ${nameOf(adapter.info)} gave no device (${error}). ${advice}`,
      { cause: error },
    );
  }
}

function readOptions(options: unknown): WebGpuOptions {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`webgpu: options must be an object, got ${describe(options)}`);
  }
  const { powerPreference, device } = options as WebGpuOptions;
  if (
    powerPreference !== undefined && powerPreference !== "low-power" &&
    powerPreference !== "high-performance"
  ) {
    throw new RangeError(
      `webgpu: powerPreference must be "low-power" or "high-performance", got ${
        describe(powerPreference)
      }`,
    );
  }
  if (
    device !== undefined && (typeof device !== "object" || device === null ||
      typeof device.createBuffer !== "function" || typeof device.queue !== "object")
  ) {
    throw new TypeError(`webgpu: device must be a GPUDevice, got ${describe(device)}`);
  }
  return { powerPreference, device };
}

/** The most telling of what an adapter says about itself. */
function nameOf(info: GPUAdapterInfo | undefined): string {
  if (info === undefined) return "unnamed";
  const parts = [info.vendor, info.architecture, info.device].filter((part) => part !== "");
  return info.description || parts.join(" ") || "unnamed";
}
