/* The options of a call, read and checked. */
import { describe } from "./matrix.ts";
import type { Precision } from "./types.ts";

/** Options with what they are where they are not given. */
export interface CheckedOptions {
  readonly out: unknown;
  readonly precision: Precision;
  readonly beta: number;
}

const defaults: CheckedOptions = { out: undefined, precision: "exact", beta: 1 };
const names = Object.keys(defaults);
const { getPrototypeOf, hasOwn, prototype } = Object;

/** Reads every option once, so that a getter cannot change what has been checked. */
export function readOptions(method: string, options: unknown): CheckedOptions {
  if (options === undefined) return defaults;
  checkOptions(method, options, names);
  const out = optionOf(options, "out");
  const precision = optionOf(options, "precision", defaults.precision);
  const beta = optionOf(options, "beta", defaults.beta);
  if (precision !== "exact" && precision !== "fast") {
    throw new RangeError(
      `${method}: precision must be "exact" or "fast", got ${describe(precision)}`,
    );
  }
  if (typeof beta !== "number") {
    throw new TypeError(`${method}: beta must be a number, got ${describe(beta)}`);
  }
  if (!Number.isFinite(beta) || beta === 0) {
    throw new RangeError(`${method}: beta must be finite and not 0, got ${beta}`);
  }
  return { out, precision, beta };
}

/**
 * An option: the object's own, or one of its class or of what it was made from, but none that a
 * program has added to every object.
 */
export function optionOf(options: object, name: string, whenMissing?: unknown): unknown {
  if (name in prototype && !isGiven(options, name)) return whenMissing;
  const value = (options as Record<string, unknown>)[name];
  return value === undefined ? whenMissing : value;
}

/** Whether an object has a property by itself, or by a prototype other than that of every object. */
function isGiven(options: object, name: string): boolean {
  for (let at: object | null = options; at !== null && at !== prototype; at = getPrototypeOf(at)) {
    if (hasOwn(at, name)) return true;
  }
  return false;
}

/** Refuses options that are no object, and one that does not exist. */
export function checkOptions(
  method: string,
  options: unknown,
  known: readonly string[],
): asserts options is object {
  if (typeof options !== "object" || options === null) {
    // What an array's map gives its function: the place of the element.
    const hint = typeof options === "number" && method !== "threads" && method !== "webgpu"
      ? `: with map, write array.map((x) => ${method}(x))`
      : "";
    throw new TypeError(`${method}: options must be an object, got ${describe(options)}${hint}`);
  }
  for (const name in options) {
    if (known.includes(name) || !hasOwn(options, name)) continue;
    const all = known.length === 1
      ? `the only one is ${known[0]}`
      : `there are ${known.slice(0, -1).join(", ")} and ${known.at(-1)}`;
    throw new TypeError(`${method}: there is no option ${JSON.stringify(name)}; ${all}`);
  }
}
