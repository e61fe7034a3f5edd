/** The arrays of a case: inputs, and where results go. */
import type { Case, FloatArray } from "./cases.ts";
import { floatArray, FUNCTIONS } from "./cases.ts";

/** The arrays of a case. They belong to the harness; every implementation gets the same ones. */
export interface Inputs {
  readonly case: Case;
  readonly x: FloatArray;
  /** softplus(x), correctly rounded to the dtype; only for `softplusGradKnown`. */
  readonly value?: FloatArray;
  /** Where results go when "output given": one array for each result of the function. */
  readonly out: readonly FloatArray[];
}

/** Makes the arrays of a case around its x; memory for the results is new. */
export function makeInputs(item: Case, x: FloatArray): Inputs {
  const out = FUNCTIONS[item.fn].results.map(() => floatArray(item.dtype, x.length));
  if (item.fn !== "softplusGradKnown") return { case: item, x, out };
  // float64 rounded to float32 is the correctly rounded value but for one input in millions. As
  // float64 it is within 1.5 ULP, and the gradient of everyone is off by as much.
  const value = floatArray(item.dtype, x.length);
  for (let i = 0; i < x.length; i++) {
    value[i] = Math.log1p(Math.exp(-Math.abs(x[i]!))) + Math.max(x[i]!, 0);
  }
  return { case: item, x, value, out };
}
