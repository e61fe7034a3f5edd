import assert from "node:assert/strict";
import {
  builtFiles,
  type Files,
  projectFiles,
  projectFolder,
  projectPaths,
} from "../support/repository.ts";
import { recipesIn } from "./recipes.ts";
import { stalePaths, staleUrls } from "./paths.ts";

/** Made by commands here, and ignored by Git. */
const isMadeHere = (path: string) => /^(\.\.\/)*(\.cache|report|shards)\//.test(path);

/** What is right though it is not here: by the file that names it, or "" for any. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  // A user's own script; doors that the server already lets through.
  "": ["main.ts", "mine.ts", "define.ts"],
  "lab/show/png/window.ts": ["plotly.js-dist/plotly.js"],
  "tools/report.ts": ["plotly.js-dist/plotly.js"],
  // In the folder of the report.
  "tools/report/reference.ts": ["reference/index.html"],
  // In the package.
  "tools/pack.ts": [
    "./package.json",
    ...["./softplus.js", "softplus.older.d.ts", "./lab.js", "lab.older.d.ts"],
  ],
  // Beside the file that is built.
  "tools/build/lab.ts": ["./softplus.js", "./softplus.d.ts"],
  // Names that a compiler is given for texts, and those of its own libraries.
  "tools/notebooks/expect.ts": ["cell.ts"],
  "tools/build/declarations.ts": ["a.d.ts"],
  "tools/build/older_typescript.ts": ["a.d.ts"],
  "tools/check/plain_typescript.ts": [
    "lib.es2024.d.ts",
    "lib.dom.d.ts",
    "lib.esnext.disposable.d.ts",
    "lib.es2025.float16.d.ts",
    "dist/index.d.ts",
  ],
};

/** What the recipes of README.md make. */
const made = [...recipesIn(Deno.readTextFileSync(`${projectFolder}README.md`)).values()].flat()
  .flatMap((step) => step.kind === "write" ? [step.path] : []);
const isMadeByRecipe = (path: string, file: string) => file === "README.md" && made.includes(path);

const isAllowed = (path: string, file: string) =>
  isMadeHere(path) || isMadeByRecipe(path, file) ||
  [...ELSEWHERE[""]!, ...ELSEWHERE[file] ?? []].includes(path);

/** Generated in whole, records of runs, or history. */
const isRecord = (path: string) =>
  /^(bench\/certificates\/|bench\/reference\/|deno\.lock$|CHANGELOG\.md$)/.test(path) ||
  builtFiles.has(path);

/**
 * What people wrote in a file: the cells of a notebook; of a test, which makes paths up, comments; of
 * README.md all but the imports of its snippets, which are run.
 */
function prose(path: string, text: string): string {
  if (path.endsWith(".ipynb")) {
    const { cells } = JSON.parse(text) as { cells: { source: string | string[] }[] };
    return cells.map(({ source }) => [source].flat().join("")).join("\n");
  }
  if (path === "README.md") return text.replaceAll(/ from "\.[^"]*"/g, "");
  if (!path.startsWith("tests/")) return text;
  return text.split("\n").map((line) => /^\s*(?:\/\/|\/?\*)(.*)/.exec(line)?.[1] ?? "").join("\n");
}

const paths = projectPaths();
const texts: Files = new Map(
  [...projectFiles((path) => !isRecord(path))].map(([path, text]) => [path, prose(path, text)]),
);
const code: Files = projectFiles((path) => /\.[jt]s$/.test(path) && !isRecord(path));
const found = (texts: Files) =>
  stalePaths(texts, paths, isAllowed).map(({ file, line, path }) => `${file}:${line}: ${path}`);

Deno.test("every path that is named exists", () => {
  assert.ok(texts.size > 400, "the texts were not read");
  assert.deepEqual(found(texts), []);
});

Deno.test("every path from a file's own place exists", () => {
  const isOutOfReach = (path: string, file: string) =>
    /^(\.cache|report)\//.test(path) || file.startsWith("tests/house/");
  assert.deepEqual(staleUrls(code, paths, isOutOfReach), []);
  const planted = 'const a = 1;\nnew URL(\n  "results/a/",\n  import.meta.url,\n);';
  assert.deepEqual(staleUrls(new Map([["bench/results/files.ts", planted]]), paths, () => false), [
    { file: "bench/results/files.ts", line: 2, path: "bench/results/results/a" },
  ]);
});

Deno.test("what is listed as elsewhere is still named, and still not here", () => {
  for (const [file, names] of Object.entries(ELSEWHERE)) {
    for (const name of names) {
      if (file === "") continue;
      assert.ok(!paths.includes(name), `${name} is here now`);
      assert.ok(texts.get(file)?.includes(name), `${file} names no ${name}`);
    }
  }
});

Deno.test("a planted wrong path is found, a right one is not, wherever it starts", () => {
  const planted: readonly (readonly [string, string, string?])[] = [
    ["README.md", "see tests/verify/screen.ts.", "tests/verify/screen.ts"],
    ["README.md", "in `bench/figures/`", "bench/figures"],
    ["README.md", "in [it](bench/figures/a.md)", "bench/figures/a.md"],
    ["README.md", "in [it](bench/certificates/) and kernels/*.wgsl, lab/{race,show}/*.ts."],
    ["README.md", "and/or 1/2 of 3/4, notebooks/01-*.ipynb (http://a.b/tests/no.ts)"],
    ["README.md", "a glob, kernels/*.glsl", "kernels/*.glsl"],
    ["bench/run.ts", "// see `wake.ts`", "wake.ts"],
    ["bench/run.ts", "// see `measure.ts`, race/measure.ts, ./race/measure.ts, lab/progress.ts"],
    ["bench/run.ts", "// see race/measuring.ts", "race/measuring.ts"],
    ["bench/run.ts", 'new URL("./race/measuring.ts", import.meta.url)', "./race/measuring.ts"],
    ["bench/run.ts", 'new URL("/tests/users/nobody.js", host)', "/tests/users/nobody.js"],
    [
      "bench/run.ts",
      "throw new Error(`${x} is not in lab/certify/hard.json`)",
      "lab/certify/hard.json",
    ],
    ["bench/run.ts", "join(`${folder}/kernels/deno/kernel.json`, .cache/bench/a.parquet)"],
  ];
  for (const [file, text, path] of planted) {
    const expected = path === undefined ? [] : [`${file}:1: ${path}`];
    assert.deepEqual(found(new Map([[file, text]])), expected, text);
  }
});
