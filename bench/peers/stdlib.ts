/** stdlib's functions of one number, `log1pexp` and `expit`, element by element. */
import type { Implementation, Inputs } from "./implementation.ts";
import type { Gap, Runner } from "../../lab/implementation.ts";
import { fillRunner } from "./implementation.ts";
import { identify } from "./naming.ts";
import packages from "../../deno.json" with { type: "json" };

type Scalar = (x: number) => number;

/** In a loop that is made anew for each case, as that of `math-loop.ts`. */
export const stdlib: Implementation = {
  ...identify({ kind: "peer", library: "stdlib", precision: "", memory: "given" }),
  includes: "output given",
  calls: {
    softplus: "@stdlib/math-base-special-log1pexp(x), in float64, rounded once",
    sigmoid: "@stdlib/math-base-special-expit(x), in float64, rounded once",
  },
  caveat: "log1pexp and expit in float64, one number at a time",
  async load() {
    const { default: log1pexp } = await import("@stdlib/math-base-special-log1pexp");
    const { default: expit } = await import("@stdlib/math-base-special-expit");
    const version = packages.imports["@stdlib/math-base-special-log1pexp"].split("@").at(-1)!;
    return { version, threads: 1, prepare: (inputs) => prepare(inputs, log1pexp, expit) };
  },
};

function prepare(inputs: Inputs, softplus: Scalar, sigmoid: Scalar): Runner | Gap {
  const { case: { fn }, x, out } = inputs;
  const [first, second] = [out[0]!, out[1]!];
  switch (fn) {
    case "softplus":
      return fillRunner(inputs, () => {
        for (let i = 0; i < x.length; i++) first[i] = softplus(x[i]!);
      });
    case "softplusGrad":
    case "sigmoid":
      return fillRunner(inputs, () => {
        for (let i = 0; i < x.length; i++) first[i] = sigmoid(x[i]!);
      });
    case "softplusWithGrad":
      return fillRunner(inputs, () => {
        for (let i = 0; i < x.length; i++) {
          first[i] = softplus(x[i]!);
          second[i] = sigmoid(x[i]!);
        }
      });
    default:
      return { gap: `stdlib has no ${fn}` };
  }
}
