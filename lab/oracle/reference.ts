/**
 * What a function ought to be: the correctly rounded values, by name.
 *
 * @module
 */
import { type Format, ulp } from "../floats.ts";
import { inUlp } from "./error.ts";

/** The functions that the oracle knows by name. */
export const KNOWN: readonly KnownName[] = [
  ...["softplus", "sigmoid", "softplusGrad"] as const,
  ...["sigmoidGrad", "logSigmoid", "logSigmoidGrad"] as const,
];

/** The name of a function that the oracle knows; softplusGrad is another name of sigmoid. */
export type KnownName =
  | "softplus"
  | "sigmoid"
  | "softplusGrad"
  | "sigmoidGrad"
  | "logSigmoid"
  | "logSigmoidGrad";

/** A function of the user's own choice, to hold implementations against. */
export interface ExactFunction {
  /** As figures and certificates print it; "f" unless told. */
  readonly name?: string;
  /** The correctly rounded value at x, a number of the format. */
  exact(x: number, format: Format): number;
}

/** What implementations are held against: a name, or a function that knows its exact values. */
export type Of = KnownName | ExactFunction;

/** The correctly rounded values of a function, and how far others are from the exact ones. */
export interface Reference {
  readonly name: string;
  /** The name by which quicker references know it; undefined for a function of the user's own. */
  readonly known?: KnownName;
  /** The correctly rounded value at x, a number of the format. */
  exact(x: number, format: Format): number;
  /** The error of `got` in ULP: infinite for a NaN or an infinity that should not be. */
  error(x: number, got: number, format: Format): number;
}

/**
 * The reference of a function.
 *
 * @param of a name, or an object with `exact(x, format)`
 * @throws {TypeError} `of` is missing or neither of both
 * @throws {RangeError} the oracle knows no function of that name; the message lists those it knows
 *
 * @example
 * ```ts ignore
 * const { exact } = await referenceOf("softplus");
 * exact(0, "f32"); // 0.6931471824645996
 * ```
 */
export async function referenceOf(of: Of): Promise<Reference> {
  if (typeof of === "object" && of !== null && typeof of.exact === "function") return ownOf(of);
  if (typeof of !== "string") {
    throw new TypeError(
      `of must be one of ${KNOWN.join(", ")}, or an object with exact(x, format), got ${
        of === undefined ? "nothing" : typeof of
      }`,
    );
  }
  if (!(KNOWN as readonly string[]).includes(of)) {
    throw new RangeError(`of must be one of ${KNOWN.join(", ")}, got ${JSON.stringify(of)}`);
  }
  const { exact, ulpError } = await import("./mpfr.ts");
  return {
    name: of,
    known: of,
    exact: (x, format) => exact(of, x, format),
    error(x, got, format) {
      if (format === "f64" || !Number.isFinite(x)) return ulpError(of, x, got, format);
      // The float64 value is exact enough to measure the others by: 2^-29 ULP of float32.
      return against(got, exact(of, x, "f64"), exact(of, x, format), format);
    },
  };
}

/**
 * The reference of a function that knows its exact values. In float64 nothing finer than the correctly
 * rounded value is known, so an error there is the distance to that, and half a unit for its rounding.
 */
function ownOf(of: ExactFunction): Reference {
  return {
    name: of.name ?? "f",
    exact: (x, format) => of.exact(x, format),
    error(x, got, format) {
      const want = of.exact(x, format);
      if (format !== "f64") return against(got, of.exact(x, "f64"), want, format);
      const error = against(got, want, want, format);
      return error === 0 ? 0 : error + 0.5;
    },
  };
}

function against(got: number, value: number, want: number, format: Format): number {
  if (Object.is(got, want)) {
    return Number.isFinite(want) ? Math.min(0.5, Math.abs(want - value) / ulp(want, format)) : 0;
  }
  if (!Number.isFinite(got) || !Number.isFinite(want)) return Infinity;
  return inUlp(got - value, want, format);
}
