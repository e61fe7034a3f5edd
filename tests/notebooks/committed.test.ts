/** The notebooks as they are committed: whole, and in the form in which the task writes them. */
import assert from "node:assert/strict";
import { committedProblems, readNotebooks } from "../../tools/notebooks.ts";
import { formatNotebook, parseNotebook } from "../../tools/notebooks/ipynb.ts";

const files = await readNotebooks();

Deno.test("committed notebooks: each is whole", () => {
  assert.ok(files.length >= 5);
  for (const file of files) assert.deepEqual(committedProblems(file), [], file.name);
});

Deno.test("committed notebooks: one that is spoilt is told", () => {
  const file = files[0]!;
  const problems = (text: string) =>
    committedProblems({ ...file, text, notebook: parseNotebook(text) }).join("\n");
  const spoil = (
    change: (cell: { execution_count: number | null; outputs: unknown[] }) => void,
  ) => {
    const copy = JSON.parse(file.text);
    change(copy.cells.find((cell: { outputs?: unknown[] }) => (cell.outputs?.length ?? 0) > 0));
    return problems(formatNotebook(copy));
  };
  assert.equal(problems(file.text), "");
  assert.match(problems(`${file.text}\n`), /not as `deno task notebooks` writes it/);
  assert.match(spoil((cell) => cell.outputs = []), /has no output/);
  assert.match(spoil((cell) => cell.execution_count = null), /did not run/);
  assert.match(spoil((cell) => cell.execution_count = 999), /not as `deno task notebooks` writes/);
});
