/*
 * What every engine is: the same methods, and arguments that are checked once, here.
 *
 * An engine brings one function, `Run`, that computes a checked `Call`: arrays of one type and
 * length, outputs allocated. `syncEngine` makes the methods around it. Nothing is written before
 * every argument has been checked.
 */
import { arrayType, classOf, describe, type FloatArray, Matrix } from "./matrix.ts";

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
 * The gradient times what comes from above.
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
 * The methods of a synchronous engine.
 *
 * @example
 * ```ts
 * import { type Engine, scalar, wasm } from "@softplus/kit";
 *
 * const engines: Engine[] = [scalar, wasm];
 * ```
 */
export interface Engine {
  /** The engine's name, as benchmarks and certificates print it. */
  readonly name: string;
  /** log(1 + e^x). */
  readonly softplus: Unary;
  /** The derivative of softplus: sigmoid. */
  readonly softplusGrad: Unary;
  /** 1 / (1 + e^-x). */
  readonly sigmoid: Unary;
  /** log(sigmoid(x)) = -softplus(-x). */
  readonly logSigmoid: Unary;
  /** softplus and sigmoid in one pass. */
  readonly softplusWithGrad: UnaryWithGrad;
  /** upstream * sigmoid(x). */
  readonly softplusBackward: Backward;
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
export interface AsyncEngine {
  /** The engine's name, as benchmarks and certificates print it. */
  readonly name: string;
  /** log(1 + e^x). */
  readonly softplus: AsyncUnary;
  /** The derivative of softplus: sigmoid. */
  readonly softplusGrad: AsyncUnary;
  /** 1 / (1 + e^-x). */
  readonly sigmoid: AsyncUnary;
  /** log(sigmoid(x)) = -softplus(-x). */
  readonly logSigmoid: AsyncUnary;
  /** softplus and sigmoid in one pass. */
  readonly softplusWithGrad: AsyncUnaryWithGrad;
  /** upstream * sigmoid(x). */
  readonly softplusBackward: AsyncBackward;
}

/** What an engine has to compute; logSigmoid arrives as softplus with -beta. */
export type KernelName = "softplus" | "sigmoid" | "softplusWithGrad" | "softplusBackward";

/** A checked call: all arrays have one type and length; no output overlaps an input in part. */
export interface Call {
  readonly kernel: KernelName;
  readonly precision: Precision;
  readonly beta: number;
  readonly inputs: readonly FloatArray[];
  readonly outputs: readonly FloatArray[];
}

/** Computes a call. */
export type Run = (call: Call) => void;

type Tensor = FloatArray | Matrix;

const dataOf = (x: Tensor): FloatArray => Matrix.is(x) ? x.data : x;

/**
 * Makes an engine of a function that computes checked calls. Numbers go to `runNumber`, as arrays
 * of length one.
 */
export function syncEngine(name: string, run: Run, runNumber: Run = run): Engine {
  const one = (method: string, kernel: KernelName, sign = 1): Unary =>
    ((x: unknown, options?: unknown) => {
      const { out, precision, beta } = readOptions(method, options);
      if (typeof x === "number") {
        refuseOut(method, out);
        return run1(runNumber, kernel, precision, sign * beta, x);
      }
      const tensor = checkTensor(method, "x", x);
      const result = out === undefined ? like(tensor) : checkOut(method, "out", out, tensor);
      const outputs = [dataOf(result)];
      const inputs = [apart(dataOf(tensor), outputs)];
      run({ kernel, precision, beta: sign * beta, inputs, outputs });
      return result;
    }) as Unary;

  const withGrad = ((x: unknown, options?: unknown) => {
    const method = "softplusWithGrad";
    const { out, precision, beta } = readOptions(method, options);
    if (typeof x === "number") {
      refuseOut(method, out);
      const [value, grad] = runNumbers(runNumber, method, precision, beta, [x], 2);
      return { value, grad };
    }
    const tensor = checkTensor(method, "x", x);
    // Computed into the arrays that were checked: a getter of `out` may give others next time.
    const result = out === undefined
      ? { value: like(tensor), grad: like(tensor) }
      : checkOutPair(method, out, tensor);
    const outputs = [dataOf(result.value), dataOf(result.grad)];
    run({ kernel: method, precision, beta, inputs: [apart(dataOf(tensor), outputs)], outputs });
    return out ?? result;
  }) as UnaryWithGrad;

  const backward = ((x: unknown, upstream: unknown, options?: unknown) => {
    const method = "softplusBackward";
    const { out, precision, beta } = readOptions(method, options);
    if (typeof x === "number") {
      if (typeof upstream !== "number") {
        throw new TypeError(`${method}: upstream must be a number as x, got ${describe(upstream)}`);
      }
      refuseOut(method, out);
      return runNumbers(runNumber, method, precision, beta, [x, upstream], 1)[0]!;
    }
    const tensor = checkTensor(method, "x", x);
    if (typeof upstream === "number") {
      throw new TypeError(`${method}: upstream must be ${expected(tensor)}, got ${upstream}`);
    }
    const above = checkTensor(method, "upstream", upstream);
    if (!sameType(above, tensor)) {
      throw new TypeError(
        `${method}: upstream must be ${expected(tensor)}, got ${describe(above)}`,
      );
    }
    if (!sameShape(above, tensor)) {
      throw new RangeError(
        `${method}: upstream must be ${expected(tensor)}, got ${describe(above)}`,
      );
    }
    const result = out === undefined ? like(tensor) : checkOut(method, "out", out, tensor);
    const outputs = [dataOf(result)];
    const inputs = [apart(dataOf(tensor), outputs), apart(dataOf(above), outputs)];
    run({ kernel: method, precision, beta, inputs, outputs });
    return result;
  }) as Backward;

  return Object.freeze({
    name,
    softplus: one("softplus", "softplus"),
    softplusGrad: one("softplusGrad", "sigmoid"),
    sigmoid: one("sigmoid", "sigmoid"),
    logSigmoid: one("logSigmoid", "softplus", -1),
    softplusWithGrad: withGrad,
    softplusBackward: backward,
  });
}

/**
 * Makes an engine of a function that promises to compute checked calls. Arguments are checked, and
 * overlapping inputs copied, before a method returns its promise.
 */
export function asyncEngine(
  name: string,
  run: (call: Call) => Promise<void>,
  runNumber: Run,
): AsyncEngine {
  let started: Promise<void> | undefined;
  const engine = syncEngine(name, (call) => void (started = run(call)), runNumber);
  const promised = (method: (...args: never[]) => unknown) => async (...args: never[]) => {
    started = undefined;
    const result = method(...args);
    await started;
    return result;
  };
  return Object.freeze({
    name,
    softplus: promised(engine.softplus),
    softplusGrad: promised(engine.softplusGrad),
    sigmoid: promised(engine.sigmoid),
    logSigmoid: promised(engine.logSigmoid),
    softplusWithGrad: promised(engine.softplusWithGrad),
    softplusBackward: promised(engine.softplusBackward),
  }) as unknown as AsyncEngine;
}

// Numbers are arrays of length one: the same code, so the same bits.
const numbers = [0, 1, 2, 3].map(() => new Float64Array(1));

function run1(run: Run, kernel: KernelName, precision: Precision, beta: number, x: number): number {
  return runNumbers(run, kernel, precision, beta, [x], 1)[0]!;
}

function runNumbers(
  run: Run,
  kernel: KernelName,
  precision: Precision,
  beta: number,
  values: number[],
  results: number,
): number[] {
  const inputs = numbers.slice(0, values.length);
  const outputs = numbers.slice(2, 2 + results);
  values.forEach((value, i) => inputs[i]![0] = value);
  run({ kernel, precision, beta, inputs, outputs });
  return outputs.map((output) => output[0]!);
}

/** Reads every option once, so that a getter cannot change what has been checked. */
export function readOptions(
  method: string,
  options: unknown,
): { out: unknown; precision: Precision; beta: number } {
  if (options === undefined) return { out: undefined, precision: "exact", beta: 1 };
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${method}: options must be an object, got ${describe(options)}`);
  }
  const { out, precision = "exact", beta = 1 } = options as Options<unknown>;
  if (precision !== "exact" && precision !== "fast") {
    throw new RangeError(
      `${method}: precision must be "exact" or "fast", got ${describe(precision)}`,
    );
  }
  if (typeof beta !== "number") {
    throw new TypeError(`${method}: beta must be a number, got ${describe(beta)}`);
  }
  if (!Number.isFinite(beta) || beta === 0) {
    throw new RangeError(`${method}: beta must be finite and not 0, got ${beta}`);
  }
  return { out, precision, beta };
}

function refuseOut(method: string, out: unknown): void {
  if (out !== undefined) {
    throw new RangeError(`${method}: out must not be given for a number x, got ${describe(out)}`);
  }
}

/** An array of the kit's types whose memory is there. */
function isUsable(value: unknown): value is FloatArray {
  return classOf(arrayType(value)) !== undefined;
}

/** True where the memory of a view is gone: transferred away, or shrunk to before its end. */
function isGone(array: FloatArray): boolean {
  if (array.length > 0) return false;
  try {
    // Refuses such views, and only such, before it looks at anything.
    Float32Array.prototype.keys.call(array); // one function for all types
    return false;
  } catch {
    return true;
  }
}

/** An array or Matrix of the kit's types, with its memory. */
export function checkTensor(method: string, argument: string, value: unknown): Tensor {
  const array = Matrix.is(value) ? value.data : value;
  if (!isUsable(array)) {
    throw new TypeError(
      `${method}: ${argument} must be a number, Float16Array, Float32Array, Float64Array or Matrix, got ${
        describe(value)
      }`,
    );
  }
  if (isGone(array) || (Matrix.is(value) && array.length !== value.rows * value.columns)) {
    throw new TypeError(
      `${method}: ${argument} must have its memory, got an array whose buffer was detached or resized`,
    );
  }
  return value as Tensor;
}

const sameType = (a: Tensor, b: Tensor): boolean =>
  Matrix.is(a) === Matrix.is(b) && arrayType(dataOf(a)) === arrayType(dataOf(b));

function sameShape(a: Tensor, b: Tensor): boolean {
  if (Matrix.is(a) && Matrix.is(b)) {
    return a.rows === b.rows && a.columns === b.columns;
  }
  return dataOf(a).length === dataOf(b).length;
}

/** What an argument must be to go with x, in words. */
function expected(x: Tensor): string {
  const type = arrayType(dataOf(x));
  return Matrix.is(x)
    ? `a ${x.rows} x ${x.columns} Matrix of ${type} as x`
    : `a ${type} of length ${x.length} as x`;
}

function checkOut(method: string, argument: string, out: unknown, x: Tensor): Tensor {
  const array = Matrix.is(out) ? out.data : out;
  if (
    !isUsable(array) || !sameType(out as Tensor, x) || !sameShape(out as Tensor, x) ||
    isGone(array) || array.length !== dataOf(x).length
  ) {
    throw new RangeError(`${method}: ${argument} must be ${expected(x)}, got ${describe(out)}`);
  }
  return out as Tensor;
}

function checkOutPair(method: string, out: unknown, x: Tensor): WithGrad<Tensor> {
  if (typeof out !== "object" || out === null) {
    throw new RangeError(`${method}: out must be { value, grad }, got ${describe(out)}`);
  }
  const { value, grad } = out as WithGrad<unknown>;
  const first = checkOut(method, "out.value", value, x);
  const second = checkOut(method, "out.grad", grad, x);
  if (overlap(dataOf(first), dataOf(second))) {
    throw new RangeError(
      `${method}: out.value and out.grad must not overlap, got ${describe(value)} and ${
        describe(grad)
      } in the same memory`,
    );
  }
  return { value: first, grad: second };
}

function overlap(a: FloatArray, b: FloatArray): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength;
}

/** The input, or a copy where an output overlaps it, or may, other than element for element. */
function apart(input: FloatArray, outputs: readonly FloatArray[]): FloatArray {
  for (const output of outputs) {
    const shifted = output.byteOffset !== input.byteOffset && overlap(input, output);
    if (shifted || mayAlias(input, output)) return input.slice();
  }
  return input;
}

/** Two different objects may stand for the same shared memory. */
function mayAlias(a: FloatArray, b: FloatArray): boolean {
  return a.buffer !== b.buffer && isShared(a) && isShared(b);
}

function isShared(array: FloatArray): boolean {
  return typeof SharedArrayBuffer !== "undefined" && array.buffer instanceof SharedArrayBuffer;
}

/** A new array or Matrix of x's type and shape. */
function like(x: Tensor): Tensor {
  const data = dataOf(x);
  const fresh = new (classOf(arrayType(data))!)(data.length);
  return Matrix.is(x) ? new Matrix(fresh, x.rows, x.columns) : fresh;
}

/** Checks the arguments of an elementwise function without precision and beta, and applies it. */
export function elementwise(
  method: string,
  x: unknown,
  options: unknown,
  apply: (src: FloatArray, dst: FloatArray) => void,
): unknown {
  const { out } = readOptions(method, options);
  if (typeof x === "number") {
    refuseOut(method, out);
    const [src, , dst] = numbers as [Float64Array, Float64Array, Float64Array, Float64Array];
    src[0] = x;
    apply(src, dst);
    return dst[0]!;
  }
  const tensor = checkTensor(method, "x", x);
  const result = out === undefined ? like(tensor) : checkOut(method, "out", out, tensor);
  apply(apart(dataOf(tensor), [dataOf(result)]), dataOf(result));
  return result;
}
