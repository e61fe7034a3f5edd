/**
 * Identities: holds an implementation to what its function owes itself, on random floats, and finds the
 * smallest counterexample.
 *
 * @module
 */
import { adapt, type Adapted } from "../adapt.ts";
import { arrayOf, type Format, FORMATS, fromOrdered, step, toOrdered } from "../floats.ts";
import { type Implementation, nameOf } from "../implementation.ts";
import { type KnownName, type Reference, referenceOf } from "../oracle/reference.ts";
import { type FastCheck, fastCheck, floatsOf } from "./arbitraries.ts";
import { complaint, type Counterexample, IdentityError } from "./error.ts";
import { type Asked, IDENTITIES, type Identity } from "./rows.ts";

/** What to hold an implementation to. */
export interface IdentitiesOptions {
  /** The function that it stands for. */
  readonly of: KnownName;
  /** The element type; "f32" unless told. */
  readonly dtype?: Format;
  /** Inputs tried for each identity; 1000 unless told. */
  readonly runs?: number;
  /** Makes a run repeatable; random unless told, and part of the error. */
  readonly seed?: number;
  /**
   * Error that each result may have, in ULP; 4 unless told. 0.5 means correct rounding, and then a
   * result that falls where the function rises is an error, however little.
   */
  readonly ulp?: number;
  /** The derivative of softplus or sigmoid to hold the slope against, instead of the exact one. */
  readonly grad?: Implementation;
  /** Milliseconds that a promise may take; 10,000 unless told. */
  readonly timeout?: number;
}

/** Identities that hold. */
export interface IdentitiesResult {
  readonly implementation: string;
  readonly of: string;
  readonly dtype: Format;
  /** Each of them, in words and as a formula. */
  readonly held: readonly { readonly identity: string; readonly formula: string }[];
  /** Inputs tried for each. */
  readonly runs: number;
  readonly seed: number;
}

/**
 * Holds an implementation to the identities of a function: special values, ranges, reflection, the
 * slope between any two points, monotonicity, the tail, and the textbook form where that is safe.
 *
 * @param implementation as `race` and `certify` take them
 * @returns what was tried and holds
 * @throws {IdentityError} an identity does not hold
 * @throws {RangeError | TypeError} an option that there is not, or a value that it cannot have
 * @throws {ImplementationError} the implementation throws, or returns what is no result
 *
 * @example
 * ```ts
 * import { softplus } from "@softplus/kit";
 * import { identities } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const { held } = await identities(softplus, { of: "softplus", ulp: 0.5, runs: 100 });
 * assert.ok(held.some(({ formula }) => formula === "f(x) - f(-x) = x"));
 * ```
 */
export async function identities(
  implementation: Implementation,
  options: IdentitiesOptions,
): Promise<IdentitiesResult> {
  check(options);
  const { of, dtype = "f32", runs = 1000, ulp = 4, grad, timeout } = options;
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const reference = await referenceOf(of);
  const fc = await fastCheck("identities");
  const { exact } = await import("../oracle/mpfr.ts");
  const name = nameOf(implementation);
  const timed = timeout === undefined ? {} : { timeout };
  await using adapted = await adapt(name, implementation, { dtype, reference, ...timed });
  await using slope = grad && await adapt("grad", grad, { dtype, ...timed });
  const trial = new Trial(fc, adapted, slope, reference, { dtype, runs, ulp, seed, exact });
  const broken: Counterexample[] = [];
  const { rows } = IDENTITIES[of]!;
  for (const row of rows) {
    const found = await trial.of(row);
    if (found) broken.push(found);
  }
  if (broken.length > 0) {
    throw new IdentityError(complaint(name, of, dtype, broken, seed), broken, seed);
  }
  const held = rows.map((row) => worded(of, row));
  return { implementation: name, of, dtype, held, runs, seed };
}

const OPTIONS: Readonly<Record<keyof IdentitiesOptions, true>> = {
  of: true,
  dtype: true,
  runs: true,
  seed: true,
  ulp: true,
  grad: true,
  timeout: true,
};

function check(options: IdentitiesOptions): void {
  const unknown = Object.keys(options ?? {}).find((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown !== undefined) {
    throw new TypeError(
      `identities: there is no option ${unknown}; there are ${Object.keys(OPTIONS).join(", ")}`,
    );
  }
  const { of, runs = 1, ulp = 1, seed = 0 } = options ?? {};
  if (!Object.hasOwn(IDENTITIES, String(of))) {
    throw new RangeError(
      `identities: of must be one of ${Object.keys(IDENTITIES).join(", ")}, got ${
        typeof of === "string" ? of : typeof of
      }`,
    );
  }
  if (!(Number.isInteger(runs) && runs > 0)) {
    throw new RangeError(`identities: runs must be a whole number from 1 on, got ${runs}`);
  }
  if (!(ulp >= 0.5)) throw new RangeError(`identities: ulp must be at least 0.5, got ${ulp}`);
  if (!Number.isInteger(seed)) throw new RangeError(`identities: seed must be whole, got ${seed}`);
}

/** An identity, said of f, or of what f is made into. */
function worded(of: KnownName, { words, formula }: Identity) {
  const { as } = IDENTITIES[of]!;
  // "f never falls", but "reflection" alone.
  const isSaid = /^(is|lies|keeps|never)\b/.test(words);
  return { identity: isSaid || as !== "f" ? `${as} ${words}` : words, formula };
}

/** Tries identities one by one. */
class Trial {
  readonly #asked: Asked;

  constructor(
    readonly fc: FastCheck,
    readonly f: Adapted,
    readonly grad: Adapted | undefined,
    readonly reference: Reference,
    readonly options: {
      dtype: Format;
      runs: number;
      ulp: number;
      seed: number;
      exact(name: KnownName, x: number, format: Format): number;
    },
  ) {
    const { turn, sign } = IDENTITIES[reference.name]!;
    const { dtype: format, ulp: ulps, exact } = options;
    const memo = new Map<string, number>();
    this.#asked = {
      format,
      ulps,
      want: (x) => sign * reference.exact(turn * x, format),
      exact(name, x) {
        const key = `${name} ${x}`;
        let value = memo.get(key);
        if (value === undefined) memo.set(key, value = exact(name, x, "f64"));
        return value;
      },
    };
  }

  /** The smallest counterexample of an identity, if one was met. */
  async of(row: Identity): Promise<Counterexample | undefined> {
    const { dtype } = this.options;
    const drawn = row.specials ? specials(dtype).map((x) => [x]) : this.#points(row);
    const failing = await this.#failing(row, drawn);
    if (failing === undefined) return undefined;
    if (row.specials) return await this.#counterexample(row, failing);
    // Once more from there, as places in the order of floats, which shrink towards 0.
    const smallest = await this.#shrunk(row, failing);
    return await this.#counterexample(row, smallest);
  }

  #range(row: Identity): readonly [number, number] {
    const largest = step(Infinity, -1, this.options.dtype);
    const [from, to] = row.between?.(this.options.dtype) ?? [-Infinity, Infinity];
    return [Math.max(from, -largest), Math.min(to, largest)];
  }

  /**
   * Points of checks: one, or two in ascending order. Pairs are neighbours among all that are drawn,
   * which lie on both sides of every place where something may happen, and pairs at every distance,
   * from the next float to the next binade and beyond.
   */
  #points(row: Identity): number[][] {
    const { fc, options: { dtype, runs: numRuns, seed } } = this;
    const [min, max] = this.#range(row);
    const one = floatsOf(fc, dtype, { min, max });
    const drawn = fc.sample(one, { numRuns, seed });
    if (row.points === 1) return drawn.map((x) => [x]);
    const ascending = (numbers: readonly number[]) =>
      numbers.toSorted((a, b) => Number(toOrdered(a, dtype) - toOrdered(b, dtype)));
    const sorted = ascending(drawn);
    const near = fc.tuple(one, fc.integer({ min: 0, max: FORMATS[dtype].precision }))
      .map(([x, power]) => [x, Math.min(max, step(x, 2 ** power, dtype))]);
    const pairs = fc.sample(fc.oneof(near, fc.tuple(one, one)), { numRuns, seed });
    return [...sorted.slice(1).map((x, i) => [sorted[i]!, x]), ...pairs.map(ascending)];
  }

  /** The first of many for which the check fails; the implementation is called once for all. */
  async #failing(
    row: Identity,
    many: readonly (readonly number[])[],
  ): Promise<readonly number[] | undefined> {
    const usable = many.filter((points) => row.points === 1 || points[0]! < points[1]!);
    const inputs = usable.map((points) => row.at(points));
    const results = await this.#results(inputs.flat());
    const grads = this.grad && await this.#applied(this.grad, usable.flat());
    let at = 0;
    for (const [i, points] of usable.entries()) {
      const y = results.slice(at, at += inputs[i]!.length);
      const from = i * row.points;
      const asked = grads === undefined
        ? this.#asked
        : { ...this.#asked, grads: grads.slice(from, from + row.points) };
      if (row.check(points, y, asked) !== undefined) return points;
    }
    return undefined;
  }

  async #shrunk(row: Identity, failing: readonly number[]): Promise<readonly number[]> {
    const { fc, options: { dtype, seed } } = this;
    const [min, max] = this.#range(row);
    const gap = 2n ** BigInt(8 * FORMATS[dtype].bytes);
    const [first] = failing.map((x) => toOrdered(x, dtype));
    const distances = failing.slice(1).map((x) => toOrdered(x, dtype) - first!);
    const place = fc.bigInt({ min: toOrdered(min, dtype), max: toOrdered(max, dtype) });
    const tuple = fc.tuple(place, ...distances.map(() => fc.bigInt({ min: 1n, max: gap })));
    const pointsOf = ([at, ...rest]: readonly bigint[]) => {
      const points = [fromPlace(at!, dtype)];
      for (const distance of rest) points.push(fromPlace(at! + distance, dtype));
      return points;
    };
    const holds = async (drawn: readonly bigint[]) => {
      const points = pointsOf(drawn);
      if (points.some((x) => !(x >= min && x <= max))) return true;
      return await this.#failing(row, [points]) === undefined;
    };
    const found = await fc.check(fc.asyncProperty(tuple, holds), {
      seed,
      numRuns: 1,
      examples: [[[first!, ...distances] as [bigint, ...bigint[]]]],
    });
    return found.counterexample ? pointsOf(found.counterexample[0]) : failing;
  }

  async #counterexample(row: Identity, points: readonly number[]): Promise<Counterexample> {
    const { turn, sign } = IDENTITIES[this.reference.name]!;
    const inputs = row.at(points);
    const y = await this.#results(inputs);
    const grads = this.grad && await this.#applied(this.grad, points);
    const reason = row.check(points, y, { ...this.#asked, ...(grads && { grads }) });
    return {
      ...worded(this.reference.known!, row),
      inputs: inputs.map((x) => turn * x),
      results: y.map((v) => sign * v),
      reason: reason ?? "it failed once, and holds now: the implementation is not repeatable",
    };
  }

  /** What the check calls f. */
  async #results(x: readonly number[]): Promise<number[]> {
    const { turn, sign } = IDENTITIES[this.reference.name]!;
    const y = await this.#applied(this.f, x.map((v) => turn * v));
    return y.map((v) => sign * v);
  }

  async #applied(f: Adapted, x: readonly number[]): Promise<number[]> {
    return [...await f.apply(arrayOf(f.dtype, x))];
  }
}

/** The float at a place; NaN beyond all of them. */
function fromPlace(place: bigint, format: Format): number {
  return place > toOrdered(Infinity, format) ? NaN : fromOrdered(place, format);
}

/** NaN, infinities, zeros, the least subnormals and normals, and the largest, with either sign. */
function specials(format: Format): number[] {
  const normal = 2 ** FORMATS[format].minExponent;
  const positive = [0, step(0, 1, format), step(normal, -1, format), normal];
  positive.push(step(Infinity, -1, format), Infinity);
  return [NaN, ...positive.flatMap((x) => [x, -x])];
}
