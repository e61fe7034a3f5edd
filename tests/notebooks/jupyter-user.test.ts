/**
 * Plays a user of Jupyter: a notebook in a folder of its own that imports by URL, computes on a
 * polars column and shows a plot; executed by nbclient, and in a real Jupyter server by a browser.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { softplus } from "../../kernels/engines/mod.ts";
import { executeNotebook } from "../../tools/notebooks/execute.ts";
import { formatNotebook, type Notebook } from "../../tools/notebooks/ipynb.ts";
import { startHost } from "../../tools/serve.ts";
import { thisMachine } from "../../tools/setup/requirement.ts";
import { findPython, jupyter, notebookServer } from "../../tools/setup/requirements.ts";
import { launch, missing as noBrowser } from "../../tools/browser.ts";
import { startJupyter } from "../users/jupyter.ts";
import { codeNotebook } from "../users/notebook.ts";

const onCi = Deno.env.get("CI") === "true";
const python = await findPython(thisMachine);
const server = await notebookServer.detect(thisMachine);

/** What the user writes: cells, each with what it shows. */
const notebook = (address: string): Notebook =>
  codeNotebook([
    `import pl from "npm:nodejs-polars@0.25.2";
import { softplus } from "http://${address}/mod.ts";`,
    `const table = pl.DataFrame({ x: Float32Array.from({ length: 101 }, (_, i) => i / 5 - 10) });
const y = softplus(table.getColumn("x").toTypedArray() as Float32Array);
console.log(y.constructor.name, y[0], y[100]);`,
    `table.withColumn(pl.Series("softplus", y, pl.Float32)).tail(2)`,
    `const points = [...y].map((value, i) => i * 4 + "," + (220 - 20 * value)).join(" ");
Deno.jupyter.svg\`<svg xmlns="http://www.w3.org/2000/svg" width="400" height="240">
  <polyline fill="none" stroke="#0072b2" stroke-width="3" points="\${points}"/></svg>\``,
  ]);

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "softplus-jupyter-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const first = softplus(new Float32Array([-10]))[0];
const printed = `Float32Array ${first} 10.000045776367188`;

Deno.test({
  name: "a notebook elsewhere imports by URL, computes on a polars column and shows a plot",
  ignore: python === undefined && !onCi,
  fn: () =>
    inFolder(async (folder) => {
      assert.ok(python, `${jupyter.name} is missing`);
      await using host = startHost();
      const { notebook: executed, problems } = await executeNotebook(
        notebook(host.address),
        { python, folder },
      );
      assert.deepEqual(problems, []);
      const outputs = executed.cells.map((cell) =>
        cell.cell_type === "code" ? JSON.stringify(cell.outputs) : ""
      );
      assert.ok(outputs[1]?.includes(printed), `${outputs[1]}`);
      assert.match(outputs[2] ?? "", /softplus.*10\.0000/s);
      assert.match(outputs[3] ?? "", /image\/svg\+xml.*polyline/s);
      assert.deepEqual([...host.fetched.keys()].sort(), ["dist/softplus.js", "mod.ts"]);
    }),
});

/** A test with a server of its own, and a page on which the kernel of a notebook is ready. */
function serverTest(
  name: string,
  prepare: (folder: string) => Promise<{ notebooks: string; file: string } & AsyncDisposable>,
  body: (page: Page) => Promise<void>,
): void {
  Deno.test({
    name: noBrowser === undefined ? name : `${name} (${noBrowser})`,
    ignore: (noBrowser !== undefined || server === undefined) && !onCi,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      inFolder(async (folder) => {
        assert.ok(server, `${notebookServer.name} is missing`);
        await using served = await prepare(folder);
        await using jupyter = await startJupyter(folder, served.notebooks);
        const browser = await launch();
        try {
          const page = await browser.newPage({ viewport: { width: 1000, height: 1100 } });
          await page.goto(jupyter.page(served.file));
          await page.waitForSelector(".kernel_idle_icon", { timeout: 60_000 });
          // Nothing is written back: the notebook may be the project's own.
          await page.evaluate(
            "Jupyter.notebook.set_autosave_interval(0); Jupyter.notebook.clear_all_output()",
          );
          await body(page);
        } finally {
          await browser.close();
        }
      }),
  });
}

async function runAll(page: Page): Promise<void> {
  await page.click("#celllink");
  await page.click("#run_all_cells");
  const finished = "Jupyter.notebook.get_cells().filter((cell) => cell.cell_type === 'code')" +
    ".every((cell) => typeof cell.input_prompt_number === 'number')";
  await page.waitForFunction(finished, undefined, { timeout: 180_000 });
}

serverTest(
  "a Jupyter server in a browser: open a notebook elsewhere, run all, see the plot",
  async (folder) => {
    const host = startHost();
    await Deno.mkdir(`${folder}/notebooks`);
    const path = `${folder}/notebooks/user.ipynb`;
    await Deno.writeTextFile(path, formatNotebook(notebook(host.address)));
    return {
      notebooks: `${folder}/notebooks`,
      file: "user.ipynb",
      [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
    };
  },
  async (page) => {
    await runAll(page);
    await page.waitForSelector(".output_svg svg polyline");
    const shown = (await page.locator(".output_area").allTextContents()).join("\n");
    assert.ok(shown.includes(printed), shown);
    assert.equal(await page.locator(".output_error").count(), 0);
    const plot = await page.locator(".output_svg svg").boundingBox();
    assert.ok(plot && plot.width >= 400 && plot.height >= 240, JSON.stringify(plot));
  },
);

const own = fileURLToPath(new URL("../../notebooks", import.meta.url));

serverTest(
  "a Jupyter server in a browser: open the project's first notebook, run all, see its plots",
  () =>
    Promise.resolve({
      notebooks: own,
      file: "01-softplus-and-sigmoid.ipynb",
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
  async (page) => {
    const text = await Deno.readTextFile(`${own}/01-softplus-and-sigmoid.ipynb`);
    const plots = text.split('"image/png"').length - 1;
    assert.ok(plots > 3, "the notebook has plots");
    await runAll(page);
    const drawn = "[...document.querySelectorAll('.output_png img')]" +
      ".filter((image) => image.naturalWidth > 300).length";
    await page.waitForFunction(`${drawn} === ${plots}`, undefined, { timeout: 20_000 });
    assert.equal(await page.locator(".output_error").count(), 0);
    assert.equal(await Deno.readTextFile(`${own}/01-softplus-and-sigmoid.ipynb`), text);
  },
);
