/** What is said of an identity that does not hold. */
import { type Format, hex } from "../floats.ts";

/** Where an identity fails. */
export interface Counterexample {
  /** In words, and as a formula. */
  readonly identity: string;
  readonly formula: string;
  /** Inputs that the implementation got, and what it made of them. */
  readonly inputs: readonly number[];
  readonly results: readonly number[];
  /** What is wrong with them. */
  readonly reason: string;
}

/**
 * An identity does not hold. The message has it in words, and the smallest counterexample in decimal
 * and hex.
 *
 * @example
 * ```ts
 * import { identities, IdentityError } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const mine = (x: number) => Math.log(1 + Math.exp(x));
 * await assert.rejects(identities(mine, { of: "softplus", dtype: "f64", seed: 1 }), (error) =>
 *   error instanceof IdentityError && error.broken.length > 0);
 * ```
 */
export class IdentityError extends Error {
  override readonly name = "IdentityError";

  /** @internal Made by identities. */
  constructor(
    message: string,
    /** The identities that do not hold, each with its smallest counterexample. */
    readonly broken: readonly Counterexample[],
    /** Repeats the run. */
    readonly seed: number,
  ) {
    super(message);
  }
}

/** The message: the first counterexample whole, of the others a line. */
export function complaint(
  name: string,
  of: string,
  dtype: Format,
  broken: readonly Counterexample[],
  seed: number,
): string {
  const [first, ...others] = broken.map(({ identity, formula, inputs, results, reason }) => {
    const calls = inputs.map((x, i) => `  f(${hex(x, dtype)}) = ${hex(results[i]!, dtype)}`);
    return { head: `${identity}: ${formula}`, calls, reason };
  });
  return [
    `${name} is no ${of} in ${dtype}. It does not hold that ${first!.head}`,
    ...first!.calls,
    `  ${first!.reason}`,
    ...others.map(({ head, calls, reason }) =>
      `nor that ${head}\n${calls.join("\n")}\n  ${reason}`
    ),
    `(seed: ${seed} repeats this)`,
  ].join("\n");
}
