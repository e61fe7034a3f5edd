/**
 * The stable form as NumPy would have it on correctly rounded functions: what float32 steps cost,
 * whoever computes them.
 *
 * @module
 */
import type { Elementwise, Subject } from "./subjects.ts";

/** NumPy's stable forms on correctly rounded functions: every step rounded to float32. */
export const stable: Subject = {
  ...{ id: "float32-stable", engine: "float32-stable", build: "", precision: "" },
  ...{
    kind: "textbook",
    formats: ["f32"],
    functions: ["softplus", "sigmoid"],
    roots: ["tests/verify/stable.ts"],
  },
  subsetOnly: true,
  load: () =>
    Promise.resolve({
      version: "",
      call: (name) =>
        "every step rounded to float32: " + (name === "softplus"
          ? "max(x, 0) + log1p(exp(-|x|))"
          : "(x < 0 ? t : 1) / (1 + t), t = exp(-|x|)"),
      unary: (name) => name === "logSigmoid" ? undefined : forms[name],
    }),
};

const f = Math.fround;

const forms: Record<"softplus" | "sigmoid", Elementwise> = {
  softplus(x, out) {
    for (let i = 0; i < x.length; i++) {
      const v = x[i]!;
      out[i] = Math.max(v, 0) + f(Math.log1p(f(Math.exp(-Math.abs(v)))));
    }
  },
  sigmoid(x, out) {
    for (let i = 0; i < x.length; i++) {
      const v = x[i]!;
      const t = f(Math.exp(-Math.abs(v)));
      out[i] = (v < 0 ? t : 1) / f(1 + t);
    }
  },
};
