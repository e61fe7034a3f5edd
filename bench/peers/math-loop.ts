/**
 * The loop that anyone would write in JavaScript today, in the stable form that the built-in
 * `Math.log1p` makes easy; and its sigmoid as it is usually written.
 *
 * Every loop is made anew for each case, so that the compiler sees one array type in it: this is
 * the loop at its best.
 */
import type { FloatArray } from "../plans/cases.ts";
import type { Implementation, Inputs } from "./implementation.ts";
import { fillRunner } from "./implementation.ts";
import { identify } from "./naming.ts";

/** `Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)` element by element. */
export const mathLoop: Implementation = {
  ...identify({ kind: "peer", library: "Math loop", precision: "", memory: "given" }),
  includes: "output given",
  calls: {
    softplus: "Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0), in float64, rounded once",
    sigmoid: "1 / (1 + Math.exp(-x)), in float64, rounded once",
  },
  load: () =>
    Promise.resolve({
      version: `V8 ${Deno.version.v8}`,
      threads: 1,
      prepare: (inputs) => fillRunner(inputs, loop(inputs)),
    }),
};

function loop({ case: { fn }, x, value, out }: Inputs): () => void {
  const [first, second] = out as [FloatArray, FloatArray];
  switch (fn) {
    case "softplus":
      return () => {
        for (let i = 0; i < x.length; i++) {
          const a = x[i]!;
          first[i] = Math.log1p(Math.exp(-Math.abs(a))) + Math.max(a, 0);
        }
      };
    case "softplusGrad":
    case "sigmoid":
      return () => {
        for (let i = 0; i < x.length; i++) first[i] = 1 / (1 + Math.exp(-x[i]!));
      };
    case "softplusGradKnown": {
      const y = value!;
      return () => {
        for (let i = 0; i < y.length; i++) first[i] = 1 - Math.exp(-y[i]!);
      };
    }
    case "sigmoidGrad":
      return () => {
        for (let i = 0; i < x.length; i++) {
          const t = Math.exp(-Math.abs(x[i]!));
          first[i] = t / ((1 + t) * (1 + t));
        }
      };
    case "softplusWithGrad":
      return () => {
        for (let i = 0; i < x.length; i++) {
          const a = x[i]!;
          first[i] = Math.log1p(Math.exp(-Math.abs(a))) + Math.max(a, 0);
          second[i] = 1 / (1 + Math.exp(-a));
        }
      };
  }
}
