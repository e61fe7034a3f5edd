/** Floats for a user's own properties: the arbitraries of the kit's own tests. */
import type fc from "fast-check";
import type { Format, Vector } from "../floats.ts";
import {
  fastCheck,
  type FloatArrayConstraints,
  floatArraysOf,
  type FloatConstraints,
  floatsOf,
} from "./arbitraries.ts";

/**
 * An arbitrary of fast-check: floats of a format. Every one can come, subnormals too; often those near
 * a threshold or branch of softplus and sigmoid, near 0, and where no tail is saturated.
 *
 * @param dtype "f16", "f32" or "f64"
 * @throws {RangeError} min is above max
 * @throws {PackageMissingError} fast-check is not installed
 *
 * @example
 * ```ts
 * import fc from "fast-check";
 * import { softplus } from "@softplus/kit";
 * import { floats } from "@softplus/kit/lab";
 *
 * const x = await floats("f32", { min: -100, max: 100 });
 * fc.assert(fc.property(x, (x) => softplus(x) >= Math.max(x, 0)));
 * ```
 */
export async function floats(
  dtype: Format,
  constraints: FloatConstraints = {},
): Promise<fc.Arbitrary<number>> {
  return floatsOf(await fastCheck("floats"), dtype, constraints);
}

/**
 * An arbitrary of fast-check: arrays of such floats, of the format's type.
 *
 * @param dtype "f16", "f32" or "f64"
 * @throws {RangeError} min is above max
 * @throws {PackageMissingError} fast-check is not installed
 *
 * @example
 * ```ts
 * import fc from "fast-check";
 * import { softplus } from "@softplus/kit";
 * import { floatArrays } from "@softplus/kit/lab";
 *
 * const arrays = await floatArrays("f32", { minLength: 1, specials: true });
 * fc.assert(fc.property(arrays, (x) => softplus(x).length === x.length));
 * ```
 */
export async function floatArrays(
  dtype: Format,
  constraints: FloatArrayConstraints = {},
): Promise<fc.Arbitrary<Vector>> {
  return floatArraysOf(await fastCheck("floatArrays"), dtype, constraints);
}
