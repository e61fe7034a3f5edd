/** Plants faults in copies of a project, and runs the tests that must see them. */

import type { Mutant } from "./types.ts";
import { removeFolder } from "../../tools/files.ts";
import { captured, Interrupted, onInterrupt, send } from "../../tools/interrupt.ts";
import { capture } from "../../tools/process.ts";

/** Whether the tests saw a fault; or why nobody can say. */
export interface Outcome {
  readonly mutant: Mutant;
  readonly verdict: "killed" | "SURVIVED" | "cannot be planted";
  /** Where it could not be planted, why; else nothing. */
  readonly why: string;
  readonly seconds: number;
}

/** What is made of which sources: tests of behaviour must see the fault, not a stale file. */
const made: readonly (readonly [RegExp, string])[] = [
  [/^kernels\/[^/]*\.simd\.ts$/, "kernels/engines/embedded.ts"],
  [/^kernels\/[^/]*\.wgsl$/, "kernels/engines/embedded_wgsl.ts"],
  [
    /^kernels\/engines\/(threads\/(worker|protocol)|wasm\/runner|arrays)\.ts$/,
    "kernels/engines/embedded_worker.ts",
  ],
];

/** What of the project no test needs. */
const unneeded = [".git", ".cache", "report"];

/** Seconds after which tests have seen that something never ends. */
const LIMIT = 180;

/** Copies a folder but for what is named. */
async function copyFolder(
  from: string,
  to: string,
  without: readonly string[] = [],
): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (without.includes(name)) continue;
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    if (isFile) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** How often a text stands in another. */
export function occurrences(source: string, text: string): number {
  return source.split(text).length - 1;
}

/** Runs the tests of a fault in a copy: whether all passed, one failed at least, or neither. */
async function runTests(
  folder: string,
  { tests, filter }: Mutant,
): Promise<"pass" | "fail" | { readonly text: string }> {
  const { success, stdout, stderr } = await capture(Deno.execPath(), [
    ...["test", "-A", "--no-check", "--quiet"],
    ...(filter === undefined ? [] : [`--filter=${filter}`]),
    ...tests,
  ], { cwd: folder, env: { NO_COLOR: "1" }, seconds: LIMIT });
  if (/was ended, since it took longer/.test(stderr)) return "fail";
  const [, passed, failed] = /(\d+) passed(?: \([^)]*\))? \| (\d+) failed/.exec(stdout) ?? [];
  if (success && Number(passed) > 0) return "pass";
  return Number(failed) > 0 ? "fail" : { text: stderr || stdout };
}

/** A copy of the project in which faults are planted. */
export class Copy {
  readonly #folder: string;
  /** Tests that pass while nothing is planted. */
  readonly #sound: Map<string, Promise<boolean>>;

  /** @param sound what is known of the tests without a fault, shared by all copies */
  constructor(folder: string, sound: Map<string, Promise<boolean>>) {
    this.#folder = folder;
    this.#sound = sound;
  }

  /** Plants a fault, runs its tests, and puts everything back. */
  async try(mutant: Mutant): Promise<Outcome> {
    const start = performance.now();
    const end = (verdict: Outcome["verdict"], why = ""): Outcome => ({
      ...{ mutant, verdict, why },
      seconds: (performance.now() - start) / 1000,
    });
    const { file, text, replacement, tests, filter, made: also = [] } = mutant;
    const source = await Deno.readTextFile(`${this.#folder}/${file}`);
    const times = occurrences(source, text);
    if (times !== 1) return end("cannot be planted", `its text is in ${file} ${times} times`);
    const key = JSON.stringify([tests, filter]);
    const sound = this.#sound.get(key) ??
      runTests(this.#folder, mutant).then((result) => result === "pass");
    this.#sound.set(key, sound);
    if (!await sound) return end("cannot be planted", "its tests do not pass without it");
    const outputs = made.filter(([sources]) => sources.test(file)).map(([, output]) => output)
      .concat(also);
    const before = new Map([[file, source]]);
    for (const output of outputs) {
      before.set(output, await Deno.readTextFile(`${this.#folder}/${output}`));
    }
    try {
      await Deno.writeTextFile(`${this.#folder}/${file}`, source.replace(text, () => replacement));
      if (outputs.length > 0) {
        const args = ["run", "-A", "--no-check", "tools/build.ts", ...outputs];
        const { success, stderr } = await capture(Deno.execPath(), args, { cwd: this.#folder });
        if (!success) return end("cannot be planted", `the build failed: ${stderr}`);
      }
      const result = await runTests(this.#folder, mutant);
      if (typeof result === "object") return end("cannot be planted", result.text);
      return end(result === "fail" ? "killed" : "SURVIVED");
    } finally {
      for (const [path, text] of before) await Deno.writeTextFile(`${this.#folder}/${path}`, text);
    }
  }
}

/** Tries faults, so many at a time, each job in a copy of its own. Leaves no copy behind. */
export async function tryMutants(
  project: string,
  mutants: readonly Mutant[],
  jobs: number,
  report: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const waiting = [...mutants];
  const outcomes: Outcome[] = [];
  const sound = new Map<string, Promise<boolean>>();
  let stopped = false;
  using _ = onInterrupt(() => {
    stopped = true;
    for (const child of captured) send(child, "SIGTERM");
  });
  const parent = await Deno.makeTempDir({ prefix: "softplus-mutants-" });
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, mutants.length) }, async (_, job) => {
      const folder = `${parent}/${job}`;
      await copyFolder(project, folder, unneeded);
      const copy = new Copy(folder, sound);
      for (let next = waiting.shift(); next && !stopped; next = waiting.shift()) {
        const outcome = await copy.try(next);
        if (stopped) break;
        outcomes.push(outcome);
        report(outcome);
      }
    }));
  } finally {
    await removeFolder(parent);
  }
  if (stopped) throw new Interrupted("stopped; the copies are removed");
  return outcomes;
}
