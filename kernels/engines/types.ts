/*
 * The types of the methods that every engine has, as users see them.
 */
import type { FloatArray } from "./arrays.ts";
import type { Matrix } from "./matrix.ts";

/**
 * "exact": correctly rounded (float32, beta = 1). "fast": bounded error, as fast as it gets.
 *
 * @example
 * ```ts
 * import { type Precision, softplus } from "@softplus/kit";
 *
 * const precision: Precision = "fast";
 * softplus(new Float32Array(3), { precision });
 * ```
 */
export type Precision = "exact" | "fast";

/**
 * Options of every method.
 *
 * @example
 * ```ts
 * import { type Options, softplus } from "@softplus/kit";
 *
 * const options: Options<Float32Array> = { out: new Float32Array(3), beta: 2 };
 * softplus(new Float32Array(3), options);
 * ```
 */
export interface Options<Out> {
  /** Where the result goes: an array or Matrix of x's type and shape; may be x or overlap it. */
  out?: Out | undefined;
  /** float32 only; "exact" unless told. */
  precision?: Precision | undefined;
  /** softplus(x; beta) = log(1 + e^(beta x)) / beta; finite and not 0; 1 unless told. */
  beta?: number | undefined;
}

/**
 * softplus and its derivative at the same x.
 *
 * @example
 * ```ts
 * import { softplusWithGrad, type WithGrad } from "@softplus/kit";
 *
 * const { value, grad }: WithGrad<number> = softplusWithGrad(0);
 * ```
 */
export interface WithGrad<T> {
  /** softplus(x). */
  value: T;
  /** sigmoid(x), the derivative. */
  grad: T;
}

/**
 * Arrays or matrices of T's element type in memory of either kind: plain or shared.
 *
 * @example
 * ```ts
 * import type { Anywhere } from "@softplus/kit";
 *
 * const x: Anywhere<Float32Array<ArrayBuffer>> = new Float32Array(new SharedArrayBuffer(12));
 * ```
 */
export type Anywhere<T> = T extends Matrix<infer Data> ? Matrix<Anywhere<Data> & FloatArray>
  : T extends Float32Array ? Float32Array
  : T extends Float64Array ? Float64Array
  : T extends Float16Array ? Float16Array
  : T;

/**
 * A function of one argument.
 *
 * @example
 * ```ts
 * import { softplus, type Unary } from "@softplus/kit";
 *
 * const activation: Unary = softplus;
 * ```
 */
export interface Unary {
  /** Computes in float64. */
  (x: number, options?: Options<never>): number;
  /** Returns `out`, or a new array or Matrix of x's type and shape. */
  <T extends FloatArray | Matrix>(x: T, options?: Options<T>): T;
  /** Returns `out`, whose memory may be of another kind than x's: plain or shared. */
  <T extends FloatArray | Matrix>(x: Anywhere<T>, options: Options<T> & { out: T }): T;
}

/**
 * Value and gradient in one pass.
 *
 * @example
 * ```ts
 * import { softplusWithGrad, type UnaryWithGrad } from "@softplus/kit";
 *
 * const pass: UnaryWithGrad = softplusWithGrad;
 * ```
 */
export interface UnaryWithGrad {
  /** Computes in float64. */
  (x: number, options?: Options<never>): WithGrad<number>;
  /** Returns `out`, or two new arrays or Matrices of x's type and shape. */
  <T extends FloatArray | Matrix>(x: T, options?: Options<WithGrad<T>>): WithGrad<T>;
  /** Returns `out`, whose memory may be of another kind than x's: plain or shared. */
  <T extends FloatArray | Matrix>(
    x: Anywhere<T>,
    options: Options<WithGrad<T>> & { out: WithGrad<T> },
  ): WithGrad<T>;
}

/**
 * The gradient times what comes from above: one rounding of the exact product.
 *
 * @example
 * ```ts
 * import { type Backward, softplusBackward } from "@softplus/kit";
 *
 * const backward: Backward = softplusBackward;
 * ```
 */
export interface Backward {
  /** Computes in float64. */
  (x: number, upstream: number, options?: Options<never>): number;
  /** Returns `out`, or a new array or Matrix of x's type and shape. */
  <T extends FloatArray | Matrix>(x: T, upstream: T, options?: Options<T>): T;
  /** Returns `out`; the three may be in different kinds of memory: plain or shared. */
  <T extends FloatArray | Matrix>(
    x: Anywhere<T>,
    upstream: Anywhere<T>,
    options: Options<T> & { out: T },
  ): T;
}

/**
 * The methods of every engine; what calling them is like depends on the engine.
 *
 * @example
 * ```ts
 * import type { AsyncUnary, EngineMethods, Unary } from "@softplus/kit";
 *
 * type Method = EngineMethods<Unary | AsyncUnary, unknown, unknown>["softplus"];
 * ```
 */
export interface EngineMethods<OneToOne, OneToTwo, TwoToOne> {
  /** log(1 + e^x). */
  readonly softplus: OneToOne;
  /** The derivative of softplus: sigmoid. */
  readonly softplusGrad: OneToOne;
  /** 1 / (1 + e^-x). */
  readonly sigmoid: OneToOne;
  /** The derivative of sigmoid, sigmoid(x) sigmoid(-x); with beta, beta times that of beta x. */
  readonly sigmoidGrad: OneToOne;
  /** log(sigmoid(x)) = -softplus(-x). */
  readonly logSigmoid: OneToOne;
  /** The derivative of logSigmoid: sigmoid(-x). */
  readonly logSigmoidGrad: OneToOne;
  /** softplus and sigmoid in one pass. */
  readonly softplusWithGrad: OneToTwo;
  /** upstream * softplusGrad(x), rounded once. */
  readonly softplusBackward: TwoToOne;
  /** upstream * sigmoidGrad(x), rounded once. */
  readonly sigmoidBackward: TwoToOne;
  /** upstream * logSigmoidGrad(x), rounded once. */
  readonly logSigmoidBackward: TwoToOne;
}

/**
 * The methods of a synchronous engine.
 *
 * @example
 * ```ts
 * import { type Engine, scalar, wasm } from "@softplus/kit";
 *
 * const engines: Engine[] = [scalar, wasm];
 * ```
 */
export interface Engine extends EngineMethods<Unary, UnaryWithGrad, Backward> {
  /** The engine's name, as benchmarks and certificates print it. */
  readonly name: string;
}

/**
 * A method that returns a promise of what the synchronous one returns; errors reject it.
 *
 * @example
 * ```ts
 * import { type AsyncUnary, threads } from "@softplus/kit";
 *
 * await using pool = await threads({ size: 1 });
 * const activation: AsyncUnary = pool.softplus;
 * ```
 */
export interface AsyncUnary {
  /** Computes in float64. */
  (x: number, options?: Options<never>): Promise<number>;
  /** Resolves to `out`, or a new array or Matrix of x's type and shape. */
  <T extends FloatArray | Matrix>(x: T, options?: Options<T>): Promise<T>;
  /** Resolves to `out`, whose memory may be of another kind than x's: plain or shared. */
  <T extends FloatArray | Matrix>(x: Anywhere<T>, options: Options<T> & { out: T }): Promise<T>;
}

/**
 * Value and gradient in one pass, as a promise.
 *
 * @example
 * ```ts
 * import { type AsyncUnaryWithGrad, threads } from "@softplus/kit";
 *
 * await using pool = await threads({ size: 1 });
 * const pass: AsyncUnaryWithGrad = pool.softplusWithGrad;
 * ```
 */
export interface AsyncUnaryWithGrad {
  /** Computes in float64. */
  (x: number, options?: Options<never>): Promise<WithGrad<number>>;
  /** Resolves to `out`, or two new arrays or Matrices of x's type and shape. */
  <T extends FloatArray | Matrix>(x: T, options?: Options<WithGrad<T>>): Promise<WithGrad<T>>;
  /** Resolves to `out`, whose memory may be of another kind than x's: plain or shared. */
  <T extends FloatArray | Matrix>(
    x: Anywhere<T>,
    options: Options<WithGrad<T>> & { out: WithGrad<T> },
  ): Promise<WithGrad<T>>;
}

/**
 * The gradient times what comes from above, as a promise.
 *
 * @example
 * ```ts
 * import { type AsyncBackward, threads } from "@softplus/kit";
 *
 * await using pool = await threads({ size: 1 });
 * const backward: AsyncBackward = pool.softplusBackward;
 * ```
 */
export interface AsyncBackward {
  /** Computes in float64. */
  (x: number, upstream: number, options?: Options<never>): Promise<number>;
  /** Resolves to `out`, or a new array or Matrix of x's type and shape. */
  <T extends FloatArray | Matrix>(x: T, upstream: T, options?: Options<T>): Promise<T>;
  /** Resolves to `out`; the three may be in different kinds of memory: plain or shared. */
  <T extends FloatArray | Matrix>(
    x: Anywhere<T>,
    upstream: Anywhere<T>,
    options: Options<T> & { out: T },
  ): Promise<T>;
}

/**
 * The methods of an engine that works beside the calling thread.
 *
 * @example
 * ```ts
 * import { type AsyncEngine, threads } from "@softplus/kit";
 *
 * await using pool = await threads({ size: 1 });
 * const engine: AsyncEngine = pool;
 * ```
 */
export interface AsyncEngine extends EngineMethods<AsyncUnary, AsyncUnaryWithGrad, AsyncBackward> {
  /** The engine's name, as benchmarks and certificates print it. */
  readonly name: string;
}
