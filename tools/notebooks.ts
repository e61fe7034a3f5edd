/**
 * Executes the notebooks and puts the results in their place, or with `--check` only sees whether
 * they run, whether the committed ones are whole, and leaves the tree as it is. Further arguments
 * choose notebooks by a part of their names.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { duration, progress } from "../lab/progress.ts";
import { RESULTS_VARIABLE } from "../bench/results/files.ts";
import { replaceFile } from "../lab/files.ts";
import { executeNotebook, type Execution } from "./notebooks/execute.ts";
import { cellsWithOutput, problemsOf } from "./notebooks/expect.ts";
import { formatNotebook, type Notebook, parseNotebook } from "./notebooks/ipynb.ts";
import { normalise } from "./notebooks/normalise.ts";
import { exitWith, root } from "./process.ts";
import { setup } from "./setup.ts";
import { thisMachine } from "./setup/requirement.ts";
import { findPython, jupyter } from "./setup/requirements.ts";

const folder = fileURLToPath(new URL("notebooks/", root));

/** A notebook file. */
export interface NotebookFile {
  /** Its name without the ending. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly notebook: Notebook;
}

/** The committed notebooks in the order of their names. */
export async function readNotebooks(parts: readonly string[] = []): Promise<NotebookFile[]> {
  const files: NotebookFile[] = [];
  for await (const { name: file } of Deno.readDir(folder)) {
    const name = file.replace(/\.ipynb$/, "");
    if (name === file || parts.length > 0 && !parts.some((part) => name.includes(part))) continue;
    const path = folder + file;
    const text = await Deno.readTextFile(path);
    files.push({ name, path, text, notebook: parseNotebook(text) });
  }
  return files.sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Executes one notebook in its folder, with a progress bar.
 *
 * @param env variables that its cells see
 */
export async function runNotebook(
  file: NotebookFile,
  env: Readonly<Record<string, string>> = {},
): Promise<Execution> {
  const python = await findPython(thisMachine);
  if (python === undefined) throw new Error(`${jupyter.name} is missing`);
  const bar = progress(file.notebook.cells.length, `${file.name}, cells`);
  let cell = 0;
  const advance = (to: number) => {
    bar.tick(to - cell);
    cell = to;
  };
  const execution = await executeNotebook(file.notebook, { python, folder, env, onCell: advance });
  if (execution.problems.length === 0) advance(file.notebook.cells.length);
  await bar.done();
  return execution;
}

/** What is wrong with a notebook as it was committed. */
export function committedProblems({ notebook, text }: NotebookFile): readonly string[] {
  const problems = problemsOf(notebook, cellsWithOutput(notebook));
  if (formatNotebook(normalise(notebook)) === text) return problems;
  return [...problems, "the file is not as `deno task notebooks` writes it"];
}

/** Executes and checks, or executes and updates. Returns what failed, for a person to read. */
export async function notebooks(
  options: { readonly check: boolean; readonly parts?: readonly string[] },
): Promise<readonly string[]> {
  const failures: string[] = [];
  const files = await readNotebooks(options.parts);
  for (const file of files) {
    // What is committed shows the committed run; `reproduce` shows that of its machine.
    const { notebook, problems } = await runNotebook(file, { [RESULTS_VARIABLE]: "reference" });
    failures.push(...problems.map((problem) => `${file.name}: ${problem}`));
    if (options.check) {
      failures.push(...committedProblems(file).map((it) => `${file.name}, as committed: ${it}`));
    } else if (problems.length === 0) {
      await replaceFile(file.path, formatNotebook(notebook));
    }
  }
  return failures;
}

const HELP = `Executes the notebooks and puts the results in their place.

  deno task notebooks [--check] [PARTS]

  --check   only sees whether they run and whether the committed ones are whole
  --help
  PARTS     of names, such as 02; without any, all notebooks`;

/**
 * Reads the command line.
 *
 * @throws {TypeError} an option that there is not
 * @throws {RangeError} a part that is in no notebook's name
 */
export async function parseNotebooks(
  args: readonly string[],
): Promise<"help" | { readonly check: boolean; readonly parts: readonly string[] }> {
  const { values, positionals: parts } = parseArgs({
    args: [...args],
    options: { check: { type: "boolean" }, help: { type: "boolean" } },
    allowPositionals: true,
  });
  if (values.help) return "help";
  const names = (await readNotebooks()).map(({ name }) => name);
  const unknown = parts.find((part) => !names.some((name) => name.includes(part)));
  if (unknown !== undefined) {
    throw new RangeError(`there is no notebook ${unknown}; there are: ${names.join(", ")}`);
  }
  return { check: values.check ?? false, parts };
}

async function main(): Promise<boolean> {
  const start = performance.now();
  let options: Awaited<ReturnType<typeof parseNotebooks>>;
  try {
    options = await parseNotebooks(Deno.args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return false;
  }
  if (options === "help") {
    console.log(HELP);
    return true;
  }
  const { missing, ok } = await setup();
  if (!ok || missing.includes(jupyter)) return false;
  const failures = await notebooks(options);
  for (const failure of failures) console.error(failure);
  const took = duration((performance.now() - start) / 1000);
  const verdict = failures.length > 0
    ? "not all is well"
    : options.check
    ? "checked"
    : "up to date";
  console.log(`Notebooks: ${verdict}, after ${took}`);
  return failures.length === 0;
}

if (import.meta.main) await exitWith(main);
