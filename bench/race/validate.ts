/**
 * Validate, then time: judges results against the oracle's correctly rounded values.
 * What an error is and what is wrong altogether, `lab/oracle/error.ts` says.
 */
import { inUlp, Judge, type Verdict } from "../../lab/oracle/error.ts";
import { exact, type Format, ulpError } from "../../lab/oracle/mpfr.ts";
import { report } from "../../lab/floats.ts";
import type { FloatArray, FunctionName, Quantity } from "../plans/cases.ts";
import { FUNCTIONS } from "../plans/cases.ts";

/** Thrown when the kit breaks its own bound: no timing of such a run is worth having. */
export class BoundError extends Error {
  override readonly name = "BoundError";
}

const memo = new Map<string, Map<number, number>>();

/** The correctly rounded value, remembered: many implementations are judged at the same inputs. */
export function correct(quantity: Quantity, x: number, format: Format): number {
  const key = `${quantity} ${format}`;
  let values = memo.get(key);
  if (!values) memo.set(key, values = new Map());
  let value = values.get(x);
  if (value === undefined) values.set(x, value = exact(quantity, x, format));
  return value;
}

/** The error of `got` in ULP. */
export function errorInUlp(quantity: Quantity, x: number, got: number, format: Format): number {
  if (format === "f64" || !Number.isFinite(x)) return ulpError(quantity, x, got, format);
  // The float64 value is exact enough to measure a float32 by, 2^-29 ULP, and can be remembered.
  return inUlp(got - correct(quantity, x, "f64"), correct(quantity, x, "f32"), "f32");
}

/**
 * Judges the results of a function at some of its inputs.
 *
 * @param outputs one array for each result of the function
 * @param indices which elements to judge
 */
export function judge(
  fn: FunctionName,
  x: FloatArray,
  outputs: readonly FloatArray[],
  indices: readonly number[],
): Verdict {
  const format: Format = x instanceof Float32Array ? "f32" : "f64";
  const found = new Judge();
  FUNCTIONS[fn].results.forEach((quantity, k) => {
    const output = outputs[k];
    if (output?.length !== x.length) {
      throw new RangeError(`${fn}: ${output?.length ?? "no"} results for ${x.length} inputs`);
    }
    for (const i of indices) {
      const input = x[i]!;
      const got = output[i]!;
      const want = correct(quantity, input, format);
      found.take({ input, got, want }, errorInUlp(quantity, input, got, format));
    }
  });
  return found.verdict;
}

/**
 * Holds an implementation to the bound it declares. A bound of half a ULP means correctly rounded,
 * which is decided by the result itself and not by a division.
 *
 * @throws {BoundError} naming input, result and correct value to the bit
 */
export function holdToBound(
  name: string,
  fn: FunctionName,
  { maxUlp, worst }: Verdict,
  bound: number,
  format: Format,
): void {
  if (!worst || maxUlp <= bound) return;
  if (bound === 0.5 && worst.got === worst.want) return;
  const values = report(fn, worst.input, worst.got, worst.want, format);
  throw new BoundError(`${name} promises ${bound} ULP and is ${maxUlp} off: ${values}`);
}
