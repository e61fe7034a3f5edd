/**
 * The comparison from nothing: set-up, the benchmark on this machine, the notebooks, the report.
 * The committed files stay as they are; an earlier report stays until the new one is whole.
 */

import { fileURLToPath, pathToFileURL } from "node:url";
import { environment } from "../lab/environment.ts";
import { duration } from "../lab/progress.ts";
import type { Row } from "../bench/results/schema.ts";
import { loadLocal } from "../bench/results/files.ts";
import { readNotebooks, runNotebook } from "./notebooks.ts";
import type { Notebook } from "./notebooks/ipynb.ts";
import { exitWith, root, run } from "./process.ts";
import { writeReport } from "./report.ts";
import { summaryHtml } from "./report/summary.ts";
import { setup } from "./setup.ts";
import type { Requirement } from "./setup/requirement.ts";
import { jupyter } from "./setup/requirements.ts";

/** Minutes that a run takes at most on two cores, set-up of a fresh machine not included. */
export const BUDGET_MINUTES = { quick: 6, standard: 12, full: 150 } as const;

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

/** What is missing, what for, and how to add it: a sentence or two for the report. */
export function missingText({ name, neededFor, debian, byHand }: Requirement): string {
  const add = debian ? `sudo apt-get install ${debian.join(" ")} on Debian or Ubuntu, or ` : "";
  return `${name}, needed for ${neededFor}. To add it: ${add}${byHand}.`;
}

async function reproduce(args: readonly string[]): Promise<void> {
  const budget = BUDGET_MINUTES[
    args.includes("--full") ? "full" : args.includes("--quick") ? "quick" : "standard"
  ];
  console.log(`This takes up to ${budget} minutes on two cores.`);
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
    summary: await summaryHtml(rows),
    remarks: missing.length === 0 ? [] : [
      `Missing on this machine: ${missing.map(({ name }) => name).join(", ")}. How to add them ` +
      "stands at the end of this page." +
      (canRun ? "" : " The notebooks were not executed here: they are shown as committed."),
    ],
    missing: missing.map(missingText),
    notebooks,
  });
  const seconds = (performance.now() - start) / 1000;
  const over = seconds > 60 * budget ? `, beyond the ${budget} minutes that it should take` : "";
  console.log(`Done after ${duration(seconds)}${over}. The report:\n`);
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
