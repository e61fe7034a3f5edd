/**
 * The words of the verification: what is verified, in which pieces, and what a piece tells.
 *
 * @module
 */
import type { Format as AnyFormat } from "../floats.ts";
import type { WitnessBits } from "../oracle/error.ts";

/** What is certified; float16 has so few numbers that tests/kernels/float16.test.ts tries them all. */
export type Format = Exclude<AnyFormat, "f16">;

/** Functions with a reference of their own. */
export const UNARY = ["softplus", "sigmoid", "sigmoidGrad", "logSigmoid"] as const;

/**
 * Functions that must give the bits of their parts. The backward passes are none: they multiply before they
 * round; tests/kernels/backward.test.ts holds their bound.
 */
export const PARTS = ["softplusWithGrad"] as const;

/** A function with a reference of its own. */
export type UnaryName = typeof UNARY[number];

/** A function that must give the bits of its parts. */
export type PartsName = typeof PARTS[number];

/** What can be verified. */
export type FunctionName = UnaryName | PartsName;

/** Everything that can be verified. */
export const FUNCTIONS: readonly FunctionName[] = [...UNARY, ...PARTS];

/** Whether the function is compared with its parts, not with the reference. */
export function isParts(name: FunctionName): name is PartsName {
  return (PARTS as readonly string[]).includes(name);
}

/** `full`: every float32, or all float64 samples. `quick`: the declared dense subset. */
export type Mode = "full" | "quick";

/** A function of a subject in a format: what one certificate is about. */
export interface Target {
  readonly subject: string;
  readonly name: FunctionName;
  readonly format: Format;
}

/** How many results broke a rule that has no size, and the first that did. */
export interface Violation {
  readonly count: number;
  readonly first?: WitnessBits;
}

/** Rules that have no size. */
export const RULES = ["nan", "infinity", "zeroSign", "parts"] as const;

/** A rule that has no size. */
export type Rule = typeof RULES[number];

/** What one slice of the inputs told about one target. */
export interface SliceResult {
  readonly slice: number;
  readonly inputs: number;
  /** Results other than the correctly rounded one; the sign of a zero is counted apart. */
  readonly misrounded: number;
  /** The greatest error in ULP, 0.5 at most where nothing was misrounded. */
  readonly maxUlp: number;
  readonly worst?: WitnessBits;
  /** Counts of errors, by the bins of {@linkcode EDGES}. */
  readonly histogram: readonly number[];
  readonly violations: Readonly<Record<Rule, Violation>>;
  /** Inputs whose correctly rounded result is subnormal, and how many came back as 0. */
  readonly subnormal: number;
  readonly flushed: number;
  /** Inputs that the screen left to MPFR, and those that went there to test the screen. */
  readonly mpfr: number;
  readonly tested: number;
  /** By exponent, where a slice holds more than one binade: [sign and exponent, max, count]. */
  readonly binades?: readonly (readonly [key: number, maxUlp: number, misrounded: number])[];
  /** Two sums over the bits of all results, in the order of the inputs. */
  readonly digest: readonly [number, number];
  /** Time that a worker spent on it, its share of the reference included. */
  readonly seconds: number;
}

/**
 * Upper edges of the histogram's bins, in ULP. The first holds the correctly rounded results, one
 * more bin at the end everything beyond.
 */
export const EDGES: readonly number[] = [
  ...[0.5, 0.5001, 0.501, 0.51, 0.55, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 2, 2.5, 3, 4, 6, 8],
  ...Array.from({ length: 21 }, (_, i) => 2 ** (i + 4)),
];
