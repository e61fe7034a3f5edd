/* The textbook forms on arrays: the field's usual mistakes, for comparison. */
import * as forms from "../naive.ts";
import { arrayType, lengthOf } from "./arrays.ts";
import { type Method, methods } from "./methods.ts";
import { prepare, resultOf } from "./prepare.ts";
import type { Unary } from "./types.ts";

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
  /** log(1 + e^-|x|) + max(x, 0); with beta, that of beta x, divided by beta. */
  readonly softplus: Unary;
  /** 1 / (1 + e^-x), with beta that of beta x. */
  readonly softplusGrad: Unary;
  /** 1 / (1 + e^-x), with beta that of beta x. */
  readonly sigmoid: Unary;
  /** log(1 + e^x); with beta, that of beta x, divided by beta. */
  readonly softplusOverflowing: Unary;
}

/** A form on one number, every operation rounded. */
interface Form {
  (x: number, round: (x: number) => number): number;
}

/** The rounding of an operation in each element type. */
const rounding = (type: string | undefined): (x: number) => number =>
  type === "Float32Array"
    ? Math.fround
    : type === "Float16Array"
    ? Math.f16round
    : (x: number): number => x;

function on(name: string, method: Method, form: Form, isDivided: boolean): Unary {
  return ((x: unknown, options?: unknown) => {
    const prepared = prepare(name, method, x, undefined, options);
    const { beta, inputs: [src], outputs: [dst] } = prepared.call;
    const round = rounding(arrayType(src));
    const by = round(beta);
    const length = lengthOf(src!);
    for (let i = 0; i < length; i++) {
      const y = form(round(by * src![i]!), round);
      dst![i] = isDivided ? y / by : y;
    }
    return resultOf(prepared);
  }) as Unary;
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
  softplus: on("softplus", methods.softplus, forms.softplus, true),
  softplusGrad: on("softplusGrad", methods.softplusGrad, forms.sigmoid, false),
  sigmoid: on("sigmoid", methods.sigmoid, forms.sigmoid, false),
  softplusOverflowing: on("softplusOverflowing", methods.softplus, forms.softplusOverflowing, true),
});
