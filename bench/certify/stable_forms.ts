/**
 * NumPy's stable forms on correctly rounded functions, every step rounded to float32: the whole of
 * what the certificates of `stable.ts` are about.
 *
 * @module
 */

const f = Math.fround;

type Numbers = Float32Array | Float64Array;

/** Each fills `out` with the form's values at x. */
export const stableForms: Readonly<
  Record<"softplus" | "sigmoid", (x: Numbers, out: Numbers) => void>
> = {
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
