/**
 * The laboratory: bring your own function. Draw its errors, certify it, race it, hold it to the
 * identities of the function that it stands for.
 *
 * @example A function from the wild
 * ```ts
 * import { identities } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const mine = (x: number) => Math.log(1 + Math.exp(x));
 * await assert.rejects(identities(mine, { of: "softplus" }), /does not hold/);
 * ```
 *
 * @module
 */

// One file, made of lab/ by `deno task build`. It takes the kernels from the file beside it, and loads
// what it needs of npm when that is first needed. Inside the project lab/mod.ts, the sources, is
// imported instead.
// @ts-types="./dist/lab.d.ts"
export * from "./dist/lab.js";
