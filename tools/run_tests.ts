/**
 * Everything that can be found wrong, found: format, lint, types, documentation, tests, generated
 * files, notebooks. One failing step does not hide the next. The last line printed counts.
 */

import { duration } from "../lab/progress.ts";
import { checks } from "./check.ts";
import { generate } from "./generated.ts";
import { notebooks } from "./notebooks.ts";
import { capture, exitWith, Interrupted, run } from "./process.ts";
import { setup } from "./setup.ts";
import { jupyter, requirements, slurm } from "./setup/requirements.ts";
import {
  add,
  closingLine,
  countJunit,
  type Counts,
  failuresIn,
  none,
  unseenFailure,
} from "./junit.ts";

interface Step {
  readonly name: string;
  run(): Promise<Counts>;
}

const deno = (...args: string[]) => run(Deno.execPath(), args);

/** A step that is one test by itself. */
const single = (name: string, passes: () => Promise<boolean>): Step => ({
  name,
  run: async () => (await passes()) ? { ...none, passed: 1 } : { ...none, failed: 1 },
});

/** A step in which Deno runs tests and counts them. */
const denoTest = (name: string, ...args: string[]): Step => ({
  name,
  async run() {
    const path = await Deno.makeTempFile({ prefix: "softplus-junit-", suffix: ".xml" });
    const passed = await deno("test", `--junit-path=${path}`, ...args);
    const junit = await Deno.readTextFile(path);
    await Deno.remove(path);
    const counts = countJunit(junit);
    for (const { name, reason } of failuresIn(junit)) {
      failures.push(`${name}\n${reason.split("\n").slice(0, REASON_LINES).join("\n")}`);
    }
    const unseen = unseenFailure(counts, passed);
    if (unseen) {
      failures.push(`${name}: deno test failed, though no test did: see its output above`);
    }
    return unseen ? add(counts, { ...none, failed: 1 }) : counts;
  },
});

/** They count threads at work, or time: what runs beside them would show. */
const ALONE: readonly string[] = [
  "tests/bench/harness.test.ts",
  "tests/bench/peers.test.ts",
  "tests/engines/webgpu/memory.test.ts",
  "tests/engines/memory.test.ts",
  "tests/tools/cluster.test.ts",
];

/** What failed by name, told again under the table: the step's own output is long. */
const failures: string[] = [];

/** Lines of each reason that are told again. */
const REASON_LINES = 12;

const isCI = Deno.env.get("CI") === "true";

const steps: readonly Step[] = [
  {
    name: "Set-up",
    async run() {
      // A scheduler is nothing to bring to somebody's own machine.
      const needs = isCI ? [...requirements, slurm] : requirements;
      const { missing, ok } = await setup({ needs });
      canRunNotebooks = !missing.includes(jupyter);
      return ok ? { ...none, passed: 1 } : { ...none, failed: 1 };
    },
  },
  single("Format", () => deno("fmt", "--check")),
  single("Lint", () => deno("lint")),
  ...checks.map((check) => single(check.name, check.run)),
  single("Documentation is complete", () => deno("doc", "--lint", "kernels/engines/mod.ts")),
  denoTest("Examples in the documentation", "-A", "--doc", "mod.ts", "kernels", "README.md"),
  denoTest("Tests", "-A", "--parallel", `--ignore=${ALONE.join(",")}`),
  denoTest("Tests that want the machine to themselves", "-A", ...ALONE),
  single("Generated files are up to date", async () => {
    const stale = await generate({ write: false });
    for (const { file, command } of stale) failures.push(`${file} is stale: run ${command}`);
    return stale.length === 0;
  }),
  {
    name: "Notebooks",
    async run() {
      if (!canRunNotebooks) {
        console.log(`Skipped: ${jupyter.name} is missing, see the set-up above.`);
        return { ...none, skipped: 1 };
      }
      const wrong = await notebooks({ check: true });
      failures.push(...wrong);
      return wrong.length === 0 ? { ...none, passed: 1 } : { ...none, failed: 1 };
    },
  },
];

/** CI starts from a clean checkout: what differs then, a lock file maybe, was not committed. */
const cleanTree: Step = single("Nothing has changed in the tree", async () => {
  const { success, stdout } = await capture("git", ["status", "--porcelain"]);
  console.error(stdout);
  return success && stdout === "";
});

let canRunNotebooks = true;

async function runStep(step: Step): Promise<Counts> {
  try {
    return await step.run();
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    console.error(error);
    return { ...none, failed: 1 };
  }
}

if (import.meta.main) {
  await exitWith(async () => {
    let total = none;
    const lines: string[] = [];
    const all = isCI ? [...steps, cleanTree] : steps;
    for (const step of all) {
      console.log(`\n── ${step.name}`);
      const start = performance.now();
      const counts = await runStep(step);
      total = add(total, counts);
      const verdict = counts.failed > 0 ? "FAIL" : counts.passed > 0 ? "ok  " : "skip";
      const took = duration((performance.now() - start) / 1000);
      lines.push(
        `${verdict}  ${step.name.padEnd(40)}  ${took.padStart(12)}   ${closingLine(counts)}`,
      );
    }
    console.log(`\n${lines.join("\n")}\n`);
    for (const failure of failures) console.log(`FAIL  ${failure.replaceAll("\n", "\n      ")}\n`);
    console.log(closingLine(total));
    return total.failed === 0;
  });
}
