/**
 * ONNX models in a few bytes, so that no model file has to be kept: a graph of one node for each
 * result, all of them of the same input, a vector of any length.
 *
 * The format is a protocol buffer. Field numbers are those of `onnx.proto` (onnx/onnx, Apache-2.0
 * licensed specification, IR version 8, operator set 13).
 */
import type { Dtype, Quantity } from "../../plans/cases.ts";

/** The operators that ONNX has for the quantities of the comparison. */
const OPERATORS: Partial<Readonly<Record<Quantity, string>>> = {
  softplus: "Softplus",
  sigmoid: "Sigmoid",
};

/** `TensorProto.DataType`. */
const ELEMENT_TYPE: Readonly<Record<Dtype, number>> = { f32: 1, f64: 11 };

/** Name of the input; the results are `y0`, `y1`. */
export const INPUT = "x";

/** Name of a result. */
export function outputName(index: number): string {
  return `y${index}`;
}

/**
 * The bytes of a model that computes quantities of `x`; undefined where ONNX has no operator.
 */
export function onnxModel(
  quantities: readonly Quantity[],
  dtype: Dtype,
): Uint8Array<ArrayBuffer> | undefined {
  const operators = quantities.map((quantity) => OPERATORS[quantity]);
  if (!operators.every((operator) => operator !== undefined)) return undefined;
  const nodes = operators.map((operator, i) =>
    message(1, text(1, INPUT), text(2, outputName(i)), text(4, operator))
  );
  const graph = message(
    7,
    ...nodes,
    text(2, "graph"),
    vector(11, INPUT, dtype),
    ...operators.map((_, i) => vector(12, outputName(i), dtype)),
  );
  const operatorSet = message(8, text(1, ""), integer(2, 13));
  return Uint8Array.from([...integer(1, 8), ...graph, ...operatorSet]);
}

/** A `ValueInfoProto`: a name, and a tensor of one dimension whose length has a name only. */
function vector(field: number, name: string, dtype: Dtype): number[] {
  const shape = message(2, message(1, text(2, "n")));
  const tensor = message(1, integer(1, ELEMENT_TYPE[dtype]), shape);
  return message(field, text(1, name), message(2, tensor));
}

/** Field with wire type 2, length and bytes. */
function message(field: number, ...parts: readonly (readonly number[])[]): number[] {
  const bytes = parts.flat();
  return [...varint(field << 3 | 2), ...varint(bytes.length), ...bytes];
}

function text(field: number, value: string): number[] {
  return message(field, [...new TextEncoder().encode(value)]);
}

/** Field with wire type 0. */
function integer(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

/** Seven bits a byte, the least first; the top bit says that more follow. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...varint(value >>> 7)];
}
