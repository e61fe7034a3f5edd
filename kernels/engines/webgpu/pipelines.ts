/*
 * From WGSL text to pipelines, each compiled once. The text of a pipeline is a plain concatenation:
 * the format, the arithmetic, the kernels, and an entry point that knows which arrays are the same.
 */
import { wgsl } from "../embedded_wgsl.ts";
import type { KernelName } from "../engine.ts";

/** Element types on the GPU. */
export type GpuFormat = "f32" | "f16";

/** What distinguishes one pipeline from another. */
export interface PipelineKey {
  readonly kernel: KernelName;
  readonly format: GpuFormat;
  /** 1 and -1 are compiled in; NaN stands for any other, given in a uniform. */
  readonly beta: number;
  /** The binding of each array, inputs first: arrays that are the same memory share one. */
  readonly slots: readonly number[];
}

/** Invocations in a workgroup; each takes four words. */
export const workgroupSize = 256;

const inputsOf = (kernel: KernelName): number => kernel === "softplusBackward" ? 2 : 1;

/** The WGSL text of a pipeline. */
export function shaderText({ kernel, format, beta, slots }: PipelineKey): string {
  const inputs = slots.slice(0, inputsOf(kernel));
  const outputs = slots.slice(inputs.length);
  const bindings = Math.max(...slots) + 1;
  const declarations = Array.from({ length: bindings }, (_, slot) => {
    const access = outputs.includes(slot) ? "read_write" : "read";
    return `@group(0) @binding(${slot}) var<storage, ${access}> b${slot}: array<vec4<u32>>;`;
  });
  if (Number.isNaN(beta)) {
    declarations.push(`@group(0) @binding(${bindings}) var<uniform> beta: Beta;`);
  }
  return [
    format === "f32" ? wgsl.float32 : wgsl.float16,
    wgsl.arithmetic,
    wgsl.exp,
    Number.isNaN(beta) ? wgsl.beta : wgsl.unit,
    wgsl.log1p,
    wgsl.softplus,
    wgsl.sigmoid,
    wgsl.softplus_with_grad,
    ...declarations,
    entryPoint(kernel, format, inputs, outputs),
  ].join("\n");
}

function entryPoint(
  kernel: KernelName,
  format: GpuFormat,
  inputs: readonly number[],
  outputs: readonly number[],
): string {
  const words = outputs.length === 2 ? "vec2<u32>" : "u32";
  const parameters = inputs.map((_, k) => `x${k}: u32`).join(", ");
  const argument = (suffix: string) => inputs.map((_, k) => `x${k}${suffix}`).join(", ");
  const word = format === "f32"
    ? `${kernel}(${argument("")})`
    : `${kernel}(${argument(" & 0xffffu")}) | (${kernel}(${argument(" >> 16u")}) << ${
      outputs.length === 2 ? "vec2(16u)" : "16u"
    })`;
  const lanes = ["x", "y", "z", "w"];
  const store = outputs.length === 2
    ? outputs.map((slot, k) =>
      `  b${slot}[i] = vec4(${lanes.map((lane) => `r${lane}.${lanes[k]}`).join(", ")});`
    )
    : [`  b${outputs[0]}[i] = vec4(${lanes.map((lane) => `r${lane}`).join(", ")});`];
  return `
fn word(${parameters}) -> ${words} {
  return ${word};
}

@compute @workgroup_size(${workgroupSize})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * ${workgroupSize}u + local;
  if (i >= arrayLength(&b${outputs[0]})) { return; }
${inputs.map((slot, k) => `  let x${k} = b${slot}[i];`).join("\n")}
${lanes.map((lane) => `  let r${lane} = word(${argument(`.${lane}`)});`).join("\n")}
${store.join("\n")}
}
`;
}

/** The pipelines of one device. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #cache = new Map<string, GPUComputePipeline>();

  /** @param device the device that compiles them */
  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The pipeline for a key, compiled at its first use. */
  get(key: PipelineKey): GPUComputePipeline {
    const { kernel, format, beta, slots } = key;
    const name = `${kernel} ${format} beta=${beta} ${slots.join()}`;
    let pipeline = this.#cache.get(name);
    if (pipeline !== undefined) return pipeline;
    const code = shaderText(key);
    const sign = format === "f32" ? 0x80000000 : 0x8000;
    pipeline = this.#device.createComputePipeline({
      label: name,
      layout: "auto",
      compute: {
        module: this.#device.createShaderModule({ label: name, code }),
        entryPoint: "main",
        constants: Number.isNaN(beta) ? {} : { betaSign: beta < 0 ? sign : 0 },
      },
    });
    this.#cache.set(name, pipeline);
    return pipeline;
  }
}
