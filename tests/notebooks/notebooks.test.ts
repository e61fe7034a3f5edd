/** Notebooks that are executed for real, small ones, and the rules for what they must show. */

import assert from "node:assert/strict";
import { executeNotebook, type ExecuteOptions } from "../../tools/notebooks/execute.ts";
import { cellsWithOutput } from "../../tools/notebooks/expect.ts";
import {
  type CodeCell,
  formatNotebook,
  type Notebook,
  parseNotebook,
  textOf,
} from "../../tools/notebooks/ipynb.ts";
import { normalise } from "../../tools/notebooks/normalise.ts";
import { thisMachine } from "../../tools/setup/requirement.ts";
import { findPython } from "../../tools/setup/requirements.ts";

const code = (source: string, over: Partial<CodeCell> = {}): CodeCell => ({
  cell_type: "code",
  metadata: {},
  execution_count: null,
  outputs: [],
  source,
  ...over,
});
const tagged = (source: string, tag: string) => code(source, { metadata: { tags: [tag] } });
const notebook = (...cells: CodeCell[]): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells,
});
const outputsOf = (executed: Notebook) =>
  executed.cells.map((cell) => cell.cell_type === "code" ? cell.outputs : []);

const python = await findPython(thisMachine);
// On CI a missing Python is a failure, not something to be passed over.
const ignore = python === undefined && Deno.env.get("CI") !== "true";
const reason = ignore ? " (ignored: no Python with nbclient, run deno task setup)" : "";

/** Runs the test in a folder of its own, on a real kernel. */
function executes(
  name: string,
  body: (
    execute: (notebook: Notebook) => ReturnType<typeof executeNotebook>,
    folder: string,
  ) => Promise<void>,
) {
  Deno.test({
    name: `notebook: ${name}${reason}`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const options: ExecuteOptions = { python: python ?? "python3", folder };
        await body((notebook) => executeNotebook(notebook, options), folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

executes(
  "outputs that come late, in pieces, or are updated all arrive",
  async (execute, folder) => {
    await Deno.writeTextFile(`${folder}/beside.ts`, "export const two = 2;\n");
    const { notebook: executed, problems } = await execute(notebook(
      code('import { two } from "./beside.ts";\ntwo + 1'),
      code('setTimeout(() => console.log("late"), 150);\nundefined;', {
        outputs: [{ output_type: "stream", name: "stdout", text: "late\n" }],
      }),
      code('for (const word of ["a", "b"]) console.log(word);'),
      code(
        'const show = (text, update) => Deno.jupyter.display({ "text/plain": text },' +
          ' { raw: true, display_id: "bar", update });\n' +
          'await show("0 %", false);\nawait show("100 %", true);',
      ),
    ));
    assert.deepEqual(problems, []);
    const [sum, late, words, bar] = outputsOf(executed);
    assert.match(JSON.stringify(sum), /3/);
    assert.match(JSON.stringify(late), /late/);
    assert.deepEqual(words, [{ output_type: "stream", name: "stdout", text: ["a\n", "b\n"] }]);
    assert.equal(bar?.length, 1);
    assert.match(JSON.stringify(bar), /100 %/);
  },
);

executes("a cell that throws is named, and later cells did not run", async (execute) => {
  const { problems } = await execute(notebook(
    tagged('throw new Error("on purpose")', "raises-exception"),
    code('throw new RangeError("boom")'),
    code("1"),
  ));
  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? "", /^cell 2 .*RangeError: boom/s);
  assert.match(problems[1] ?? "", /^cell 3 \(1\) did not run/);
});

executes("a cell that is no TypeScript is named", async (execute) => {
  const { problems } = await execute(notebook(code("const x: = 3;")));
  assert.match(problems.join(), /^cell 1 .*Execution failed/s);
});

executes("a missing output is named", async (execute) => {
  const lost = code("undefined", {
    outputs: [{ output_type: "stream", name: "stdout", text: "x" }],
  });
  const { problems } = await execute(notebook(code("1;"), lost, tagged("undefined", "silent")));
  assert.deepEqual(problems, ["cell 2 (undefined) has no output"]);
});

executes("a kernel that dies is a failure", async (execute) => {
  const { problems } = await execute(notebook(code("Deno.exit(3)"), code("1")));
  assert.match(problems[0] ?? "", /Kernel died/);
});

Deno.test("expected outputs: what must show something, and what need not", () => {
  const must = ["1 + 1", "await f()", "x", "console.log(1);", "for (const x of y) show(x);"]
    .concat(["xs.forEach((x) => console.log(x));", "await Deno.jupyter.display(a);", "f() // b"]);
  const need = ["1 + 1;", "const a = 1", "a = 3", "", "// nothing", 'import a from "b"']
    .concat(["function f() { console.log(1); }", "const f = () => show(1);", "let a; a ??= 2"]);
  for (const source of must) assert.deepEqual(cellsWithOutput(notebook(code(source))), [0], source);
  for (const source of need) assert.deepEqual(cellsWithOutput(notebook(code(source))), [], source);
});

Deno.test("normal form: what differs from run to run is gone, and nothing else", () => {
  const raw = notebook(
    code("a", {
      id: "kept",
      metadata: { execution: { "shell.execute_reply": "2026" }, tags: ["silent"] },
      execution_count: 41,
      outputs: [
        { output_type: "stream", name: "stdout", text: "one\ntwo" },
        { output_type: "stream", name: "stdout", text: ["\n", "three"] },
        { output_type: "stream", name: "stderr", text: "four" },
        {
          output_type: "execute_result",
          execution_count: 41,
          metadata: {},
          data: { "text/plain": "five\nsix", "image/png": "AAAA\n", "application/json": "x\ny" },
        },
      ],
    }),
  );
  const [cell] = normalise(raw).cells as CodeCell[];
  assert.deepEqual(cell, {
    cell_type: "code",
    id: "kept",
    metadata: { tags: ["silent"] },
    execution_count: 1,
    source: ["a"],
    outputs: [
      { output_type: "stream", name: "stdout", text: ["one\n", "two\n", "three"] },
      { output_type: "stream", name: "stderr", text: ["four"] },
      {
        output_type: "execute_result",
        execution_count: 1,
        metadata: {},
        data: {
          "text/plain": ["five\n", "six"],
          "image/png": "AAAA\n",
          "application/json": "x\ny",
        },
      },
    ],
  });
});

Deno.test("normal form: stable under itself, and under writing and reading", () => {
  const once = normalise(notebook(code("a\nb"), code("")));
  const text = formatNotebook(once);
  assert.equal(formatNotebook(normalise(parseNotebook(text))), text);
  assert.equal(textOf(once.cells[0]?.source ?? ""), "a\nb");
  assert.ok(text.startsWith('{\n "cells": [\n'), "keys are sorted, as Jupyter has them");
});

Deno.test("reading: what is no notebook is refused", () => {
  for (const text of ["{}", '{"nbformat": 3, "cells": []}', '{"nbformat": 4}']) {
    assert.throws(() => parseNotebook(text), TypeError);
  }
});
