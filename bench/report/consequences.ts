/** What users notice of a wrong tail: lost values, log-likelihoods of -Infinity, dead gradients. */
import { logSigmoid, naive, sigmoid, softplus } from "../../kernels/engines/mod.ts";
import { exact } from "../../lab/oracle/mpfr.ts";
import { Random } from "../../lab/random.ts";
import { align } from "./table.ts";

/** softplus and sigmoid in the tail: textbook, kit and correct value, in float32; as text. */
export function formatTail(xs: readonly number[]): string {
  const x = Float32Array.from(xs);
  const columns = [
    naive.softplus(x),
    softplus(x),
    x.map((v) => exact("softplus", v, "f32")),
    naive.sigmoid(x),
    sigmoid(x),
    x.map((v) => exact("sigmoid", v, "f32")),
  ];
  const header = [
    "x",
    ...["softplus", "sigmoid"].flatMap((name) => [
      `${name}, textbook`,
      "kit",
      "correct",
    ]),
  ];
  const short = (value: number) => value === 0 ? "0" : value.toPrecision(5);
  return align([
    header,
    ...xs.map((v, i) => [String(v), ...columns.map((column) => short(column[i]!))]),
  ]);
}

/** The log-likelihood of a logistic model, in both forms, with how many terms are -Infinity. */
export interface Likelihoods {
  readonly samples: number;
  /** Sum of log(sigmoid(z)) as the textbook has it, every step in float32. */
  readonly textbook: number;
  /** Sum of logSigmoid(z). */
  readonly kit: number;
  /** Samples whose textbook term is -Infinity. */
  readonly infinite: number;
}

/**
 * A model that is confident, and now and then wrong: z is normal with the given spread around 5.
 *
 * @param spread standard deviation of z
 */
export function logLikelihoods(spread: number, samples = 10_000): Likelihoods {
  const random = new Random(2026);
  const z = new Float32Array(samples).map(() => 5 + spread * random.normal());
  const terms = naive.sigmoid(z).map((p) => Math.log(p));
  const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);
  return {
    samples,
    textbook: sum(terms),
    kit: sum(logSigmoid(z)),
    infinite: terms.filter((term) => term === -Infinity).length,
  };
}

/** How gradient descent on softplus(w) goes, from a w far out on the flat side. */
export interface Descent {
  readonly steps: number;
  /** log(softplus(w)) at the end, and its slope there: sigmoid(w) / softplus(w). */
  readonly textbook: { readonly w: number; readonly slope: number };
  readonly kit: { readonly w: number; readonly slope: number };
}

/**
 * Raises log(softplus(w)), the logarithm of a scale that must stay positive, by gradient ascent in
 * float32. The slope sigmoid(w) / softplus(w) is nearly 1 for very negative w; the textbook form
 * divides by the 0 that it made of softplus(w).
 */
export function ascend(from: number, steps = 40, rate = 1): Descent {
  const run = (forms: { softplus: typeof softplus; sigmoid: typeof sigmoid }) => {
    const w = Float32Array.of(from);
    const slopeAt = () => Math.fround(forms.sigmoid(w)[0]! / forms.softplus(w)[0]!);
    for (let i = 0; i < steps; i++) w[0]! += rate * slopeAt();
    return { w: w[0]!, slope: slopeAt() };
  };
  return { steps, textbook: run(naive), kit: run({ softplus, sigmoid }) };
}
