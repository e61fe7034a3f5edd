import {
  arrayType,
  classOf,
  type FloatArray,
  type FloatArrayConstructor,
  lengthOf,
} from "./arrays.ts";
import { describeOther } from "./describe.ts";

/**
 * A 2D batch: rows are samples, columns are nodes, stored row by row.
 *
 * @example A batch through softplus
 * ```ts
 * import { Matrix, softplus } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * const batch = Matrix.from([[-1, 0, 1], [2, 3, 4]]);
 * const y = softplus(batch);
 * assert.deepEqual([y.rows, y.columns], [2, 3]);
 * assert.equal(y.data[1], Math.fround(Math.LN2));
 * ```
 */
export class Matrix<Data extends FloatArray = FloatArray> {
  /** Marks what the constructor made: no prototype or proxy can pretend it. */
  readonly #made = true;
  /** rows * columns elements, row-major. */
  readonly data: Data;
  /** Samples. */
  readonly rows: number;
  /** Nodes. */
  readonly columns: number;

  /**
   * Puts a shape on an array, without a copy.
   *
   * @param data rows * columns elements, row-major
   * @param rows number of samples
   * @param columns number of nodes
   * @throws {TypeError} data is not a Float16Array, Float32Array or Float64Array
   * @throws {RangeError} rows or columns is not a whole number >= 0, or data has another length
   */
  constructor(data: Data, rows: number, columns: number) {
    if (classOf(arrayType(data)) === undefined) {
      throw new TypeError(
        `Matrix: data must be a Float16Array, Float32Array or Float64Array, got ${describe(data)}`,
      );
    }
    for (const [name, size] of [["rows", rows], ["columns", columns]] as const) {
      if (!Number.isSafeInteger(size) || size < 0) {
        throw new RangeError(`Matrix: ${name} must be a whole number >= 0, got ${describe(size)}`);
      }
    }
    const length = lengthOf(data);
    if (length !== rows * columns) {
      throw new RangeError(
        `Matrix: data must have rows * columns = ${rows * columns} elements, got ${length}`,
      );
    }
    this.data = data;
    this.rows = rows;
    this.columns = columns;
    Object.freeze(this);
  }

  /**
   * Tells whether a value is a Matrix, whatever its prototype says; never throws.
   *
   * @param value anything
   * @returns true for what this class made
   */
  static is(value: unknown): value is Matrix {
    // Arrays, the usual case, are told apart first: the search for a private name is slow on them.
    return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) &&
      #made in value && value.#made;
  }

  /**
   * Copies an array of rows.
   *
   * @param rows the rows, all of one length
   * @param Type element type; Float32Array unless told, because every engine takes it
   * @returns a matrix of its own memory
   * @throws {TypeError} rows is not an array of arrays of numbers
   * @throws {RangeError} the rows differ in length
   */
  static from(rows: ArrayLike<ArrayLike<number>>): Matrix<Float32Array<ArrayBuffer>>;
  /** Copies an array of rows into float32. */
  static from(
    rows: ArrayLike<ArrayLike<number>>,
    Type: typeof Float32Array,
  ): Matrix<Float32Array<ArrayBuffer>>;
  /** Copies an array of rows into float64. */
  static from(
    rows: ArrayLike<ArrayLike<number>>,
    Type: typeof Float64Array,
  ): Matrix<Float64Array<ArrayBuffer>>;
  /** Copies an array of rows into float16. */
  static from(
    rows: ArrayLike<ArrayLike<number>>,
    Type: Float16ArrayConstructor,
  ): Matrix<Float16Array<ArrayBuffer>>;
  static from(
    rows: ArrayLike<ArrayLike<number>>,
    Type: FloatArrayConstructor = Float32Array,
  ): Matrix<Float16Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>> {
    if (Type !== Float32Array && Type !== Float64Array && Type !== classOf("Float16Array")) {
      throw new TypeError(
        `Matrix.from: Type must be Float16Array, Float32Array or Float64Array, got ${
          describe(Type)
        }`,
      );
    }
    if (!isList(rows)) {
      throw new TypeError(`Matrix.from: rows must be an array of arrays, got ${describe(rows)}`);
    }
    const columns = rows.length === 0 ? 0 : isList(rows[0]) ? rows[0].length : 0;
    const data = new Type(rows.length * columns);
    for (let r = 0; r < rows.length; r++) {
      const row = rows[r]!;
      if (!isList(row)) {
        throw new TypeError(`Matrix.from: rows[${r}] must be an array, got ${describe(row)}`);
      }
      if (row.length !== columns) {
        throw new RangeError(
          `Matrix.from: rows[${r}] must have ${columns} elements as rows[0], got ${row.length}`,
        );
      }
      for (let c = 0; c < columns; c++) {
        const element = row[c];
        if (typeof element !== "number") {
          throw new TypeError(
            `Matrix.from: rows[${r}][${c}] must be a number, got ${describe(element)}`,
          );
        }
        data[r * columns + c] = element;
      }
    }
    return new Matrix(data, rows.length, columns);
  }
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === "object" && value !== null &&
    Number.isSafeInteger((value as { length?: unknown }).length) &&
    (value as ArrayLike<unknown>).length >= 0;
}

/** What a value is, for an error message. */
export function describe(value: unknown): string {
  return Matrix.is(value) ? `a ${value.rows} x ${value.columns} Matrix` : describeOther(value);
}
