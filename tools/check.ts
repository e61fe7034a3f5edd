/** Type-checks everything: with Deno, and what is published also with TypeScript alone. */

import { fileURLToPath } from "node:url";
import { checkDemoPage, checkPlainTypescript } from "./check/plain_typescript.ts";
import { notebookModule } from "./check/notebook_code.ts";
import { removeFolder } from "./files.ts";
import { readNotebooks } from "./notebooks.ts";
import { exitWith, root, run } from "./process.ts";

/** One part of the check, by its name. */
export interface Check {
  readonly name: string;
  run(): Promise<boolean>;
}

/** The parts, each of which says itself what is wrong. */
export const checks: readonly Check[] = [
  {
    name: "Lock file is complete",
    run: () => run(Deno.execPath(), ["install", "--quiet", "--frozen"]),
  },
  {
    name: "Types: modules, tests, benchmark, tools",
    run: () =>
      run(Deno.execPath(), [
        "check",
        "mod.ts",
        "lab.ts",
        "kernels",
        "lab",
        "bench",
        "notebooks/training",
        "tests",
        "tools",
      ]),
  },
  { name: "Types: notebooks", run: checkNotebooks },
  { name: "Types: the kit without Deno", run: () => silent(checkPlainTypescript()) },
  { name: "Types: the demo page", run: () => silent(checkDemoPage()) },
];

/** Whether there are no complaints; prints them if there are. */
function silent(complaints: string): Promise<boolean> {
  if (complaints !== "") console.error(complaints);
  return Promise.resolve(complaints === "");
}

async function checkNotebooks(): Promise<boolean> {
  const cache = fileURLToPath(new URL(".cache", root));
  await Deno.mkdir(cache, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: cache, prefix: "notebook-code-" });
  try {
    for (const { name, notebook } of await readNotebooks()) {
      const code = notebookModule(notebook, new URL("notebooks/", root));
      await Deno.writeTextFile(`${folder}/${name}.ts`, code);
    }
    return await run(Deno.execPath(), ["check", folder]);
  } finally {
    await removeFolder(folder);
  }
}

if (import.meta.main) {
  await exitWith(async () => {
    let ok = true;
    for (const check of checks) {
      const passed = await check.run();
      console.log(`${passed ? "ok  " : "FAIL"}  ${check.name}`);
      ok &&= passed;
    }
    return ok;
  });
}
