/**
 * Random inputs in the shape of the functions, and the runner of properties. The floats are those of
 * lab/identities/arbitraries.ts; NaN payloads and shapes are added here.
 *
 * @module
 */
import fc from "fast-check";
import { Matrix } from "../../kernels/engines/mod.ts";
import { floatsOf } from "../../lab/identities/arbitraries.ts";
import {
  arrayOf,
  arrayOfBits,
  type Format,
  FORMATS,
  fromBits,
  toOrdered,
  type Vector,
} from "../../lab/floats.ts";

export { BOUNDARIES } from "../../lab/oracle/boundaries.ts";

/** Finite floats of the format: every one can come, those near a branch often. */
export function finite(format: Format): fc.Arbitrary<number> {
  return floatsOf(fc, format);
}

/** Bit patterns of the format: finite floats, infinities, and NaNs of every payload and sign. */
export function bitPattern(format: Format): fc.Arbitrary<bigint> {
  const width = BigInt(FORMATS[format].bytes * 8);
  const infinity = toOrdered(Infinity, format);
  const sign = 1n << (width - 1n);
  const payload = fc.bigInt({ min: infinity + 1n, max: sign - 1n });
  return fc.oneof(
    { weight: 12, arbitrary: finite(format).map((x) => patternOf(x, format)) },
    { weight: 1, arbitrary: fc.constantFrom(infinity, infinity | sign) },
    { weight: 1, arbitrary: fc.tuple(payload, fc.boolean()).map(([p, s]) => s ? p | sign : p) },
  );
}

function patternOf(x: number, format: Format): bigint {
  const place = toOrdered(x, format);
  return place >= 0n ? place : (1n << BigInt(FORMATS[format].bytes * 8 - 1)) - 1n - place;
}

/** Any number of the format, NaN and infinities too. */
export function anyFloat(format: Format): fc.Arbitrary<number> {
  return bitPattern(format).map((bits) => fromBits(bits, format));
}

/** How many elements. */
export interface Length {
  minLength?: number;
  maxLength?: number;
}

/** Arrays of any floats, written as bits so that NaN payloads survive. */
export function vector(format: Format, length: Length = { maxLength: 40 }): fc.Arbitrary<Vector> {
  return fc.array(bitPattern(format), length).map((patterns) => {
    return arrayOfBits(format, patterns);
  });
}

/** Arrays of finite floats. */
export function finiteVector(
  format: Format,
  length: Length = { minLength: 1, maxLength: 24 },
): fc.Arbitrary<Vector> {
  return fc.array(finite(format), length)
    .map((list) => arrayOf(format, list));
}

/** Batches of any floats, with empty shapes among them. */
export function matrix(format: Format): fc.Arbitrary<Matrix> {
  return fc.tuple(fc.nat(7), fc.nat(9)).chain(([rows, columns]) =>
    vector(format, { minLength: rows * columns, maxLength: rows * columns })
      .map((data) => new Matrix(data, rows, columns))
  );
}

const variable = (name: string) => {
  const text = Deno.env.get(name);
  return text === undefined || text === "" ? undefined : text;
};
const seed = Number(variable("FC_SEED") ?? Math.floor(Math.random() * 2 ** 32) | 0);
const path = variable("FC_PATH");
const runsAtLeast = Number(variable("FC_RUNS") ?? 0);
let announced = false;

/** Bodies that run at a time. */
const COMPANY = 300;

/**
 * Runs the body for the values that `fc.check` would draw, many at a time: where an engine's calls
 * wait, as those of a GPU do, they wait together. Returns what the first failing body threw.
 */
async function together<T>(
  arbitrary: fc.Arbitrary<T>,
  body: (value: T) => void | Promise<void>,
  parameters: fc.Parameters<[T]>,
): Promise<unknown> {
  const values: T[] = [];
  fc.check(fc.property(arbitrary, (value) => void values.push(value)), parameters);
  for (let at = 0; at < values.length; at += COMPANY) {
    const results = await Promise.allSettled(
      values.slice(at, at + COMPANY).map(async (value) => await body(value)),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) return failed.reason ?? new Error("a body threw nothing");
  }
  return undefined;
}

/**
 * Registers a test that `body` holds for values of `arbitrary`.
 *
 * `FC_SEED` repeats a run, `FC_PATH` with it goes straight to the failing value (and belongs to one
 * test: use `--filter`), `FC_RUNS` raises the number of values. A failure prints all of these.
 */
export function property<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  body: (value: T) => void | Promise<void>,
  runs = 300,
): void {
  if (!announced) console.log(`properties: FC_SEED=${seed}`);
  announced = true;
  Deno.test(name, async () => {
    const parameters = { seed, numRuns: Math.max(runs, runsAtLeast), ...(path ? { path } : {}) };
    const failure = await together(arbitrary, body, parameters);
    if (failure === undefined) return;
    // Once more, one by one: this finds the smallest value that fails.
    const details = await fc.check(
      fc.asyncProperty(arbitrary, async (v) => await body(v)),
      parameters,
    );
    if (!details.failed) throw failure; // it needs company to fail
    const replay = `FC_SEED=${details.seed} FC_PATH=${details.counterexamplePath}`;
    const cause = details.errorInstance;
    const message = cause instanceof Error ? cause.stack ?? cause.message : String(cause);
    throw new Error(
      `after ${details.numRuns} values (${details.numShrinks} shrinks), with ` +
        `${fc.stringify(details.counterexample?.[0])}:\n${message}\n` +
        `replay: ${replay} deno test -A --filter '${name}' tests`,
    );
  });
}
