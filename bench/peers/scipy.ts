/** SciPy: `scipy.special.expit`. */
import type { Implementation } from "./implementation.ts";
import { pythonImplementation } from "./python/implementation.ts";

/** With its output allocated and given. */
export const scipy: readonly Implementation[] = [false, true].map((out) =>
  pythonImplementation({ library: "SciPy", module: "scipy", form: "expit", out, threads: 1 })
);
