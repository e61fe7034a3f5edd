/** The methods of an engine, whether they return values or promises. */
import type { Precision } from "../kernels/bounds.ts";
import type { EngineMethods, Matrix } from "../kernels/engines/mod.ts";
import type { Vector } from "./floats.ts";

/** What a kernel takes. */
export type Input = number | Vector | Matrix;

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

type Backward = <T extends Input>(x: T, upstream: T, options?: Options<T>) => T | Promise<T>;

type UnaryWithGrad = <T extends Input>(
  x: T,
  options?: Options<WithGrad<T>>,
) => WithGrad<T> | Promise<WithGrad<T>>;

/** The methods of an engine, whether they return values or promises. */
export type Methods = EngineMethods<Unary, UnaryWithGrad, Backward>;
