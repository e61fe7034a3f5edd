/**
 * Executes a notebook on the Deno that runs this. Jupyter's own nbclient does the talking; see
 * execute_notebook.py for what it does about outputs that arrive late.
 */

import { fileURLToPath } from "node:url";
import { run } from "../process.ts";
import { cellsWithOutput, problemsOf } from "./expect.ts";
import { formatNotebook, type Notebook, parseNotebook } from "./ipynb.ts";
import { writeKernelspec } from "../setup/kernelspec.ts";
import { normalise } from "./normalise.ts";

/** How to execute. */
export interface ExecuteOptions {
  /** The Python that has nbclient. */
  readonly python: string;
  /** The folder that the cells run in, and that their relative imports start from. */
  readonly folder: string;
  /** Variables that the cells see beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called when a cell begins. */
  readonly onCell?: (index: number) => void;
}

/** An executed notebook. */
export interface Execution {
  /** In its normal form; as far as it came, if a cell failed. */
  readonly notebook: Notebook;
  /** What went wrong, for a person to read. Empty if the notebook is as it should be. */
  readonly problems: readonly string[];
}

/** Runs every cell in a new kernel. */
export async function executeNotebook(
  notebook: Notebook,
  options: ExecuteOptions,
): Promise<Execution> {
  const expected = cellsWithOutput(notebook);
  const work = await Deno.makeTempDir({ prefix: "softplus-kit-" });
  try {
    const source = `${work}/source.ipynb`;
    const target = `${work}/executed.ipynb`;
    await Deno.writeTextFile(source, formatNotebook(normalise(notebook)));
    await writeKernelspec(work);
    const failures: string[] = [];
    const script = fileURLToPath(new URL("execute_notebook.py", import.meta.url));
    const ended = await run(options.python, [script, source, target, options.folder], {
      cwd: options.folder,
      input: JSON.stringify(expected),
      env: {
        ...options.env,
        JUPYTER_PATH: work,
        JUPYTER_RUNTIME_DIR: `${work}/runtime`,
        JUPYTER_NO_CONFIG: "1",
        PYTHONDONTWRITEBYTECODE: "1",
        DENO_NO_UPDATE_CHECK: "1",
      },
      onLine(line) {
        const message = JSON.parse(line) as { started?: number; failed?: string };
        if (message.started !== undefined) options.onCell?.(message.started);
        if (message.failed !== undefined) failures.push(message.failed);
      },
    });
    if (!ended) return { notebook, problems: ["nbclient stopped; its message is above"] };
    const executed = normalise(parseNotebook(await Deno.readTextFile(target)));
    return { notebook: executed, problems: [...failures, ...problemsOf(executed, expected)] };
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
