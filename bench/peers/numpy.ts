/** NumPy: the lineage's simplest formulas, its stable ones, and `numpy.logaddexp`. */
import type { Implementation } from "./implementation.ts";
import { pythonImplementation } from "./python/implementation.ts";

const CAVEATS: Readonly<Record<string, string>> = {
  naive: "log(1 + exp(-|x|)) + max(x, 0) and 1 / (1 + exp(-x)), as the lineage begins",
  stable: "log1p(exp(-|x|)) + max(x, 0), and the sigmoid by sign mask, as the lineage goes on",
  logaddexp: "logaddexp(x, 0), and the sigmoid as exp(-logaddexp(0, -x))",
};

/** Each formula with its output allocated and given. */
export const numpy: readonly Implementation[] = Object.keys(CAVEATS).flatMap((form) =>
  [false, true].map((out) =>
    pythonImplementation({
      library: "NumPy",
      module: "numpy",
      form,
      out,
      threads: 1,
      caveat: CAVEATS[form]!,
    })
  )
);
