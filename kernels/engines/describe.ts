/* What a value is, and what to write instead, for error messages. */
import { arrayType, classOf, type FloatArray, lengthOf } from "./arrays.ts";

const { toString } = Object.prototype;

/** What a value is, if it is no Matrix. Never throws, and runs no code of the value's but getters. */
export function describeOther(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const type = arrayType(value);
  if (type !== undefined) {
    const article = type.startsWith("I") ? "an" : "a";
    return `${article} ${type} of length ${lengthOf(value as FloatArray)}`;
  }
  try {
    if (typeof value === "function") return describeFunction(value);
    if (typeof value !== "object") return typeof value;
    if (Array.isArray(value)) return `an array of length ${value.length}`;
    const { data, rows, columns } = value as Record<string, unknown>;
    if (typeof data === "object" && typeof rows === "number" && typeof columns === "number") {
      return "an object with data, rows and columns that is no Matrix";
    }
    const name: unknown = value.constructor?.name;
    // Names that code was minified to tell nothing.
    if (typeof name === "string" && name.length > 2 && name !== "Object") {
      return `an object of class ${name.slice(0, 40)}`;
    }
  } catch {
    // A proxy that traps what it likes.
  }
  return "an object";
}

function describeFunction({ name }: { readonly name: unknown }): string {
  if (typeof name !== "string" || name === "") return "a function";
  return `${/^[A-Z]/.test(name) ? "the class" : "the function"} ${name.slice(0, 40)}`;
}

/** What to write where an array or Matrix was expected and this came; "" where nothing helps. */
export function remedy(argument: string, value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const type = arrayType(value);
  if (type?.startsWith("Big")) return "";
  if (type === "Float16Array" && classOf(type) === undefined) return "";
  if (type !== undefined) return `: write Float32Array.from(${argument})`;
  try {
    if (Array.isArray(value)) {
      return Array.isArray(value[0])
        ? `: write Matrix.from(${argument})`
        : `: write Float32Array.from(${argument})`;
    }
    if (toString.call(value) === "[object Number]") return `: write Number(${argument})`;
    const { data, rows, columns, toTypedArray } = value as Record<string, unknown>;
    if (arrayType(data) !== undefined && typeof rows === "number" && typeof columns === "number") {
      return `: write new Matrix(${argument}.data, ${argument}.rows, ${argument}.columns)`;
    }
    if (typeof toTypedArray === "function") return `: write ${argument}.toTypedArray()`;
  } catch {
    // A proxy that traps what it likes.
  }
  return "";
}
