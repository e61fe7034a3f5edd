/**
 * The floor: a copy of the same bytes, for the roofline view. Softplus at the speed of a copy is
 * bound by memory, and no arithmetic can be faster in place of it.
 */
import type { Implementation } from "./implementation.ts";
import { fillRunner } from "./implementation.ts";
import { identify } from "./naming.ts";

/** `TypedArray.prototype.set` from the input to each result. */
export const copy: Implementation = {
  ...identify({ kind: "floor", library: "copy", precision: "", memory: "given" }),
  includes: "output given",
  caveat: "no mathematics: reads the input and writes as many arrays as the function has results",
  load: () =>
    Promise.resolve({
      version: `V8 ${Deno.version.v8}`,
      threads: 1,
      prepare(inputs) {
        const source = inputs.value ?? inputs.x;
        return fillRunner(inputs, () => {
          for (const out of inputs.out) out.set(source);
        });
      },
    }),
};
