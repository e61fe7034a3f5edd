/** What a race may be told, held to what it can be before anything runs. */
import type { Precision } from "../../kernels/bounds.ts";
import type { Format } from "../floats.ts";
import type { Implementation } from "../implementation.ts";
import { checkOptions } from "../options.ts";
import type { Of } from "../oracle/reference.ts";
import { type DistributionName, DISTRIBUTIONS } from "./distributions.ts";

/** What a race is about, and how long it may take. */
export interface RaceOptions {
  /** What the implementations ought to compute. */
  readonly of: Of;
  /** Lengths of the arrays; 1e2, 1e4 and 1e6 unless told. */
  readonly sizes?: readonly number[];
  /** The element type; "f32" unless told. */
  readonly dtype?: Format;
  /** The inputs: "normal" (mean 0, deviation 4) unless told; or an array to take them from, as often as needed. */
  readonly distribution?: DistributionName | ArrayLike<number>;
  /** Seconds to aim for; 10 unless told. Slow implementations may take it beyond. */
  readonly budgetSeconds?: number;
  /** Rounds at each size whatever they cost, and rounds that are enough; 5 and 41 unless told. */
  readonly rounds?: { readonly least: number; readonly most: number };
  /** The error in ULP from which on a result counts as wrong; 64 unless told. */
  readonly tolerance?: number;
  /** Given to each implementation as an option; nothing is given unless told. */
  readonly precision?: Precision;
  /** Milliseconds that a promise of an implementation may take in validation; 10,000 unless told. */
  readonly timeout?: number;
  /** Ends the race. What was saved stays. */
  readonly signal?: AbortSignal;
  /** A file that gets the rows so far after each size, as JSON. */
  readonly save?: string;
  /** Whether a progress bar is drawn; it is unless told. */
  readonly progress?: boolean;
}

const OPTIONS: Readonly<Record<keyof RaceOptions, true>> = {
  of: true,
  sizes: true,
  dtype: true,
  distribution: true,
  budgetSeconds: true,
  rounds: true,
  tolerance: true,
  precision: true,
  timeout: true,
  signal: true,
  save: true,
  progress: true,
};

/**
 * Checks what the adapter does not: names, sizes, times.
 *
 * @throws {TypeError | RangeError} naming the argument, what was given and what was expected
 */
export function checkRace(
  implementations: Readonly<Record<string, Implementation>>,
  options: RaceOptions,
): void {
  if (typeof implementations !== "object" || implementations === null) {
    throw new TypeError(
      `race: the first argument must be { name: implementation, ... }, got ${typeof implementations}`,
    );
  }
  if (Object.keys(implementations).length === 0) {
    throw new RangeError("race: { } has no implementation");
  }
  checkOptions("race", options, Object.keys(OPTIONS));
  const { sizes, distribution, budgetSeconds = 1, rounds, tolerance = 1 } = options;
  const isSize = (n: number) => Number.isInteger(n) && n > 0;
  if (sizes !== undefined && !(Array.isArray(sizes) && sizes.length > 0 && sizes.every(isSize))) {
    throw new RangeError(`race: sizes must be whole numbers of elements, got ${say(sizes)}`);
  }
  const isNamed = typeof distribution === "string";
  if (isNamed ? !Object.hasOwn(DISTRIBUTIONS, distribution) : distribution?.length === 0) {
    throw new RangeError(
      `race: distribution must be ${Object.keys(DISTRIBUTIONS).join(", ")}, or inputs, got ${
        say(distribution)
      }`,
    );
  }
  for (const [name, value] of Object.entries({ budgetSeconds, tolerance })) {
    if (typeof value === "number" && value > 0) continue;
    throw new RangeError(`race: ${name} must be a positive number, got ${say(value)}`);
  }
  if (rounds && !(isSize(rounds.least) && isSize(rounds.most) && rounds.least <= rounds.most)) {
    throw new RangeError(
      `race: rounds must be { least, most }, whole numbers with least <= most, got ${say(rounds)}`,
    );
  }
}

function say(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
