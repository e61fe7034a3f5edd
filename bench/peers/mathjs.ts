/**
 * mathjs, which has neither function: the stable formulas from its own functions, one number at a
 * time. Its matrices are arrays of boxed numbers; on those the same formulas take longer still.
 */
import type { Implementation, Inputs } from "./implementation.ts";
import type { Gap, Runner } from "../../lab/implementation.ts";
import { fillRunner } from "./implementation.ts";
import { identify } from "./naming.ts";

type MathJs = Pick<typeof import("mathjs"), "abs" | "exp" | "log1p">;

/** In a loop that is made anew for each case, as that of `math-loop.ts`. */
export const mathjs: Implementation = {
  ...identify({ kind: "peer", library: "mathjs", precision: "", memory: "given" }),
  includes: "output given",
  calls: {
    softplus: "math.log1p(math.exp(-math.abs(x))) + Math.max(x, 0), in float64, rounded once",
    sigmoid: "1 / (1 + math.exp(-x)), in float64, rounded once",
  },
  caveat: "log1p(exp(-abs(x))) of its functions and 1 / (1 + exp(-x)) with its exp, in float64",
  async load() {
    const library = await import("mathjs");
    const version = (library as unknown as { version: string }).version;
    return { version, threads: 1, prepare: (inputs) => prepare(inputs, library) };
  },
};

function prepare(inputs: Inputs, { abs, exp, log1p }: MathJs): Runner | Gap {
  const { case: { fn }, x, value, out } = inputs;
  const [first, second] = [out[0]!, out[1]!];
  // Its max, for any number of anything, would take six times as long as all the rest.
  const softplus = (a: number) => (log1p(exp(-abs(a))) as number) + Math.max(a, 0);
  const sigmoid = (a: number) => 1 / (1 + exp(-a));
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
    case "softplusGradKnown":
      return fillRunner(inputs, () => {
        for (let i = 0; i < x.length; i++) first[i] = 1 - exp(-value![i]!);
      });
    case "sigmoidGrad":
      return { gap: "mathjs has no gradient of its sigmoid, for it has no sigmoid" };
  }
}
