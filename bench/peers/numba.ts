/** Numba: the lineage's `njit` kernels on one thread and its rows in parallel. */
import type { Implementation } from "./implementation.ts";
import { pythonImplementation } from "./python/implementation.ts";

const FASTMATH = "fastmath, the lineage's naive formulas";

/** Each with its output allocated and given; the parallel ones on one thread and on all. */
export const numba: readonly Implementation[] = [
  ["njit", 1] as const,
  ["parallel", 1] as const,
  ["parallel", "all"] as const,
].flatMap(([form, threads]) =>
  [false, true].map((out) =>
    pythonImplementation({
      library: "Numba",
      module: "numba",
      form,
      out,
      threads,
      pooled: form === "parallel",
      caveat: form === "njit" ? FASTMATH : `${FASTMATH}; prange over rows`,
    })
  )
);
