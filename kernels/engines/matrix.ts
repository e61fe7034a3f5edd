/**
 * Element types of the kit; Float16Array where the runtime has it.
 *
 * @example
 * ```ts
 * import { type FloatArray, softplus } from "@softplus/kit";
 *
 * const activate = (x: FloatArray): FloatArray => softplus(x);
 * ```
 */
export type FloatArray = Float16Array | Float32Array | Float64Array;

/**
 * Makes one of the element types.
 *
 * @example
 * ```ts
 * import { type FloatArrayConstructor } from "@softplus/kit";
 *
 * const zeros = (type: FloatArrayConstructor, length: number) => new type(length);
 * ```
 */
export type FloatArrayConstructor =
  | Float16ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

/** The class of an element type of the kit, or undefined for any other type. */
export function classOf(type: string | undefined): FloatArrayConstructor | undefined {
  if (type === "Float32Array") return Float32Array;
  if (type === "Float64Array") return Float64Array;
  // Node 20 has none.
  return type === "Float16Array" && typeof Float16Array !== "undefined" ? Float16Array : undefined;
}

const typeTag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get!;

/** "Float32Array", "Float64Array", ... by what the array is, whatever its prototype; else undefined. */
export function arrayType(value: unknown): string | undefined {
  return typeTag.call(value) as string | undefined;
}

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
    if (data.length !== rows * columns) {
      throw new RangeError(
        `Matrix: data must have rows * columns = ${rows * columns} elements, got ${data.length}`,
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
    const columns = rows.length === 0 ? 0 : rows[0]?.length ?? 0;
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
    Number.isSafeInteger((value as { length?: unknown }).length);
}

/** What a value is, for an error message. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object") return typeof value;
  const type = arrayType(value);
  if (type !== undefined) return `a ${type} of length ${(value as FloatArray).length}`;
  if (Matrix.is(value)) return `a ${value.rows} x ${value.columns} Matrix`;
  return "an object";
}
