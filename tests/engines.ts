/**
 * The engines that every test body runs on, and what is promised of each.
 *
 * A body awaits every result, so that an engine whose methods return promises is one more entry.
 *
 * @module
 */
import * as kit from "../mod.ts";
import type { Format, Vector } from "./floats.ts";

/** A batch of the kit. */
export type Matrix = kit.Matrix;

/** What a kernel takes. */
export type Input = number | Vector | Matrix;

/** The two levels of float32. */
export type Precision = "exact" | "fast";

/** A value and the slope there, as softplusWithGrad returns them and takes them for `out`. */
export interface WithGrad<T> {
  value: T;
  grad: T;
}

/** The options of a kernel whose out is of type `Out`. */
export interface Options<Out> {
  out?: Out;
  precision?: Precision;
  beta?: number;
}

type Unary = <T extends Input>(x: T, options?: Options<T>) => T | Promise<T>;

/** The methods of an engine, whether they return values or promises. */
export interface Methods {
  softplus: Unary;
  sigmoid: Unary;
  softplusGrad: Unary;
  logSigmoid: Unary;
  softplusWithGrad<T extends Input>(
    x: T,
    options?: Options<WithGrad<T>>,
  ): WithGrad<T> | Promise<WithGrad<T>>;
  softplusBackward<T extends Input>(x: T, upstream: T, options?: Options<T>): T | Promise<T>;
}

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

/** The promised error in ULP of an engine. */
export type Bound = (format: Format, precision: Precision, beta?: number) => number;

/** The engines on this machine. */
export const engines: EngineUnderTest[] = [
  {
    name: "module",
    engine: kit as unknown as Methods,
    formats: ["f32", "f64"],
    numbers: true,
    bound,
  },
  {
    name: "scalar",
    engine: kit.scalar as unknown as Methods,
    formats: ["f32", "f64"],
    numbers: true,
    bound,
  },
  ...await gpuEngines(),
];

/** The GPU, where there is one. On CI its absence is a failure, elsewhere an ignored test says so. */
async function gpuEngines(): Promise<EngineUnderTest[]> {
  try {
    const engine = await kit.webgpu() as unknown as Methods;
    return [{ name: "webgpu", engine, formats: ["f32"], numbers: false, bound: gpuBound }];
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

/**
 * The promised error in ULP. 1/2 is correct rounding. With beta, float32 is computed in float64 and
 * rounded once, and float64 pays for the division and the sum.
 */
export function bound(format: Format, precision: Precision, beta = 1): number {
  if (format === "f64") return beta === 1 ? 1 : 2;
  if (precision === "fast") return 0.51;
  return beta === 1 ? 0.5 : 0.501;
}

/**
 * The promised error of the GPU engine, in either precision: WGSL has no float64, so nothing is
 * correctly rounded by design. With beta the result is rounded after a division that has an error.
 */
export function gpuBound(_format: Format, _precision: Precision, beta = 1): number {
  return Math.abs(beta) === 1 ? 1 : 1.5;
}

/** Names of the kernels with one input and one output. */
export const UNARY = ["softplus", "sigmoid", "softplusGrad", "logSigmoid"] as const;

/** One of the kernels with one input and one output. */
export type UnaryName = typeof UNARY[number];

/** A kernel seen from outside: `inputs` arrays in, `outputs` arrays out. */
export interface Kernel {
  name: UnaryName | "softplusWithGrad" | "softplusBackward";
  inputs: 1 | 2;
  outputs: 1 | 2;
}

/** Every kernel of the contract. */
export const kernels: Kernel[] = [
  ...UNARY.map((name): Kernel => ({ name, inputs: 1, outputs: 1 })),
  { name: "softplusWithGrad", inputs: 1, outputs: 2 },
  { name: "softplusBackward", inputs: 2, outputs: 1 },
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
  if (kernel.name === "softplusBackward") {
    return [await engine.softplusBackward(x, upstream, withOut)];
  }
  return [await engine[kernel.name](x, withOut)];
}
