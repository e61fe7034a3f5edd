/**
 * Where a network computes: what training needs of a CPU or a GPU, so that it is written once.
 *
 * The elementwise functions are the kit's. Matrix products are not: each place brings its own.
 */
import type { FloatArray, Matrix } from "../../kernels/engines/mod.ts";
import type { Awaitable } from "./cpu_engine.ts";
import type { Loss } from "./loss.ts";

/** What a product is to do beside multiplying. */
export interface Product<A> {
  /** Takes the first matrix with rows and columns exchanged. */
  readonly transposeA?: boolean;
  /** Takes the second matrix with rows and columns exchanged. */
  readonly transposeB?: boolean;
  /** A matrix of one row, added to every row of the product. */
  readonly bias?: A;
}

/** How Adam moves (Kingma and Ba, "Adam: a method for stochastic optimization", 2015). */
export interface AdamStep {
  /** The learning rate. */
  readonly rate: number;
  /** 1 for the first step. */
  readonly step: number;
}

/** The averages that Adam keeps of a parameter's gradient, and of its square. */
export interface Moments<A> {
  readonly mean: A;
  readonly square: A;
}

/** Adam's constants, the same everywhere. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** A CPU or a GPU with its matrices of type A. */
export interface Place<A> {
  readonly name: string;
  /** Whether work is done when a method returns, or its promise resolves; a GPU only accepts it. */
  readonly immediate: boolean;
  /** What is minimised. */
  readonly loss: Loss;
  /** Copies a matrix to this place. */
  put(matrix: Matrix): A;
  /** Copies matrices back. */
  read(matrices: readonly A[]): Promise<readonly Matrix[]>;
  /** Gives the memory of matrices back that are no longer needed. */
  release(matrices: readonly A[]): void;
  /** a times b. */
  product(a: A, b: A, options?: Product<A>): Awaitable<A>;
  /** log(1 + e^z). */
  softplus(z: A): Awaitable<A>;
  /** upstream * sigmoid(z). */
  softplusBackward(z: A, upstream: A): Awaitable<A>;
  /** The derivative of the mean loss over the rows, summed over the columns. */
  lossGradient(z: A, y: A): Awaitable<A>;
  /** Moves a parameter against its gradient, in place. */
  adam(parameter: A, gradient: A, moments: Moments<A>, how: AdamStep): void;
}

/** Rows and columns. */
export interface Shape {
  readonly rows: number;
  readonly columns: number;
}

/**
 * The sizes of a product: m x k times k x n.
 *
 * @throws {RangeError} the matrices do not fit
 */
export function productSizes(
  a: Shape,
  b: Shape,
  { transposeA = false, transposeB = false, bias }: Product<Shape> = {},
): { readonly m: number; readonly k: number; readonly n: number } {
  const [m, k] = transposeA ? [a.columns, a.rows] : [a.rows, a.columns];
  const [rows, n] = transposeB ? [b.columns, b.rows] : [b.rows, b.columns];
  if (k !== rows) {
    throw new RangeError(
      `product: a must have as many columns as b has rows, got ${m} x ${k}` +
        `${transposeA ? " (transposed)" : ""} and ${rows} x ${n}${
          transposeB ? " (transposed)" : ""
        }`,
    );
  }
  if (bias !== undefined && (bias.rows !== 1 || bias.columns !== n)) {
    throw new RangeError(
      `product: bias must be 1 x ${n}, a number for each column of the product, ` +
        `got ${bias.rows} x ${bias.columns}`,
    );
  }
  return { m, k, n };
}

/**
 * Refuses two matrices that do not belong together element by element.
 *
 * @throws {RangeError} the shapes differ
 */
export function checkSameShape(method: string, name: string, a: Shape, like: Shape): void {
  if (a.rows === like.rows && a.columns === like.columns) return;
  throw new RangeError(
    `${method}: ${name} must be ${like.rows} x ${like.columns}, got ${a.rows} x ${a.columns}`,
  );
}

/** A float array of the same type, filled with 0. */
export function zerosLike(array: FloatArray, length: number): FloatArray {
  return array instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
}
