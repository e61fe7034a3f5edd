/**
 * What may be handed in: somebody's own function, an engine's method, a shader, a library. The
 * adapter in lab/adapt.ts makes one thing of all of them.
 *
 * @module
 */
import type { Precision } from "../kernels/bounds.ts";
import { describeOther } from "../kernels/engines/describe.ts";
import { naive, scalar, wasm } from "../kernels/engines/mod.ts";
import type { Format, Vector } from "./floats.ts";

/** An array of results. */
type Results = Float32Array | Float64Array;

/** Why something is not measured. It is shown, never left out in silence. */
export interface Gap {
  readonly gap: string;
}

/** One implementation, ready to work on one case. */
export interface Runner {
  /** The work that is timed. If the first call returns no promise, no call is awaited. */
  run(): void | Promise<void>;
  /** The results of the latest run, not timed: one array for each result of the function. */
  output(): readonly Results[] | Promise<readonly Results[]>;
  /**
   * Nanoseconds that `calls` runs take, where the caller's clock would measure the wrong thing:
   * work in another process or on a GPU. Before them come calls that wake a pool of threads up, for
   * `wake` milliseconds at most, with no pause in which it could fall asleep again.
   */
  time?(calls: number, wake?: number): number | Promise<number>;
  /** Frees what `prepare` took. */
  dispose?(): void | Promise<void>;
}

/** True for a gap, false for what was asked for. */
export function isGap(value: object): value is Gap {
  return "gap" in value;
}

/** What an implementation returns: for a number a number, for an array one of its type and length. */
export type Answer = number | Vector;

/**
 * A function of one argument: from number to number, or from array to array of the same type and
 * length; at once, or by a promise. It may take `{ out, precision }` as a second argument, as the
 * methods of the engines do.
 */
// deno-lint-ignore no-explicit-any -- which numbers or arrays it takes is the implementation's to say
export type OwnFunction = (x: any, options?: any) => Answer | Promise<Answer>;

/** What figures know about an implementation beside its name. */
export interface Described {
  readonly name?: string;
  /** "own" unless told; the others look as the benchmark has them. */
  readonly kind?: "own" | "kit" | "textbook" | "peer";
  /** Whose look it has in figures; its name's, where this is left out. */
  readonly family?: string;
}

/** A function with a name, and with what is to be given back after use. */
export interface Named extends Described {
  readonly apply: OwnFunction;
  dispose?(): void | Promise<void>;
}

/** What an implementation is opened for. */
export interface Use {
  /** Name of the function that it stands for; "" where it is a function of the user's own. */
  readonly of: string;
  readonly dtype: Format;
  readonly precision?: Precision;
}

/** Something that has to be found or started first: a shader, a row of the benchmark. */
export interface Openable extends Described {
  open(use: Use): Promise<Named | Gap>;
}

/** An export of a module: it can be sent to workers, where a closure cannot. */
export interface Exported {
  /** Absolute address of the module. */
  readonly module: URL | string;
  /** Name of the export. */
  readonly name: string;
}

/**
 * Whatever computes a function of one argument.
 *
 * @example
 * ```ts ignore
 * const mine: Implementation = (x: number) => Math.log(1 + Math.exp(x));
 * const onArrays: Implementation = (x: Float32Array) => x.map((v) => Math.log1p(Math.exp(v)));
 * const method: Implementation = gpu.softplus;
 * const sent: Implementation = { module: "https://example.com/formulas.js", name: "softplus" };
 * ```
 */
export type Implementation = OwnFunction | Named | Openable | Exported;

/**
 * An implementation that does not do what one has to; the message names it.
 *
 * @example
 * ```ts
 * import { certify, ImplementationError } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const short = (x: Float32Array) => x.slice(1);
 * await assert.rejects(certify(short, { of: "softplus" }), ImplementationError);
 * ```
 */
export class ImplementationError extends Error {
  override readonly name = "ImplementationError";

  /** @param implementation its name */
  constructor(readonly implementation: string, what: string, options?: ErrorOptions) {
    super(`${implementation}: ${what}`, options);
  }
}

/** Whether something is an export of a module. */
export function isExported(value: unknown): value is Exported {
  return hasMember(value, "module", ["string", "object"]) && hasMember(value, "name", ["string"]);
}

/** Whether something has to be opened first. */
export function isOpenable(value: unknown): value is Openable {
  return hasMember(value, "open", ["function"]);
}

/** Whether something is a function with a name. */
export function isNamed(value: unknown): value is Named {
  return typeof value !== "function" && hasMember(value, "apply", ["function"]);
}

function hasMember(value: unknown, key: string, types: readonly string[]): boolean {
  return typeof value === "object" && value !== null && key in value &&
    types.includes(typeof (value as Record<string, unknown>)[key]);
}

/**
 * Holds a value to be an implementation.
 *
 * @throws {TypeError} names it, and says what it is instead
 */
export function checkImplementation(
  name: string,
  value: unknown,
): asserts value is Implementation {
  const is = typeof value === "function" || isExported(value) || isOpenable(value) ||
    isNamed(value);
  if (is) return;
  throw new TypeError(
    `${name} must be a function, { apply }, wgsl("...") or { module, name }, got ${
      describeOther(value)
    }`,
  );
}

/** The name of an implementation that was given without one. */
export function nameOf(implementation: Implementation): string {
  const { name } = implementation;
  if (name) return name;
  return kitNames.get(implementation)?.name ?? "the implementation";
}

/** What figures know of an implementation that was given under a name. */
export function describedAs(name: string, implementation: Implementation): Required<Described> {
  const { kind, family } = kitNames.get(implementation) ?? implementation as Described;
  return { name, kind: kind ?? "own", family: family ?? name };
}

/** The kit's own functions, recognised whatever a user calls them: each engine's, by its look. */
const kitNames = new Map<unknown, Described>();
for (
  const [engine, look] of [
    [scalar, { kind: "kit", family: "scalar exact" }],
    [wasm, { kind: "kit", family: "wasm exact" }],
    [naive, { kind: "textbook", family: "naive" }],
  ] as const
) {
  for (const [name, method] of Object.entries(engine)) {
    if (typeof method === "function") kitNames.set(method, { name, ...look });
  }
}
