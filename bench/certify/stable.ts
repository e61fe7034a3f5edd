/**
 * The stable form as NumPy would have it on correctly rounded functions: what float32 steps cost,
 * whoever computes them.
 *
 * @module
 */
import { stableForms } from "./stable_forms.ts";
import type { Subject } from "../../lab/certify/subject.ts";

/** NumPy's stable forms on correctly rounded functions: every step rounded to float32. */
export const stable: Subject = {
  id: "float32-stable",
  engine: "float32-stable",
  build: "",
  precision: "",
  kind: "textbook",
  formats: ["f32"],
  functions: ["softplus", "sigmoid"],
  roots: ["bench/certify/stable_forms.ts"],
  subsetOnly: true,
  load: () =>
    Promise.resolve({
      version: "",
      call: (name) =>
        "every step rounded to float32: " + (name === "softplus"
          ? "max(x, 0) + log1p(exp(-|x|))"
          : "(x < 0 ? t : 1) / (1 + t), t = exp(-|x|)"),
      unary: (name) => name === "softplus" || name === "sigmoid" ? stableForms[name] : undefined,
    }),
};
