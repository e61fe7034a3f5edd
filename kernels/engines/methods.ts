/*
 * The methods of every engine, a row each: which kernel computes a method, and with which sign of
 * beta. A kernel has inputs and outputs; that is all an engine needs to know of it.
 */
import type { FloatArray } from "./arrays.ts";
import type { Engine, Precision } from "./types.ts";

/** What an engine has to compute. */
export type KernelName =
  | "softplus"
  | "sigmoid"
  | "sigmoidGrad"
  | "softplusWithGrad"
  | "softplusBackward"
  | "sigmoidBackward";

/** Arrays that a kernel takes and fills. */
export interface Shape {
  readonly inputs: 1 | 2;
  readonly outputs: 1 | 2;
}

/** The kernels. */
export const kernels: Readonly<Record<KernelName, Shape>> = {
  softplus: { inputs: 1, outputs: 1 },
  sigmoid: { inputs: 1, outputs: 1 },
  sigmoidGrad: { inputs: 1, outputs: 1 },
  softplusWithGrad: { inputs: 1, outputs: 2 },
  softplusBackward: { inputs: 2, outputs: 1 },
  sigmoidBackward: { inputs: 2, outputs: 1 },
};

/** A method, as its kernel computes it. */
export interface Method {
  readonly kernel: KernelName;
  /** -1 where the kernel gets -beta: logSigmoid(x) is -softplus(-x), its derivative sigmoid(-x). */
  readonly sign: 1 | -1;
}

/** The name of a method. */
export type MethodName = Exclude<keyof Engine, "name">;

/** Every method of the contract. */
export const methods: Readonly<Record<MethodName, Method>> = {
  softplus: { kernel: "softplus", sign: 1 },
  softplusGrad: { kernel: "sigmoid", sign: 1 },
  sigmoid: { kernel: "sigmoid", sign: 1 },
  sigmoidGrad: { kernel: "sigmoidGrad", sign: 1 },
  logSigmoid: { kernel: "softplus", sign: -1 },
  logSigmoidGrad: { kernel: "sigmoid", sign: -1 },
  softplusWithGrad: { kernel: "softplusWithGrad", sign: 1 },
  softplusBackward: { kernel: "softplusBackward", sign: 1 },
  sigmoidBackward: { kernel: "sigmoidBackward", sign: 1 },
  logSigmoidBackward: { kernel: "softplusBackward", sign: -1 },
};

/** The names, in the order of the contract. */
export const methodNames: readonly MethodName[] = Object.keys(methods) as MethodName[];

/**
 * A checked call: all arrays have one type and length and are `plain`; no output overlaps an input
 * in part, or another output.
 */
export interface Call {
  readonly kernel: KernelName;
  readonly precision: Precision;
  readonly beta: number;
  readonly inputs: readonly FloatArray[];
  readonly outputs: readonly FloatArray[];
}
