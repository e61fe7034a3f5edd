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
const { hasOwn } = Object;

/** Reads every option once, so that a getter cannot change what has been checked. */
export function readOptions(method: string, options: unknown): CheckedOptions {
  if (options === undefined) return defaults;
  checkOptions(method, options, names);
  const { out, precision = "exact", beta = 1 } = options as {
    readonly [Name in keyof CheckedOptions]?: unknown;
  };
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
