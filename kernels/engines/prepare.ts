/*
 * From the arguments of a method to a checked call. Every argument is checked here, once and for
 * all engines, before anything is written.
 */
import {
  arrayType,
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  classOf,
  emptyLike,
  type FloatArray,
  isGone,
  lengthOf,
  mayAlias,
  overlap,
  plain,
} from "./arrays.ts";
import { remedy } from "./describe.ts";
import { freedMessage, isFreed } from "./freed.ts";
import { describe, Matrix } from "./matrix.ts";
import { type Call, kernels, type Method } from "./methods.ts";
import { readOptions } from "./options.ts";
import type { WithGrad } from "./types.ts";

/** An array, or a Matrix of one. */
type Tensor = FloatArray | Matrix;

/** A call that is ready to run, and what the method then returns. */
export interface Prepared {
  readonly call: Call;
  /** Whether x is a number; the call works on arrays of length one then. */
  readonly isNumber: boolean;
  /** What was allocated or given for it; undefined where x is a number. */
  readonly result: unknown;
}

const dataOf = (x: Tensor): FloatArray => Matrix.is(x) ? x.data : x;

/** Checks the arguments of a method: x, upstream where its kernel takes two inputs, options. */
export function prepare(
  method: string,
  { kernel, sign }: Method,
  x: unknown,
  upstream: unknown,
  options: unknown,
): Prepared {
  const shape = kernels[kernel];
  const { out, precision, beta } = readOptions(method, options);
  if (typeof x === "number") {
    if (shape.inputs === 2) checkNumber(method, upstream);
    if (out !== undefined) {
      throw new RangeError(`${method}: out must not be given for a number x, got ${describe(out)}`);
    }
    const [first, second, value, grad] = numbers;
    first![0] = x;
    second![0] = upstream as number;
    const call: Call = {
      kernel,
      precision,
      beta: sign * beta,
      inputs: shape.inputs === 2 ? [first!, second!] : [first!],
      outputs: shape.outputs === 2 ? [value!, grad!] : [value!],
    };
    return { call, isNumber: true, result: undefined };
  }
  const tensor = checkTensor(method, "x", x);
  const data = plain(dataOf(tensor));
  let result: unknown;
  let outputs: FloatArray[];
  if (shape.outputs === 1) {
    const given = out === undefined ? like(tensor) : checkOut(method, "out", out, tensor);
    outputs = [plain(dataOf(given))];
    result = given;
  } else {
    // Computed into the arrays that were checked: a getter of `out` may give others next time.
    const given = out === undefined
      ? { value: like(tensor), grad: like(tensor) }
      : checkOutPair(method, out, tensor);
    outputs = [plain(dataOf(given.value)), plain(dataOf(given.grad))];
    result = out ?? given;
  }
  const beside = shape.inputs === 2 ? plain(checkUpstream(method, upstream, tensor)) : undefined;
  const inputs = [apart(data, outputs)];
  if (beside !== undefined) inputs.push(apart(beside, outputs));
  const call: Call = { kernel, precision, beta: sign * beta, inputs, outputs };
  return { call, isNumber: false, result };
}

/** What a method returns, once its call has run. */
export function resultOf({ call, isNumber, result }: Prepared): unknown {
  if (!isNumber) return result;
  const [value, grad] = call.outputs;
  return grad === undefined ? value![0]! : { value: value![0]!, grad: grad[0]! };
}

/** Numbers are arrays of length one: the same code, so the same bits. Two inputs, two outputs. */
const numbers = [0, 1, 2, 3].map(() => new Float64Array(1));

function checkNumber(method: string, upstream: unknown): void {
  if (typeof upstream === "number") return;
  throw new TypeError(`${method}: upstream must be a number as x, got ${describe(upstream)}`);
}

/** An array or Matrix of the kit's types, with its memory. */
export function checkTensor(method: string, argument: string, value: unknown): Tensor {
  const array = Matrix.is(value) ? value.data : value;
  if (!isUsable(array)) {
    throw new TypeError(
      `${method}: ${argument} must be a number, Float16Array, Float32Array, Float64Array or Matrix, got ${
        describe(value)
      }${remedy(argument, value)}`,
    );
  }
  if (isGone(array) || (Matrix.is(value) && lengthOf(array) !== value.rows * value.columns)) {
    throw new TypeError(
      `${method}: ${argument} must have its memory, got an array whose buffer was detached or resized`,
    );
  }
  checkNotFreed(method, argument, array);
  return value as Tensor;
}

function checkNotFreed(method: string, argument: string, array: FloatArray): void {
  if (isFreed(array)) throw new TypeError(`${method}: ${freedMessage(argument)}`);
}

/** An array of the kit's types. */
function isUsable(value: unknown): value is FloatArray {
  return classOf(arrayType(value)) !== undefined;
}

function checkUpstream(method: string, upstream: unknown, x: Tensor): FloatArray {
  if (typeof upstream === "number") {
    throw new TypeError(`${method}: upstream must be ${expected(x)}, got ${upstream}`);
  }
  const tensor = checkTensor(method, "upstream", upstream);
  const ErrorClass = !sameType(tensor, x)
    ? TypeError
    : !sameShape(tensor, x)
    ? RangeError
    : undefined;
  if (ErrorClass !== undefined) {
    throw new ErrorClass(
      `${method}: upstream must be ${expected(x)}, got ${describe(upstream)}`,
    );
  }
  return dataOf(tensor);
}

/** Whether an array or Matrix has x's shape, its memory included. */
function sameShape(value: unknown, x: Tensor): boolean {
  if (Matrix.is(x)) {
    return Matrix.is(value) && value.rows === x.rows && value.columns === x.columns &&
      lengthOf(value.data) === lengthOf(x.data);
  }
  return lengthOf(value as FloatArray) === lengthOf(x);
}

/** Whether a value is an array of x's element type, or a Matrix of one if x is a Matrix. */
function sameType(value: unknown, x: Tensor): boolean {
  if (!Matrix.is(x)) return arrayType(value) === arrayType(x);
  return Matrix.is(value) && arrayType(value.data) === arrayType(x.data);
}

/** What an argument must be to go with x, in words. */
function expected(x: Tensor): string {
  const type = arrayType(dataOf(x));
  return Matrix.is(x)
    ? `a ${x.rows} x ${x.columns} Matrix of ${type} as x`
    : `a ${type} of length ${lengthOf(x)} as x`;
}

function checkOut(method: string, argument: string, out: unknown, x: Tensor): Tensor {
  if (!sameType(out, x) || !sameShape(out, x) || isGone(dataOf(out as Tensor))) {
    throw new RangeError(`${method}: ${argument} must be ${expected(x)}, got ${describe(out)}`);
  }
  checkNotFreed(method, argument, dataOf(out as Tensor));
  return out as Tensor;
}

function checkOutPair(method: string, out: unknown, x: Tensor): WithGrad<Tensor> {
  if (typeof out !== "object" || out === null) {
    throw new RangeError(`${method}: out must be { value, grad }, got ${describe(out)}`);
  }
  const { value, grad } = out as WithGrad<unknown>;
  const first = checkOut(method, "out.value", value, x);
  const second = checkOut(method, "out.grad", grad, x);
  if (overlapAnyhow(dataOf(first), dataOf(second))) {
    throw new RangeError(
      `${method}: out.value and out.grad must not overlap, got ${describe(value)} and ${
        describe(grad)
      } in the same memory`,
    );
  }
  return { value: first, grad: second };
}

/** Whether two outputs share a byte, also through two objects that stand for one shared memory. */
function overlapAnyhow(a: FloatArray, b: FloatArray): boolean {
  if (!mayAlias(a, b)) return overlap(a, b);
  const begin = Math.max(byteOffsetOf(a), byteOffsetOf(b));
  const end = Math.min(byteOffsetOf(a) + byteLengthOf(a), byteOffsetOf(b) + byteLengthOf(b));
  if (begin >= end) return false;
  // Nothing tells whether they do but a change of one that is seen in the other.
  const [here, there] = [a, b].map((one) => new Uint8Array(bufferOf(one), begin, 1));
  const before = Atomics.load(here!, 0);
  if (Atomics.load(there!, 0) !== before) return false;
  Atomics.store(here!, 0, before ^ 1);
  const isSame = Atomics.load(there!, 0) !== before;
  Atomics.store(here!, 0, before);
  return isSame;
}

/** The input, or a copy where an output overlaps it, or may, other than element for element. */
function apart(input: FloatArray, outputs: readonly FloatArray[]): FloatArray {
  for (const output of outputs) {
    if (output === input) continue;
    const shifted = bufferOf(output) === bufferOf(input) &&
      byteOffsetOf(output) !== byteOffsetOf(input) && overlap(input, output);
    if (shifted || mayAlias(input, output)) {
      const copy = emptyLike(input);
      copy.set(input as Float32Array);
      return copy;
    }
  }
  return input;
}

/** A new array or Matrix of x's type and shape. */
function like(x: Tensor): Tensor {
  const fresh = emptyLike(dataOf(x));
  return Matrix.is(x) ? new Matrix(fresh, x.rows, x.columns) : fresh;
}
