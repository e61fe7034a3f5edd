/*
 * From WGSL text to pipelines, each compiled once. The text of a pipeline is a plain concatenation:
 * the format, the arithmetic, the kernels, and an entry point that knows which arrays are the same.
 */
import { wgsl } from "../embedded_wgsl.ts";
import { type KernelName, kernels } from "../methods.ts";
import type { Access, Bindings } from "./bindings.ts";
import type { GpuFormat } from "./piece.ts";

/** What distinguishes one pipeline from another. */
export interface PipelineKey {
  readonly kernel: KernelName;
  readonly format: GpuFormat;
  /** 1 and -1 are compiled in; NaN stands for any other, given in a uniform. */
  readonly beta: number;
  /** The bind group of each array, inputs first: arrays that are the same memory share one. */
  readonly slots: readonly number[];
}

/** Invocations in a workgroup; each takes four words. */
export const workgroupSize = 256;

const inputsOf = (kernel: KernelName): number => kernels[kernel].inputs;

/** What a kernel does with each of its distinct arrays. */
function accessesOf(kernel: KernelName, slots: readonly number[]): Access[] {
  const outputs = slots.slice(inputsOf(kernel));
  return Array.from(
    { length: Math.max(...slots) + 1 },
    (_, slot) => outputs.includes(slot) ? "storage" : "read-only-storage",
  );
}

/** The WGSL text of a pipeline. */
export function shaderText({ kernel, format, beta, slots }: PipelineKey): string {
  const inputs = slots.slice(0, inputsOf(kernel));
  const outputs = slots.slice(inputs.length);
  const accesses = accessesOf(kernel, slots);
  const declarations = accesses.map((access, slot) => {
    const mode = access === "storage" ? "read_write" : "read";
    return `@group(${slot}) @binding(0) var<storage, ${mode}> b${slot}: array<vec4<u32>>;`;
  });
  if (Number.isNaN(beta)) {
    declarations.push(`@group(${accesses.length}) @binding(0) var<uniform> beta: Beta;`);
  }
  return [
    format === "f32" ? wgsl.float32 : wgsl.float16,
    wgsl.arithmetic,
    wgsl.exp,
    Number.isNaN(beta) ? wgsl.beta : wgsl.unit,
    wgsl.log1p,
    wgsl.softplus,
    wgsl.sigmoid,
    wgsl.sigmoid_grad,
    wgsl.softplus_with_grad,
    wgsl.backward,
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

/** A compiled pipeline, and how it uses its bind groups. */
export interface Pipeline {
  readonly compiled: GPUComputePipeline;
  /** Of each distinct array; a beta comes after them. */
  readonly accesses: readonly Access[];
}

/** The pipelines of one device. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #bindings: Bindings;
  readonly #cache = new Map<string, Pipeline>();

  /**
   * @param device the device that compiles them
   * @param bindings the layouts of their bind groups
   */
  constructor(device: GPUDevice, bindings: Bindings) {
    this.#device = device;
    this.#bindings = bindings;
  }

  /** The pipeline for a key, compiled at its first use. */
  get(key: PipelineKey): Pipeline {
    const { kernel, format, beta, slots } = key;
    const name = `${kernel} ${format} beta=${beta} ${slots.join()}`;
    let pipeline = this.#cache.get(name);
    if (pipeline === undefined) this.#cache.set(name, pipeline = this.#compile(name, key));
    return pipeline;
  }

  #compile(label: string, key: PipelineKey): Pipeline {
    const { kernel, format, beta, slots } = key;
    const accesses = accessesOf(kernel, slots);
    const groups: Access[] = Number.isNaN(beta) ? [...accesses, "uniform"] : accesses;
    const sign = format === "f32" ? 0x80000000 : 0x8000;
    const compiled = this.#device.createComputePipeline({
      label,
      layout: this.#device.createPipelineLayout({
        label,
        bindGroupLayouts: groups.map((access) => this.#bindings.layout(access)),
      }),
      compute: {
        module: this.#device.createShaderModule({ label, code: shaderText(key) }),
        entryPoint: "main",
        constants: Number.isNaN(beta) ? {} : { betaSign: beta < 0 ? sign : 0 },
      },
    });
    return { compiled, accesses };
  }
}
