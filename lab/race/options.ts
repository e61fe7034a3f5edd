/** Holds the arguments of a race to what they can be, before anything runs. */
import type { Implementation } from "../implementation.ts";
import { DISTRIBUTIONS } from "./distributions.ts";
import type { RaceOptions } from "./race.ts";

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
  const unknown = Object.keys(options ?? {}).find((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown !== undefined) {
    throw new TypeError(
      `race: there is no option ${unknown}; there are ${Object.keys(OPTIONS).join(", ")}`,
    );
  }
  const { sizes, distribution, budgetSeconds = 1, rounds, tolerance = 1 } = options ?? {};
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
