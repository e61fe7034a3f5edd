/**
 * A function written in WGSL, run on the kit's GPU engine: what a shader of one's own would give.
 *
 * @module
 */
import { webgpu, type WebGpuEngine } from "../kernels/engines/mod.ts";
import type { Gap, Named, Openable, Use } from "./implementation.ts";

const WORKGROUP = 64;
/** The most workgroups in one dimension of a dispatch. */
const MOST = 65_535;

/**
 * A WGSL text that does not compile: what the compiler says of it, by the lines of that text.
 *
 * @example
 * ```ts ignore
 * await errorOverX({ typo: wgsl("log(1.0 + exp(y))") }, { of: "softplus", from: -1, to: 1 }); // WgslError
 * ```
 */
export class WgslError extends Error {
  override readonly name = "WgslError";
}

/** What a function in WGSL runs on. */
export interface WgslOptions {
  /** The engine whose device computes; one is made, and disposed of, where it is left out. */
  readonly gpu?: WebGpuEngine;
}

/**
 * An implementation in WGSL, of float32. WGSL lets exp err by 3 + 2|x| ULP, and log by 3 ULP or 2^-21
 * near 1.
 *
 * @param text an expression of x, or the body of a function of x with its `return`
 * @throws {TypeError} text is no text
 * @throws {WgslError} where it is used: it does not compile, with the compiler's words and the line
 * @throws {WebGpuUnavailableError} where it is used: there is no GPU
 *
 * @example
 * ```ts ignore
 * const stable = wgsl("max(x, 0.0) + log(1.0 + exp(-abs(x)))");
 * await errorOverX({ stable }, { of: "softplus", from: -110, to: 20 });
 * ```
 */
export function wgsl(text: string, { gpu }: WgslOptions = {}): Openable {
  if (typeof text !== "string" || text.trim() === "") {
    throw new TypeError(`wgsl: text must be an expression of x, got ${JSON.stringify(text)}`);
  }
  return {
    name: text.trim(),
    async open({ dtype }: Use): Promise<Named | Gap> {
      if (dtype !== "f32") return { gap: `WGSL computes f32, not ${dtype}` };
      const engine = gpu ?? await webgpu();
      const dispose = async () => void (gpu === undefined && await engine.dispose());
      try {
        const pipeline = await compile(engine.device, text);
        return { apply: (x: Float32Array) => compute(engine, pipeline, x), dispose };
      } catch (error) {
        await dispose();
        throw error;
      }
    },
  };
}

/** What calls f; it stands after the user's text, whose lines the compiler then counts from 1. */
const MAIN = `
}
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>) {
  let at = id.y * n.x * ${WORKGROUP}u + id.x;
  if (at < arrayLength(&input)) { output[at] = f(input[at]); }
}
`;

/** The pipeline of a text; an error of the compiler is thrown, where the device only notes it. */
async function compile(device: GPUDevice, text: string): Promise<GPUComputePipeline> {
  const body = /\breturn\b/.test(text) ? text : `return ${text};`;
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code: `fn f(x: f32) -> f32 { ${body}${MAIN}` });
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module, entryPoint: "main" },
  });
  const error = await device.popErrorScope();
  if (error === null) return pipeline;
  throw new WgslError(`wgsl: ${await complaint(module, error)}`);
}

/** What the compiler says, with the lines of the text. */
async function complaint(module: GPUShaderModule, error: GPUError): Promise<string> {
  const { messages } = await module.getCompilationInfo?.() ?? { messages: [] };
  const errors = messages.filter(({ type }) => type === "error");
  if (errors.length === 0) return error.message;
  return errors.map(({ lineNum, message }) => `line ${lineNum}: ${message.trim()}`).join("\n");
}

async function compute(
  gpu: WebGpuEngine,
  pipeline: GPUComputePipeline,
  x: Float32Array,
): Promise<Float32Array> {
  if (x.length === 0) return new Float32Array(0);
  const { device } = gpu;
  using a = gpu.upload(x);
  using y = gpu.upload(new Float32Array(x.length));
  const groups = Math.ceil(x.length / WORKGROUP);
  const wide = Math.min(groups, MOST);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [a, y].map(({ buffer }, binding) => ({ binding, resource: { buffer } })),
    }),
  );
  pass.dispatchWorkgroups(wide, Math.ceil(groups / Math.max(1, wide)));
  pass.end();
  device.queue.submit([encoder.finish()]);
  return await y.read();
}
