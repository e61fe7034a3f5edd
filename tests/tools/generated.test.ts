import assert from "node:assert/strict";
import { parseNotebooks } from "../../tools/notebooks.ts";
import { notebookModule } from "../../tools/check/notebook_code.ts";
import { checkPlainTypescript } from "../../tools/check/plain_typescript.ts";
import { replaceFile } from "../../lab/files.ts";
import { replaceFolder } from "../../tools/files.ts";
import { generate } from "../../tools/generated.ts";
import { comparisonPicture, makeReadme, PICTURE, sections } from "../../tools/readme.ts";
import { closingLine, countJunit, failuresIn } from "../../tools/junit.ts";

Deno.test("JUnit: passed, failed and ignored tests; steps are part of their test", () => {
  const xml = `<testsuites>
    <testsuite name="a" tests="6">
      <testcase name="a" line="1"></testcase>
      <testcase name="b &gt; c" line="2"><skipped/></testcase>
      <testcase name="d" line="3"><failure message="x">&lt;skipped</failure></testcase>
      <testcase name="d &gt; step" line="3"><failure message="x">x</failure></testcase>
      <testcase name="e" line="3"/>
      <testcase name="e &gt; one &gt; two" line="3"/>
    </testsuite>
    <testsuite name="b" tests="1"><testcase name="a &gt; b"></testcase></testsuite>
    <testsuite name="c" tests="0"></testsuite>
  </testsuites>`;
  assert.deepEqual(countJunit(xml), { passed: 3, failed: 1, skipped: 1 });
  assert.deepEqual(countJunit(""), { passed: 0, failed: 0, skipped: 0 });
});

Deno.test("JUnit: the tests and steps that failed are named, with the reason", () => {
  const xml = `<testsuite name="a" tests="3">
      <testcase name="a &amp; b" line="1">
        <failure message="1 test step failed">1 test step failed.</failure>
      </testcase>
      <testcase name="b" line="2"></testcase>
      <testcase name="c" line="3"><error message="&lt;lost&gt;"/></testcase>
      <testcase name="a &amp; b &gt; step" line="4">
        <failure message="Uncaught">Error: &quot;no&quot;
    at line 4</failure>
      </testcase>
    </testsuite>`;
  assert.deepEqual(failuresIn(xml), [
    { name: "a & b", reason: "1 test step failed." },
    { name: "c", reason: "<lost>" },
    { name: "a & b > step", reason: 'Error: "no"\n    at line 4' },
  ]);
  assert.deepEqual(failuresIn(""), []);
});

Deno.test("closing line: skipped tests are named only if there are some", () => {
  assert.equal(closingLine({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  assert.equal(closingLine({ passed: 3, failed: 1, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});

Deno.test("README: generated parts are replaced, the rest is left, twice is the same", async () => {
  const readme = "# A\n<!-- generated: n by x -->\nold\n<!-- /generated -->\nB\n" +
    "<!-- generated: n by x --><!-- /generated -->";
  const parts = { n: () => "new $& text\n" };
  const made = await makeReadme(readme, parts);
  assert.ok(made.startsWith("# A\n<!-- generated: n by x -->\n\nnew $& text\n\n<!-- /gen"), made);
  assert.ok(made.includes("-->\nB\n"));
  assert.equal(await makeReadme(made, parts), made);
  await assert.rejects(makeReadme(readme, {}), /unknown part "n"/);
});

Deno.test("README: every part that it can have can be made", async () => {
  for (const section of Object.values(sections)) assert.ok((await section()).length > 0);
});

Deno.test("README: its picture is that of the reference run", async () => {
  const committed = await Deno.readFile(new URL(`../../${PICTURE}`, import.meta.url));
  assert.ok(committed.toHex() === (await comparisonPicture()).toHex(), "run deno task readme");
});

Deno.test("generated files: what is stale is found, and written only on demand", async () => {
  const folder = await Deno.makeTempDir();
  const file = new URL(`file://${folder}/made.txt`).href;
  const list = [{ file, command: "make", make: () => Promise.resolve("made\n") }];
  assert.equal((await generate({ write: false, list })).length, 1);
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  assert.equal((await generate({ write: true, list })).length, 1);
  assert.equal((await generate({ write: false, list })).length, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("files and folders are replaced at once or not at all", async () => {
  const folder = await Deno.makeTempDir();
  await replaceFile(`${folder}/a`, "1");
  await replaceFile(`${folder}/a`, "2");
  assert.equal(await Deno.readTextFile(`${folder}/a`), "2");
  const write = (text: string) => (into: string) => Deno.writeTextFile(`${into}/${text}`, text);
  await replaceFolder(`${folder}/b`, write("old"));
  await assert.rejects(replaceFolder(`${folder}/b`, () => Promise.reject(new Error("no"))), /no/);
  assert.equal(await Deno.readTextFile(`${folder}/b/old`), "old");
  await replaceFolder(`${folder}/b`, write("new"));
  assert.deepEqual([...Deno.readDirSync(`${folder}/b`)].map(({ name }) => name), ["new"]);
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["a", "b"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("notebook code: relative imports start from the notebooks' folder", () => {
  const source = 'import { a } from "../mod.ts";\nimport b from "npm-package";\n' +
    'import type { C } from \'./c.ts\';\nconst d = await import("../d.ts");\nconst e = "./e.ts";';
  const cell = { metadata: {}, source, execution_count: null, outputs: [] };
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ ...cell, cell_type: "code" as const }, { ...cell, cell_type: "markdown" as const }],
  };
  const code = notebookModule(notebook, new URL("file:///kit/notebooks/"));
  assert.ok(code.includes('from "file:///kit/mod.ts"'));
  assert.ok(code.includes("from 'file:///kit/notebooks/c.ts'"));
  assert.ok(code.includes('import("file:///kit/d.ts")'));
  assert.ok(code.includes('from "npm-package"') && code.includes('"./e.ts"'));
  assert.equal(code.split("file://").length, 4, "once each, and Markdown is left out");
});

Deno.test("plain TypeScript: knows the web, does not know Deno", async () => {
  const folder = await Deno.makeTempDir();
  const check = async (code: string) => {
    await Deno.writeTextFile(`${folder}/mod.ts`, code);
    return checkPlainTypescript(new URL(`file://${folder}/mod.ts`));
  };
  assert.equal(await check("export let a: GPUDevice | undefined;\nnew Float32Array(1);"), "");
  assert.match(await check("export const a: unknown = Deno.version;"), /Cannot find name 'Deno'/);
  assert.match(await check("export const a = (b: number) => b * 2;"), /isolatedDeclarations/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("notebooks: the command line, and what is wrong with it", async () => {
  assert.deepEqual(await parseNotebooks([]), { check: false, parts: [] });
  assert.deepEqual(await parseNotebooks(["--check", "02"]), { check: true, parts: ["02"] });
  assert.equal(await parseNotebooks(["--help"]), "help");
  await assert.rejects(
    parseNotebooks(["99"]),
    /^RangeError: there is no notebook 99; there are: 01/,
  );
  await assert.rejects(parseNotebooks(["--chek"]), /--chek/);
});
