/** Opens the notebooks in the user's Jupyter, on the Deno that runs this. */

import { fileURLToPath } from "node:url";
import { writeKernelspec } from "./setup/kernelspec.ts";
import { capture, exitWith, root, run } from "./process.ts";

if (import.meta.main) {
  await exitWith(async () => {
    const kernels = fileURLToPath(new URL(".cache/jupyter", root));
    await writeKernelspec(kernels);
    const env = {
      JUPYTER_PATH: [kernels, Deno.env.get("JUPYTER_PATH")].filter(Boolean)
        .join(Deno.build.os === "windows" ? ";" : ":"),
    };
    for (const server of ["jupyter-lab", "jupyter-notebook"]) {
      if (!(await capture(server, ["--version"])).success) continue;
      // Jupyter refuses to serve as root unless it is told that root is all there is.
      const asRoot = Deno.build.os !== "windows" && Deno.uid() === 0 ? ["--allow-root"] : [];
      return await run(server, ["notebooks", ...asRoot, ...Deno.args], { env });
    }
    console.error(`Neither JupyterLab nor Jupyter Notebook is installed. One of these adds it:

  python3 -m pip install jupyterlab
  sudo apt-get install jupyter-notebook        # Debian, Ubuntu

An editor with support for Jupyter, such as VS Code, opens notebooks/ as well.`);
    return false;
  });
}
