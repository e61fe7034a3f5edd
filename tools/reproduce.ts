/**
 * The comparison from nothing: set-up, the benchmark on this machine, the notebooks, the report.
 * The committed files stay as they are; an earlier report stays until the new one is whole.
 */

import { fileURLToPath, pathToFileURL } from "node:url";
import { environment } from "../bench/environment.ts";
import { duration } from "../bench/progress.ts";
import type { Row } from "../bench/results.ts";
import { loadLocal } from "../bench/saved.ts";
import { readNotebooks, runNotebook } from "./notebooks.ts";
import type { Notebook } from "./notebooks/ipynb.ts";
import { exitWith, root, run } from "./process.ts";
import { writeReport } from "./report.ts";
import { summaryHtml } from "./report/summary.ts";
import { setup } from "./setup.ts";
import { jupyter } from "./setup/requirements.ts";

const start = performance.now();
let step = 0;

/** Says which step begins, and when. */
function heading(title: string): void {
  step++;
  const at = duration((performance.now() - start) / 1000);
  console.log(`\n── ${step} of 4: ${title}  (at ${at})`);
}

/** A step that could not be done; the message is for the user. */
class Failed extends Error {}

async function measure(args: readonly string[]): Promise<readonly Row[]> {
  if (!await run(Deno.execPath(), ["run", "-A", "bench/run.ts", ...args])) {
    throw new Failed("the benchmark failed; its message is above");
  }
  return loadLocal() ?? [];
}

/** Executes working copies; without Jupyter the committed notebooks have to do. */
async function execute(canRun: boolean): Promise<{ name: string; notebook: Notebook }[]> {
  const files = await readNotebooks();
  if (!canRun) {
    console.log("The committed notebooks are used as they are.");
    return files;
  }
  const executed = [];
  const failures: string[] = [];
  for (const file of files) {
    const { notebook, problems } = await runNotebook(file);
    failures.push(...problems.map((problem) => `${file.name}: ${problem}`));
    executed.push({ name: file.name, notebook });
  }
  if (failures.length > 0) throw new Failed(failures.join("\n"));
  return executed;
}

async function reproduce(args: readonly string[]): Promise<void> {
  heading("set-up");
  const { missing, ok } = await setup();
  if (!ok) throw new Failed("something that is needed is missing");
  const canRun = !missing.includes(jupyter);

  heading("benchmark");
  const rows = await measure(args);

  heading("notebooks");
  const notebooks = await execute(canRun);

  heading("report");
  const folder = fileURLToPath(new URL("report", root));
  await writeReport(folder, {
    environment: await environment(),
    summary: summaryHtml(rows),
    remarks: canRun ? [] : [
      `The notebooks were not executed on this machine, because ${jupyter.name} is missing. ` +
      "They are shown as they were committed. Once it is installed (deno task setup says how), " +
      "deno task reproduce executes them here.",
    ],
    notebooks,
  });
  console.log(`Done after ${duration((performance.now() - start) / 1000)}. The report:\n`);
  console.log(`  ${folder}/index.html\n  ${pathToFileURL(`${folder}/index.html`)}`);
}

if (import.meta.main) {
  const unknown = Deno.args.find((argument) => argument !== "--full" && argument !== "--quick");
  await exitWith(async () => {
    if (unknown !== undefined) {
      console.error(`${unknown}: reproduce takes --full, for long runs, or --quick`);
      return false;
    }
    try {
      await reproduce(Deno.args);
      return true;
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      console.error(`\nStep ${step} failed: ${error.message}\nAn earlier report is as it was.`);
      return false;
    }
  });
}
