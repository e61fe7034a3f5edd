/** How far off results are: computed anew each time, quick, and the same on every run. */
import { ulp } from "../../lab/floats.ts";
import type { Dtype, FloatArray, FunctionName } from "../plans/cases.ts";
import { draws } from "../plans/cases.ts";
import type { CurvePoint } from "../../lab/figures/curves.ts";
import type { Implementation, Loaded } from "../peers/implementation.ts";
import type { Gap } from "../../lab/implementation.ts";
import { isGap } from "../../lab/implementation.ts";
import { makeInputs } from "../plans/inputs.ts";
import { runOnce } from "../../lab/race/timing.ts";
import { correct } from "../race/validate.ts";

/** Softplus, its derivative, and max(x, 0), which softplus smooths: correct values, for a figure. */
export function referenceCurves(from: number, to: number, points = 241): CurvePoint[] {
  const xs = Array.from({ length: points }, (_, i) => from + (to - from) * i / (points - 1));
  const curves: readonly [string, (x: number) => number][] = [
    ["softplus(x)", (x) => correct("softplus", x, "f64")],
    ["softplus′(x) = sigmoid(x)", (x) => correct("sigmoid", x, "f64")],
    [
      "sigmoid′(x)",
      (x) => correct("sigmoid", x, "f64") * correct("sigmoid", -x, "f64"),
    ],
    ["max(x, 0)", (x) => Math.max(x, 0)],
  ];
  return curves.flatMap(([name, f]) => xs.map((x) => ({ name, x, y: f(x) })));
}

/** The largest differences between the results of two implementations. */
export interface ValueDifference {
  readonly first: string;
  readonly second: string;
  readonly max_abs_diff: number;
  /** The same in units of the last place of the larger result. */
  readonly max_ulp_diff: number;
}

/**
 * Compares the results of all implementations pair by pair, every element of an n x n batch of
 * normal(0, 4): the value check of the Python lineage, with the difference in ULP beside it.
 *
 * @throws {RangeError} when nobody is called `against`
 */
export async function compareValues(
  implementations: readonly Implementation[],
  { fn, dtype = "f32", n = 510, against }: {
    fn: FunctionName;
    dtype?: Dtype;
    n?: number;
    /** Only the pairs that this implementation is the first of. */
    against?: string;
  },
): Promise<ValueDifference[]> {
  const x = draws("normal", dtype, n * n);
  const results: { name: string; outputs: readonly FloatArray[] }[] = [];
  for (const implementation of implementations) {
    if (implementation.kind === "floor") continue;
    const outputs = await valuesOf(implementation, fn, dtype, x);
    if (outputs) results.push({ name: implementation.name, outputs });
  }
  if (against !== undefined && !results.some(({ name }) => name === against)) {
    throw new RangeError(
      `no values of ${against}; there are: ${results.map(({ name }) => name).join(", ")}`,
    );
  }
  return results.flatMap((first, i) =>
    (against === undefined
      ? results.slice(i + 1)
      : results.filter((second) => first.name === against && second !== first)).map(
        (second): ValueDifference => {
          let [difference, apart] = [0, 0];
          first.outputs.forEach((output, k) => {
            const other = second.outputs[k]!;
            for (let j = 0; j < output.length; j++) {
              const [a, b] = [output[j]!, other[j]!];
              if (Object.is(a, b)) continue;
              const distance = Math.abs(a - b);
              difference = Math.max(difference, Number.isNaN(distance) ? Infinity : distance);
              const unit = ulp(Math.max(Math.abs(a), Math.abs(b)), dtype);
              apart = Math.max(apart, Number.isFinite(unit) ? distance / unit : Infinity);
            }
          });
          return {
            first: first.name,
            second: second.name,
            max_abs_diff: difference,
            max_ulp_diff: apart,
          };
        },
      )
  );
}

/** The results of an implementation, copied; undefined where it does not offer the function. */
async function valuesOf(
  implementation: Implementation,
  fn: FunctionName,
  dtype: Dtype,
  x: FloatArray,
): Promise<FloatArray[] | undefined> {
  let loaded: Loaded | Gap;
  try {
    loaded = await implementation.load();
  } catch {
    // What does not load is a gap of the benchmark, where the reason stands.
    return undefined;
  }
  if (isGap(loaded)) return undefined;
  try {
    const size = Math.sqrt(x.length);
    const item = { fn, dtype, distribution: "normal", rows: size, columns: size } as const;
    const runner = await loaded.prepare(makeInputs(item, x));
    if (isGap(runner)) return undefined;
    await runOnce(runner);
    const outputs = (await runner.output()).map((output) => output.slice());
    await runner.dispose?.();
    return outputs;
  } finally {
    await loaded.dispose?.();
  }
}
