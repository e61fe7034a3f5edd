/*
 * Finding a GPU: an adapter, and a device with all the memory limits that the adapter has. The
 * defaults of WebGPU, 128 MiB for a binding, are far below what GPUs can do.
 */
import { describe } from "../matrix.ts";
import { checkOptions, optionOf } from "../options.ts";
import { WebGpuUnavailableError } from "./errors.ts";
import { within } from "./turn.ts";

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

/** Milliseconds in which a GPU answers, even one whose driver has to start first. */
const patience = 20_000;

/** Opens the device that the options ask for. */
export async function openDevice(
  options: unknown,
  milliseconds: number = patience,
): Promise<OpenedDevice> {
  const { powerPreference, device } = readOptions(options);
  if (device !== undefined) {
    return { device, owned: false, adapter: nameOf(device.adapterInfo) };
  }
  const opening = open(findGpu(), powerPreference === undefined ? {} : { powerPreference });
  let late = false;
  void opening.then(({ device }) => late && device.destroy(), () => {});
  return await within(milliseconds, opening, () => {
    late = true;
    return new WebGpuUnavailableError(
      `webgpu: the GPU did not answer within ${milliseconds / 1000} s. ${advice}`,
    );
  });
}

async function open(gpu: GPU, options: GPURequestAdapterOptions): Promise<OpenedDevice> {
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter(options);
    if (adapter) return await fromAdapter(adapter, () => gpu.requestAdapter(options));
  } catch (cause) {
    if (cause instanceof WebGpuUnavailableError) throw cause;
    throw new WebGpuUnavailableError(
      `webgpu: no GPU adapter was found (${String(cause)}). ${advice}`,
      { cause },
    );
  }
  throw new WebGpuUnavailableError(`webgpu: no GPU adapter was found. ${advice}`);
}

function findGpu(): GPU {
  let gpu: GPU | undefined;
  let cause: unknown;
  try {
    gpu = globalThis.navigator?.gpu ?? undefined;
  } catch (error) {
    cause = error; // a browser hardened against fingerprinting
  }
  if (gpu !== undefined) return gpu;
  throw new WebGpuUnavailableError(
    `webgpu: navigator.gpu is missing: this runtime has no WebGPU. Deno 2, Chromium, Firefox and Safari have it. ${advice}`,
    { cause },
  );
}

/**
 * A device with as much as the adapter gives. Drivers exist that refuse what they say they have, so
 * it is asked for less and less. A request uses its adapter up, granted or not: each has its own.
 */
async function fromAdapter(
  first: GPUAdapter,
  next: () => Promise<GPUAdapter | null>,
): Promise<OpenedDevice> {
  let name = "unnamed";
  let cause: unknown;
  try {
    name = nameOf(first.info);
    let adapter: GPUAdapter | null = first;
    for (const descriptor of descriptorsFor(first)) {
      if (cause !== undefined) adapter = await next();
      if (!adapter) break;
      try {
        return { device: await granted(adapter, descriptor), owned: true, adapter: name };
      } catch (error) {
        cause ??= error ?? "no reason was given";
      }
    }
  } catch (error) {
    cause ??= error;
  }
  throw new WebGpuUnavailableError(
    `webgpu: the adapter ${name} gave no device (${String(cause)}). ${advice}`,
    { cause },
  );
}

/** What to ask an adapter for: everything it has, no timing, small limits, WebGPU's defaults. */
function descriptorsFor({ limits, features }: GPUAdapter): GPUDeviceDescriptor[] {
  const { maxBufferSize, maxStorageBufferBindingSize } = limits;
  const label = "softplus-kit";
  const all = { maxBufferSize, maxStorageBufferBindingSize };
  const most = 2 ** 30;
  const small = {
    maxBufferSize: Math.min(maxBufferSize, most),
    maxStorageBufferBindingSize: Math.min(maxStorageBufferBindingSize, most),
  };
  const descriptors: GPUDeviceDescriptor[] = [{ label, requiredLimits: all }];
  if (features.has("timestamp-query")) {
    descriptors.unshift({ label, requiredLimits: all, requiredFeatures: ["timestamp-query"] });
  }
  if (small.maxBufferSize < maxBufferSize) descriptors.push({ label, requiredLimits: small });
  return [...descriptors, { label }];
}

/** The device, unless it is lost from the start, which is another way to refuse. */
async function granted(adapter: GPUAdapter, descriptor: GPUDeviceDescriptor): Promise<GPUDevice> {
  const device = await adapter.requestDevice(descriptor);
  const lost = await Promise.race([device.lost, undefined]);
  if (lost === undefined) return device;
  throw new Error(`the device was lost at once: ${lost.message || lost.reason}`);
}

const names: readonly string[] = ["powerPreference", "device"];

function readOptions(options: unknown): WebGpuOptions {
  if (options === undefined) return {};
  checkOptions("webgpu", options, names);
  const powerPreference = optionOf(options, "powerPreference") as WebGpuOptions["powerPreference"];
  const device = optionOf(options, "device") as WebGpuOptions["device"];
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
