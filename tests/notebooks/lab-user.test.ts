/**
 * Plays a user of the laboratory in Jupyter: a notebook in an empty folder imports lab.ts by URL,
 * without an import map and without a clone, and brings a function of its own.
 */
import assert from "node:assert/strict";
import { executeNotebook } from "../../tools/notebooks/execute.ts";
import type { CodeCell, Notebook } from "../../tools/notebooks/ipynb.ts";
import { startHost } from "../../tools/serve.ts";
import { thisMachine } from "../../tools/setup/requirement.ts";
import { findPython, jupyter } from "../../tools/setup/requirements.ts";
import { codeNotebook } from "../users/notebook.ts";

const onCi = Deno.env.get("CI") === "true";
const python = await findPython(thisMachine);

/** What the user writes: cells, each with what it shows. */
const notebook = (address: string): Notebook =>
  codeNotebook([
    `const started = performance.now();
import { certify, errorOverX, identities, race } from "http://${address}/lab.ts";
import { softplus } from "http://${address}/mod.ts";
const mine = (x) => Math.log(1 + Math.exp(x));`,
    `await errorOverX({ mine, softplus }, { of: "softplus", from: -110, to: 20 })`,
    `console.log("first figure after", Math.round(performance.now() - started), "ms");`,
    `await certify(mine, { of: "softplus", between: [-20, -19.99], progress: false })`,
    `await race({ mine, softplus }, { of: "softplus", sizes: [100], budgetSeconds: 0.1, progress: false })`,
    `try {
  await identities(mine, { of: "softplus", dtype: "f64" });
} catch (error) {
  console.log(error.message);
}`,
  ]);

Deno.test({
  name: "a notebook in an empty folder brings its own function to lab.ts by URL",
  ignore: python === undefined && !onCi,
  async fn() {
    assert.ok(python, `${jupyter.name} is missing`);
    const folder = await Deno.makeTempDir({ prefix: "softplus-lab-" });
    try {
      await using host = startHost();
      const { notebook: executed, problems } = await executeNotebook(notebook(host.address), {
        python,
        folder,
      });
      assert.deepEqual(problems, []);
      const outputs = executed.cells.map((cell) => JSON.stringify((cell as CodeCell).outputs));
      console.log(outputs[2]!.match(/first figure after \d+ ms/)?.[0]);
      for (const i of [1, 3, 4]) {
        assert.match(outputs[i]!, /image\/png/, `cell ${i}`);
        assert.match(outputs[i]!, /application\/vnd\.plotly\.v1\+json/, `cell ${i}`);
      }
      assert.match(outputs[1]!, /mine: 0, ∞ or NaN/, "the figure marks the tail that is 0");
      assert.match(outputs[4]!, /time over mine's/, "text for whoever sees no picture");
      assert.match(outputs[5]!, /mine.*in f64\. It does not hold.*709\.78/s);
      assert.deepEqual(host.missed, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
