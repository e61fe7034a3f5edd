/**
 * README.md as a new user reads it: every snippet is put where it says and run, in empty folders.
 * Blocks without an address are run by `deno test --doc README.md`, which `deno task test` does.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { executeNotebook } from "../../tools/notebooks/execute.ts";
import { pack } from "../../tools/pack.ts";
import { capture } from "../../tools/process.ts";
import { startHost } from "../../tools/serve.ts";
import { thisMachine } from "../../tools/setup/requirement.ts";
import { findPython, jupyter } from "../../tools/setup/requirements.ts";
import { browserTest } from "../../tools/browser.ts";
import { missing as noGpu } from "../support/gpu.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = await Deno.readTextFile(`${root}README.md`);
/** Every block but those of the recipes, which tests/house/recipes.test.ts follows. */
const blocks = [
  ...readme.replace(/^## How to add[^]*?(?=^## )/m, "").matchAll(
    /^```(\w+)( ignore)?\n([^]*?)^```/gm,
  ),
]
  .map(([, language = "", , text = ""]) => ({ language, text }));
const python = await findPython(thisMachine);

/** The block that begins with a comment of this name. */
function block(name: string): string {
  const found = blocks.filter(({ text }) => /^(\/\/|<!--) (.*?)( -->)?\n/.exec(text)?.[2] === name);
  assert.equal(found.length, 1, `README.md has one block ${name}`);
  return found[0]!.text;
}

/** The command that contains these words. */
function command(...words: string[]): string {
  const lines = blocks.filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.trim().split("\n"))
    .filter((line) => words.every((word) => line.includes(word)));
  assert.ok(lines[0], `README.md has a command with ${words.join(" ")}`);
  return lines[0];
}

/** Runs a printed command as it stands, but for the port and how this Deno is called. */
function shell(line: string, folder: string, address = "localhost:8000") {
  const printed = line.replace("localhost:8000", address)
    .replace(/^npx -y deno@\S+/, `"${Deno.execPath()}"`);
  return capture("sh", ["-c", printed], { cwd: folder, env: { NO_COLOR: "1" } });
}

/** A real `deno task serve`, on a port of its own. */
async function serve(): Promise<AsyncDisposable & { address: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "serve", "0"],
    cwd: root,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!/localhost:\d+\/notebooks/.test(said)) {
    const { value, done } = await reader.read();
    assert.ok(!done, `deno task serve ended: ${said}`);
    said += value;
  }
  const address = /localhost:\d+/.exec(said)![0];
  return {
    address,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await reader.cancel();
      await child.status;
    },
  };
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "softplus-readme-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const at = (text: string, address: string) => text.replaceAll("localhost:8000", address);

Deno.test("README: the script by URL, with the command that is printed", () =>
  inFolder(async (folder) => {
    await using host = await serve();
    await Deno.writeTextFile(`${folder}/main.ts`, at(block("main.ts"), host.address));
    const { success, stdout, stderr } = await shell(command("main.ts"), folder, host.address);
    assert.ok(success, stderr);
    assert.match(stdout, /^Float32Array\(4\) \[.*2\.06115.*0\.693147.*20/s);
  }));

Deno.test({
  name: "README: the GPU by URL",
  ignore: noGpu !== undefined,
  fn: () =>
    inFolder(async (folder) => {
      await using host = await serve();
      await Deno.writeTextFile(`${folder}/main.ts`, at(block("gpu.ts"), host.address));
      const { success, stdout, stderr } = await shell(command("main.ts"), folder, host.address);
      assert.ok(success, stderr);
      assert.match(stdout, /^Float32Array\(3\) \[.*0\.69314.*20/s);
    }),
});

Deno.test({
  name: "README: the notebook's cell shows a plot",
  ignore: python === undefined && Deno.env.get("CI") !== "true",
  fn: () =>
    inFolder(async (folder) => {
      assert.ok(python, `${jupyter.name} is missing`);
      await using host = await serve();
      const { notebook, problems } = await executeNotebook({
        ...{ nbformat: 4, nbformat_minor: 5, metadata: {} },
        cells: [{
          ...{ cell_type: "code", metadata: {}, execution_count: null, outputs: [] },
          source: at(block("a cell"), host.address),
        }],
      }, { python, folder });
      assert.deepEqual(problems, []);
      assert.match(JSON.stringify(notebook.cells[0]), /image\/svg\+xml.*polyline points=/s);
    }),
});

Deno.test("README: the npm package, installed and run with the commands that are printed", () =>
  inFolder(async (folder) => {
    assert.equal(command("task pack"), "npx -y deno@2.9.6 task pack");
    const [clone, project] = [`${folder}/softplus-kit`, `${folder}/project`];
    for (const path of [clone, project]) await Deno.mkdir(path);
    await pack(clone);
    await Deno.writeTextFile(`${project}/main.mjs`, block("main.mjs"));
    for (const line of [command("npm install"), command("node main.mjs")]) {
      const { success, stdout, stderr } = await shell(line, project);
      assert.ok(success, stderr);
      if (line.startsWith("node")) {
        assert.equal(stdout, `2.061153620314381e-9 ${Math.fround(2.061153620314381e-9)}\n`);
      }
    }
  }));

browserTest("README: the page, on another server than the kit", async (browser) => {
  await inFolder(async (folder) => {
    await using host = await serve();
    await Deno.writeTextFile(`${folder}/page.html`, at(block("page.html"), host.address));
    await using own = startHost({ folder: new URL(`file://${folder}/`) });
    const page = await browser.newPage();
    await page.goto(`http://${own.address}/page.html`);
    await page.waitForFunction("document.title !== ''", undefined, { timeout: 10_000 });
    assert.equal(await page.title(), "2.061153620314381e-9");
    const demo = /<http:\/\/localhost:8000(\S+)>/.exec(readme)?.[1];
    const response = await page.goto(`http://${host.address}${demo}`);
    assert.equal(response?.status(), 200);
    await page.waitForSelector("#plots svg");
  });
});

Deno.test("README: every command is a task that there is, and every file it names is there", async () => {
  for (const { text } of blocks.filter(({ language }) => language === "sh")) {
    for (const [, task = ""] of text.matchAll(/(?:deno@\S+|^deno) task (\S+)/gm)) {
      assert.ok(Object.hasOwn(config.tasks, task), task);
    }
  }
  for (const [, path = ""] of readme.matchAll(/\]\(((?!http)[^)]+)\)/g)) {
    await Deno.stat(root + path);
  }
  for (
    const [, path = ""] of readme.matchAll(/`((?:tests|bench|kernels|notebooks)\/[a-z/.-]+)`/g)
  ) {
    await Deno.stat(root + path);
  }
});

Deno.test("README: no block is left that nothing runs", () => {
  const named = ["main.ts", "a cell", "gpu.ts", "page.html", "main.mjs"].map(block);
  const commands = [
    "task reproduce",
    "task test",
    "task serve",
    "main.ts",
    "task pack",
    "npm install",
    "sbatch tools/cluster/verify.slurm.sh", // tests/tools/cluster.test.ts
    "verify --module mine.ts", // tests/bench/own.test.ts
  ];
  for (const { language, text } of blocks) {
    // `deno test --doc README.md` runs what is TypeScript without an address.
    const known = named.includes(text) || (language === "ts" && !text.includes("http://")) ||
      (language === "sh" && commands.some((words) => text.includes(words))) ||
      language === "bibtex";
    assert.ok(known, text);
  }
});
