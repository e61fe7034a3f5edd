/** Options of the laboratory's calls: what does not exist is refused, not ignored. */
import { describeOther } from "../kernels/engines/describe.ts";
import { FORMATS } from "./floats.ts";

/**
 * Holds options to the names that there are.
 *
 * @throws {TypeError} they are no object, or one does not exist
 */
export function checkOptions(call: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${call}: options must be an object, got ${describeOther(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new TypeError(
      `${call}: no option ${JSON.stringify(name)}; there are ${names.join(", ")}`,
    );
  }
}

/**
 * Holds `dtype` to the formats that there are.
 *
 * @throws {RangeError} it is none of them
 */
export function checkDtype(dtype: unknown): void {
  if (typeof dtype === "string" && Object.hasOwn(FORMATS, dtype)) return;
  throw new RangeError(`dtype must be f16, f32 or f64, got ${describeOther(dtype)}`);
}
