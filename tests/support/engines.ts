/**
 * The engines that every test body runs on, and what is promised of each.
 *
 * A body awaits every result, so that an engine whose methods return promises is one more entry.
 *
 * @module
 */
import * as kit from "../../kernels/engines/mod.ts";
import { createThreads } from "../../kernels/engines/threads.ts";
import { createWasm } from "../../kernels/engines/wasm.ts";
import {
  bound as boundOf,
  boundedAs,
  type BoundedEngine,
  type Precision,
} from "../../kernels/bounds.ts";
import type { Format } from "../../lab/floats.ts";

export type { Precision } from "../../kernels/bounds.ts";

/** A batch of the kit. */
export { Matrix } from "../../kernels/engines/mod.ts";

import type { Input, Methods, Options } from "../../lab/methods.ts";
export type { Input, Methods, Options, WithGrad } from "../../lab/methods.ts";

/** An engine, with what it can do. */
export interface EngineUnderTest {
  name: string;
  engine: Methods;
  /** Element types it takes. A GPU has no float64. */
  formats: Format[];
  /** Whether it takes plain numbers. */
  numbers: boolean;
  /** The promised error in ULP. */
  bound: Bound;
}

/** The promised error in ULP of an engine; of softplus unless another function is named. */
export type Bound = (
  format: Format,
  precision: Precision,
  beta?: number,
  name?: UnaryName | BackwardName,
) => number;

/** What the table of bounds says of an engine. */
function promise(engine: BoundedEngine): Bound {
  return (format, precision, beta, name = "softplus") =>
    boundOf(format, precision, beta, engine, boundedAs[name]!);
}

/** The engines on this machine. The functions of the module are those of wasm: tests/engines/module.test.ts. */
export const engines: EngineUnderTest[] = [
  {
    name: "wasm",
    engine: kit.wasm as unknown as Methods,
    formats: ["f16", "f32", "f64"],
    numbers: true,
    bound: promise("wasm"),
  },
  {
    name: "wasm-plain",
    engine: createWasm({ fused: false }) as unknown as Methods,
    formats: ["f16", "f32", "f64"],
    numbers: true,
    bound: promise("wasm"),
  },
  {
    name: "threads",
    engine: await createThreads({ size: 2 }, 0) as unknown as Methods,
    formats: ["f16", "f32", "f64"],
    numbers: true,
    bound: promise("wasm"),
  },
  {
    name: "scalar",
    engine: kit.scalar as unknown as Methods,
    formats: ["f16", "f32", "f64"],
    numbers: true,
    bound: promise("scalar"),
  },
  ...await gpuEngines(),
];

/** The GPU, where there is one. On CI its absence is a failure, elsewhere an ignored test says so. */
async function gpuEngines(): Promise<EngineUnderTest[]> {
  try {
    const engine = await kit.webgpu() as unknown as Methods;
    const bound = promise("webgpu");
    return [{ name: "webgpu", engine, formats: ["f16", "f32"], numbers: false, bound }];
  } catch (error) {
    if (!(error instanceof kit.WebGpuUnavailableError) || Deno.env.get("CI") === "true") {
      throw error;
    }
    Deno.test({ name: error.message, ignore: true, fn() {} });
    return [];
  }
}

/** The precisions that differ in a format. */
export function precisionsOf(format: Format): Precision[] {
  return format === "f32" ? ["exact", "fast"] : ["exact"];
}

/** Names of the kernels with one input and one output. */
export const UNARY = [
  "softplus",
  "sigmoid",
  "softplusGrad",
  "sigmoidGrad",
  "logSigmoid",
  "logSigmoidGrad",
] as const;

/** One of the kernels with one input and one output. */
export type UnaryName = typeof UNARY[number];

/** The backward passes, and the derivative by which each multiplies. */
export const BACKWARD = {
  softplusBackward: "softplusGrad",
  sigmoidBackward: "sigmoidGrad",
  logSigmoidBackward: "logSigmoidGrad",
} as const;

/** Name of a backward pass. */
export type BackwardName = keyof typeof BACKWARD;

/** Their names. */
export const BACKWARD_NAMES = Object.keys(BACKWARD) as readonly BackwardName[];

/** A kernel seen from outside: `inputs` arrays in, `outputs` arrays out. */
export interface Kernel {
  name: UnaryName | "softplusWithGrad" | BackwardName;
  inputs: 1 | 2;
  outputs: 1 | 2;
}

/** Every kernel of the contract. */
export const kernels: Kernel[] = [
  ...UNARY.map((name): Kernel => ({ name, inputs: 1, outputs: 1 })),
  { name: "softplusWithGrad", inputs: 1, outputs: 2 },
  ...BACKWARD_NAMES.map((name): Kernel => ({ name, inputs: 2, outputs: 1 })),
];

/**
 * Calls a kernel with its inputs in a list, and returns its outputs in a list. `outs`, where given,
 * are passed as `out`; what the kernel returns must then be these very objects.
 */
export async function call<T extends Input>(
  engine: Methods,
  kernel: Kernel,
  inputs: readonly T[],
  options: Options<never> = {},
  outs?: readonly T[],
): Promise<T[]> {
  const [x, upstream] = inputs as [T, T];
  if (kernel.name === "softplusWithGrad") {
    const out = outs && { value: outs[0]!, grad: outs[1]! };
    const { value, grad } = await engine.softplusWithGrad(x, out ? { ...options, out } : options);
    return [value, grad];
  }
  const withOut: Options<T> = outs ? { ...options, out: outs[0]! } : options;
  const { name } = kernel;
  if (name in BACKWARD) return [await engine[name as BackwardName](x, upstream, withOut)];
  return [await engine[name as UnaryName](x, withOut)];
}
