/**
 * What an error in ULP is, what is wrong altogether, and what a witness is: the one place that says
 * so. It knows no reference; `mpfr.ts` and the screens bring the exact values.
 *
 * @module
 */
import { type Format, FORMATS, hex, ulp } from "../floats.ts";

/** An input with what came out and what is right. */
export interface Witness {
  readonly input: number;
  readonly got: number;
  readonly want: number;
}

/** The same as certificates keep it: bits in hexadecimal. */
export interface WitnessBits {
  readonly x: string;
  readonly got: string;
  readonly want: string;
  /** Where it was not 1. */
  readonly beta?: number;
}

/** A witness to the bit. */
export function bitsOfWitness({ input, got, want }: Witness, format: Format): WitnessBits {
  return { x: bitsHex(input, format), got: bitsHex(got, format), want: bitsHex(want, format) };
}

/** Bits in hexadecimal, without the value. */
export function bitsHex(x: number, format: Format): string {
  return hex(x, format).split(" ", 1)[0]!;
}

/**
 * A distance from the exact value as an error in ULP: in units of the last place of the correctly
 * rounded result, subnormals included. A NaN is infinitely far.
 *
 * @param difference result less exact value
 * @param want the correctly rounded result
 */
export function inUlp(difference: number, want: number, format: Format): number {
  return Number.isNaN(difference) ? Infinity : Math.abs(difference) / ulp(want, format);
}

/** 1 / ulp(y) by the biased exponent of a float32 y: for loops over all of them. */
export const F32_PER_UNIT: Float64Array = Float64Array.from(
  { length: 256 },
  (_, biased) => 2 ** (FORMATS.f32.precision - 1 - Math.max(biased - 127, FORMATS.f32.minExponent)),
);

/** How a result can be wrong so that no error in ULP tells it; undefined where one does. */
export function wrongKind(got: number, want: number): "nan" | "infinity" | undefined {
  const difference = got - want;
  if (difference - difference === 0) return undefined; // finite, and so are both: nearly always
  if (Number.isNaN(got) || Number.isNaN(want)) {
    return Number.isNaN(got) && Number.isNaN(want) ? undefined : "nan";
  }
  return got === want || Number.isFinite(got) && Number.isFinite(want) ? undefined : "infinity";
}

/**
 * True when a result is not even an approximation: an infinity or NaN where the answer is another,
 * or 0 where it is no 0. A 0 in place of the least subnormal is one, less than a unit away, and so
 * is that subnormal in place of 0.
 */
export function isWrong(got: number, want: number, error: number): boolean {
  return wrongKind(got, want) !== undefined || got === 0 && error > 1;
}

/** What judging results found. */
export interface Verdict {
  readonly maxUlp: number;
  readonly maxAbsDiff: number;
  /** Where `maxUlp` was reached; absent when nothing was judged. */
  readonly worst?: Witness;
  /** The wrong result nearest to an input of 0; absent when all are at least near the answer. */
  readonly wrong?: Witness;
}

/** Judges results one by one. */
export class Judge {
  #maxUlp = 0;
  #maxAbsDiff = 0;
  #worst: Witness | undefined;
  #wrong: Witness | undefined;

  /** Takes in one result with its error in ULP. */
  take(witness: Witness, error: number): void {
    const { input, got, want } = witness;
    if (this.#worst === undefined || error > this.#maxUlp) this.#worst = witness;
    this.#maxUlp = Math.max(this.#maxUlp, error);
    const difference = got === want ? 0 : Math.abs(got - want);
    this.#maxAbsDiff = Math.max(
      this.#maxAbsDiff,
      Number.isNaN(difference) ? Infinity : difference,
    );
    const nearer = this.#wrong === undefined || Math.abs(this.#wrong.input) > Math.abs(input);
    if (nearer && isWrong(got, want, error)) this.#wrong = witness;
  }

  /** What was found so far. */
  get verdict(): Verdict {
    return {
      maxUlp: this.#maxUlp,
      maxAbsDiff: this.#maxAbsDiff,
      ...(this.#worst && { worst: this.#worst }),
      ...(this.#wrong && { wrong: this.#wrong }),
    };
  }
}
