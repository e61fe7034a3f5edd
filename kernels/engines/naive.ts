/* The textbook forms on arrays: the field's usual mistakes, for comparison. */
import * as forms from "../naive.ts";
import { elementwise, type Unary } from "./engine.ts";
import { arrayType } from "./matrix.ts";

/**
 * The textbook forms.
 *
 * @example
 * ```ts
 * import { type Naive, naive } from "@softplus/kit";
 *
 * const forms: Naive = naive;
 * ```
 */
export interface Naive {
  /** The name, as benchmarks print it. */
  readonly name: string;
  /** log(1 + e^-|x|) + max(x, 0). */
  readonly softplus: Unary;
  /** 1 / (1 + e^-x). */
  readonly softplusGrad: Unary;
  /** 1 / (1 + e^-x). */
  readonly sigmoid: Unary;
  /** log(1 + e^x). */
  readonly softplusOverflowing: Unary;
}

const same = (x: number): number => x;

function on(method: string, form: (x: number, round: (x: number) => number) => number): Unary {
  return ((x: unknown, options?: unknown) =>
    elementwise(method, x, options, (src, dst) => {
      const type = arrayType(src);
      const round = type === "Float32Array"
        ? Math.fround
        : type === "Float16Array"
        ? Math.f16round
        : same;
      for (let i = 0; i < src.length; i++) dst[i] = form(src[i]!, round);
    })) as Unary;
}

/**
 * The textbook forms, computed as NumPy would: every operation rounded to the array's type. Wrong in
 * the tails; for comparison only.
 *
 * @example Where the textbook ends
 * ```ts
 * import { naive, softplus } from "@softplus/kit";
 * import assert from "node:assert/strict";
 *
 * assert.equal(naive.softplusOverflowing(1000), Infinity);
 * assert.equal(naive.softplus(-40), 0);
 * assert.equal(softplus(-40), 4.248354255291589e-18);
 * ```
 */
export const naive: Naive = Object.freeze({
  name: "naive",
  softplus: on("softplus", forms.softplus),
  softplusGrad: on("softplusGrad", forms.sigmoid),
  sigmoid: on("sigmoid", forms.sigmoid),
  softplusOverflowing: on("softplusOverflowing", forms.softplusOverflowing),
});
