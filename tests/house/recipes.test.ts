/** The recipes of README.md, followed to the letter in copies of the project. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { capture } from "../../tools/process.ts";
import { projectFolder, projectPaths } from "../support/repository.ts";
import { changed, recipesIn, type Step } from "./recipes.ts";

const recipes = recipesIn(await Deno.readTextFile(`${projectFolder}README.md`));

/** Runs a command in a folder, with this Deno; returns what it said. */
async function run(command: string, folder: string): Promise<string> {
  const line = command.replace(/^deno /, `"${Deno.execPath()}" `);
  const { success, stdout, stderr } = await capture("sh", ["-c", line], {
    cwd: folder,
    env: { NO_COLOR: "1" },
  });
  assert.ok(success, `${command}\n${stdout}${stderr}`);
  return stdout;
}

async function follow(step: Step, folder: string): Promise<string> {
  if (step.kind === "run") return run(step.command, folder);
  const path = `${folder}/${step.path}`;
  if (step.kind === "write") await Deno.writeTextFile(path, step.text, { createNew: true });
  else {
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, changed(step.path, text, step.from, step.to));
  }
  return "";
}

/**
 * Follows a recipe in a copy of the project, which is gone afterwards; the project is as it was.
 *
 * @param check gets the copy's folder and what the commands said
 */
function recipe(name: string, check: (folder: string, said: string) => Promise<void>): void {
  Deno.test(`README, how to add ${name.toLowerCase()}: the recipe, to the letter`, async () => {
    const steps = recipes.get(name);
    assert.ok(
      steps !== undefined && steps.some(({ kind }) => kind === "run"),
      `README.md has a recipe "${name}"`,
    );
    const folder = await Deno.makeTempDir({ prefix: "softplus-recipe-" });
    const before = projectPaths();
    try {
      for (const path of before) {
        await Deno.mkdir(`${folder}/${dirname(path)}`, { recursive: true });
        await Deno.copyFile(projectFolder + path, `${folder}/${path}`);
      }
      let said = "";
      for (const step of steps) said += await follow(step, folder);
      await check(folder, said);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    assert.deepEqual(projectPaths(), before);
  });
}

/** Runs a module in the copy; its text may import from there. */
async function evaluate(code: string, folder: string): Promise<string> {
  await Deno.writeTextFile(`${folder}/evaluated.ts`, code);
  return (await run("deno run -A evaluated.ts", folder)).trim();
}

recipe("A kernel", async (folder, said) => {
  assert.match(said, /^Float32Array\(4\) \[ -1, -0\.5, 0, 0\.75 \] 1e-320$/m);
  const methods = await evaluate(
    `
import { scalar, threads, wasm, softplus } from "./kernels/engines/mod.ts";
await using pool = await threads({ size: 1 });
const out = new Float64Array(2);
console.log(JSON.stringify([
  [scalar, wasm, pool].map((engine) => engine.softsign.name),
  wasm.softsign(-3),
  [...scalar.softsign(new Float64Array([1, -3]), { out, beta: 4 })],
  [...scalar.softsign(new Float16Array([3]))],
  softplus(0),
]));`,
    folder,
  );
  assert.deepEqual(JSON.parse(methods), [
    ["softsign", "softsign", "softsign"],
    -0.75,
    [0.8, -12 / 13],
    [0.75],
    Math.LN2,
  ]);
});

recipe("An engine", async (folder, said) => {
  const [, passed] = /ok \| (\d+) passed/.exec(said) ?? [];
  assert.ok(Number(passed) >= 4, said);
  assert.equal(
    await evaluate(
      `
import { patient, scalar } from "./kernels/engines/mod.ts";
const x = new Float32Array(40_000).map((_, i) => i / 100 - 200);
const want = scalar.sigmoidBackward(x, x);
let turns = 0;
const timer = setInterval(() => turns++);
const got = await patient.sigmoidBackward(x, x);
clearInterval(timer);
console.log(got.every((y, i) => y === want[i]), turns > 0, await patient.softplus(0) === Math.LN2);`,
      folder,
    ),
    "true true true",
  );
});

recipe("A peer", async (folder, said) => {
  assert.match(said, /base two/);
  const row = JSON.parse(
    await evaluate(
      `
import { readResults } from "./bench/results/schema.ts";
const rows = readResults(".cache/base-two.parquet");
console.log(JSON.stringify(rows.filter((row) => row.implementation === "base two")));`,
      folder,
    ),
  ) as Record<string, unknown>[];
  const timed = row.filter(({ gap }) => gap === null);
  assert.ok(timed.length > 0, JSON.stringify(row));
  for (const { kind, rows, max_ulp, median_ns, wrong_input } of timed) {
    assert.deepEqual([kind, rows], ["peer", 100]);
    assert.ok(Number(median_ns) > 0, "timed");
    assert.ok(Number(max_ulp) > 0.4, "validated");
    assert.ok(Number(wrong_input) < -16, "what the textbook form cannot do is found");
  }
});

recipe("A figure", async (folder) => {
  const png = await Deno.readFile(`${folder}/throughput.png`);
  assert.deepEqual([...png.subarray(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
  assert.ok(png.length > 20_000, `${png.length} bytes`);
});

Deno.test("every recipe is followed, and a step whose place is gone says so", () => {
  assert.deepEqual([...recipes.keys()], ["A kernel", "An engine", "A peer", "A figure"]);
  assert.equal(changed("a.ts", "a\nb\nc\n", "b\n", "b\nd\n"), "a\nb\nd\nc\n");
  assert.throws(() => changed("a.ts", "a\nb\n", "c\n", "d\n"), /a\.ts does not have .* once:\nc/);
  assert.throws(() => changed("a.ts", "a\na\n", "a\n", "d\n"), /once/);
});
