/** PyTorch: `functional.softplus`, `sigmoid`, and gradients by autograd. */
import type { Implementation } from "./implementation.ts";
import { pythonImplementation } from "./python/implementation.ts";

/** On one thread and on all, with output allocated and given. */
export const torch: readonly Implementation[] = ([1, "all"] as const).flatMap((threads) =>
  [false, true].map((out) =>
    pythonImplementation({
      library: "PyTorch",
      module: "torch",
      form: "functional",
      onlyForm: true,
      out,
      threads,
      pooled: true,
      caveat: out
        ? "operators with out=; the gradient of softplus as the sigmoid that it is"
        : "gradients by autograd: from scratch with the forward pass, value known without",
    })
  )
);
