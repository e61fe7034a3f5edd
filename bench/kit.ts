/** The kit itself and its textbook forms, as implementations of the benchmark. */
import { naive, scalar } from "../mod.ts";
import { bound } from "../tests/bounds.ts";
import type { FloatArray } from "./cases.ts";
import type { Gap, Implementation, Inputs, Runner } from "./implementation.ts";
import { fillRunner } from "./implementation.ts";
import kit from "../deno.json" with { type: "json" };

const VERSION = kit.version;

/** The lineage's simplest NumPy formulas, in plain TypeScript. */
export const naiveForms: Implementation = {
  name: "naive",
  kind: "textbook",
  precision: "",
  includes: "output given",
  caveat: "log(1 + exp(-|x|)) + max(x, 0) and 1 / (1 + exp(-x))",
  load: () => Promise.resolve({ version: VERSION, threads: 1, prepare: prepareNaive }),
};

function prepareNaive(inputs: Inputs): Runner | Gap {
  const { case: { fn, dtype }, x, value } = inputs;
  const out = inputs.out[0]!;
  switch (fn) {
    case "softplus":
      return fillRunner(inputs, () => void naive.softplus(x, { out }));
    case "softplusGrad":
      return fillRunner(inputs, () => void naive.softplusGrad(x, { out }));
    case "sigmoid":
      return fillRunner(inputs, () => void naive.sigmoid(x, { out }));
    case "softplusGradKnown": {
      // The lineage's form, rounded at every step as NumPy rounds; the kit has no such function.
      const y = value!;
      const round = dtype === "f32" ? Math.fround : (number: number) => number;
      return fillRunner(inputs, () => {
        for (let i = 0; i < y.length; i++) out[i] = 1 - round(Math.exp(-y[i]!));
      });
    }
    case "softplusWithGrad":
      return { gap: "the textbook has no function for both at once" };
  }
}

/** The plain TypeScript engine, correctly rounded in float32. */
export const scalarExact: Implementation = scalarWith("exact");

/** The plain TypeScript engine, with a stated error in place of correct rounding. */
export const scalarFast: Implementation = scalarWith("fast");

function scalarWith(precision: "exact" | "fast"): Implementation {
  return {
    name: `scalar ${precision}`,
    kind: "kit",
    precision,
    includes: "output given",
    bound: (_fn, dtype) => bound(dtype, precision),
    load: () =>
      Promise.resolve({
        version: VERSION,
        threads: 1,
        prepare: (inputs) => prepareScalar(inputs, precision),
      }),
  };
}

function prepareScalar(inputs: Inputs, precision: "exact" | "fast"): Runner | Gap {
  const { case: { fn, dtype }, x, out: [out, grad] } = inputs as Inputs & { out: [FloatArray] };
  if (dtype === "f64" && precision === "fast") return { gap: "float64 has one precision" };
  switch (fn) {
    case "softplus":
      return fillRunner(inputs, () => void scalar.softplus(x, { out, precision }));
    case "softplusGrad":
      return fillRunner(inputs, () => void scalar.softplusGrad(x, { out, precision }));
    case "sigmoid":
      return fillRunner(inputs, () => void scalar.sigmoid(x, { out, precision }));
    case "softplusWithGrad":
      return fillRunner(inputs, () => {
        scalar.softplusWithGrad(x, { out: { value: out, grad: grad! }, precision });
      });
    case "softplusGradKnown":
      return { gap: "the kit makes the gradient from x, or with the value: softplusWithGrad" };
  }
}
