/**
 * One-vs-rest cross-entropy of a logit z and a target y of 0 or 1, in three forms. On paper they are
 * the same function with the same derivative, p - y where p = sigmoid(z):
 *
 *   form                                  in float32
 *   softplus(z) - y z                     finite for every finite z; the kit's
 *   log(1 + e^z) - y z                    e^z overflows at z > 88.7: Infinity, its derivative NaN
 *   -y log(p) - (1 - y) log(1 - p)        p is 1 at z > 16.6: 0 * log(0), NaN
 *
 * The derivatives of the last two are what the chain rule makes of them, step by step: that is what
 * automatic differentiation computes.
 */
import { type FloatArray, type Matrix, naive, wasm } from "../../kernels/engines/mod.ts";
import type { Awaitable, CpuEngine } from "./cpu_engine.ts";

/** A loss and its derivative, element by element. */
export interface Loss {
  readonly name: string;
  /** The loss of each logit. */
  terms(z: Matrix, y: Matrix): Awaitable<FloatArray>;
  /** Its derivative with respect to each logit. */
  gradient(z: Matrix, y: Matrix): Awaitable<FloatArray>;
}

/** softplus(z) - y z and sigmoid(z) - y, on an engine of the kit. */
export function stableLoss(engine: CpuEngine = wasm): Loss {
  return {
    name: "softplus(z) − y z",
    terms: async (z, y) =>
      (await engine.softplus(z)).data.map((value, i) => value - y.data[i]! * z.data[i]!),
    gradient: async (z, y) => (await engine.sigmoid(z)).data.map((p, i) => p - y.data[i]!),
  };
}

/** log(1 + e^z) as it is written. */
export const textbookLoss: Loss = {
  name: "log(1 + e^z) − y z",
  terms: (z, y) =>
    naive.softplusOverflowing(z).data.map((value, i) => value - y.data[i]! * z.data[i]!),
  gradient: (z, y) => z.data.map(Math.exp).map((e) => e / (1 + e)).map((p, i) => p - y.data[i]!),
};

/** From the probability, as the definition of the cross-entropy has it. */
export const probabilityLoss: Loss = {
  name: "−y log p − (1 − y) log(1 − p)",
  terms(z, y) {
    const p = naive.sigmoid(z).data;
    const rest = p.map((value) => 1 - value);
    return p.map((value, i) =>
      -y.data[i]! * Math.log(value) - (1 - y.data[i]!) * Math.log(rest[i]!)
    );
  },
  gradient(z, y) {
    const p = naive.sigmoid(z).data;
    const rest = p.map((value) => 1 - value);
    const slope = p.map((value, i) => value * rest[i]!);
    const upstream = p.map((value, i) => (1 - y.data[i]!) / rest[i]! - y.data[i]! / value);
    return slope.map((value, i) => upstream[i]! * value);
  },
};
