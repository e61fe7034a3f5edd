/**
 * Files and functions that fit on a page or two. A function that has to be longer says why, in the
 * comment above it, in a sentence that begins with "Long:".
 */
import assert from "node:assert/strict";
import ts from "typescript";
import { builtFiles, type Files, projectFiles } from "../support/repository.ts";

const MOST_LINES_OF_FILE = 350;
const MOST_LINES_OF_FUNCTION = 60;

/** Files of code, in whatever language. */
const source = /\.([cm]?[tj]s|wgsl|py|sollya|css|html)$/;
const script = /\.[cm]?[tj]s$/;

const linesOf = (text: string) => text.replace(/\n$/, "").split("\n");

/** The files that are too long. */
function longFiles(files: Files): string[] {
  return [...files].map(([path, text]) => ({ path, lines: linesOf(text).length }))
    .filter(({ lines }) => lines > MOST_LINES_OF_FILE)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

/** A reason of three words or more, in a comment. */
const reason = /\bLong:(?:[\s*/]+[^\s*/]+){3}/;

/** The functions that are too long and do not say why. */
function longFunctions(files: Files): string[] {
  return [...files].flatMap(([path, text]) =>
    script.test(path) ? inScript(path, text) : /\.(wgsl|py)$/.test(path) ? inBlocks(path, text) : []
  );
}

/** In TypeScript, AssemblyScript and JavaScript. */
function inScript(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isFunctionLike(node) || !("body" in node)) return;
    const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line + 1;
    const [first, last] = [lineAt(node.getStart(file)), lineAt(node.end)];
    const lines = last - first + 1;
    if (lines > MOST_LINES_OF_FUNCTION && !reason.test(commentAbove(node, file))) {
      found.push(`${path}:${first} has a function of ${lines} lines`);
    }
  };
  visit(file);
  return found;
}

/** The comment before a function, or before the statement or member that it is a part of. */
function commentAbove(node: ts.Node, file: ts.SourceFile): string {
  let outer = node;
  while (!ts.isStatement(outer) && !ts.isClassElement(outer)) outer = outer.parent;
  const comments = [node, outer].map((one) =>
    file.text.slice(one.getFullStart(), one.getStart(file))
  );
  return [...new Set(comments)].join("\n");
}

/** In WGSL and Python, where layout tells the end; the reason may stand in the function. */
function inBlocks(path: string, text: string): string[] {
  const lines = linesOf(text);
  return lines.flatMap((line, first) => {
    const [, indent] = /^(\s*)(?:fn|def|async def) /.exec(line) ?? [];
    if (indent === undefined) return [];
    const after = lines.slice(first + 1);
    // A closing bracket in the first column is the end of the signature, or of the function.
    const next = after.findIndex((one) =>
      one.search(/[^\s)}]/) <= indent.length && one.search(/[^\s)}]/) >= 0
    );
    const body = next === -1 ? after : after.slice(0, next);
    const length = body.join("\n").trimEnd().split("\n").length + 1;
    if (length <= MOST_LINES_OF_FUNCTION || reason.test(body.join("\n"))) return [];
    return [`${path}:${first + 1} has a function of ${length} lines`];
  });
}

/** Folders of one machine: what is said of them is true there alone. */
const machinePath = /(?<![\w.*~:/-])\/(?:work|root|home|Users|mnt|srv|tmp|var)\/[\w.]/;

/** The comments that name a folder of one machine. */
function machinePaths(files: Files): string[] {
  return [...files].flatMap(([path, text]) =>
    linesOf(text).flatMap((line, index) => {
      const comment = path.endsWith(".md")
        ? line
        : /(?:^|\s)(?:\/\/|\/?\*|#|<!--)(.*)/.exec(line)?.[1] ?? "";
      return machinePath.test(comment) ? [`${path}:${index + 1}: ${line.trim()}`] : [];
    })
  );
}

const files = projectFiles((path) =>
  (source.test(path) || path.endsWith(".md")) && !builtFiles.has(path)
);
const sources: Files = new Map([...files].filter(([path]) => source.test(path)));

Deno.test("no file has more than 350 lines, but what is generated", () => {
  assert.ok(sources.size > 350 && builtFiles.has("dist/softplus.js"), "the sources were not read");
  assert.deepEqual(longFiles(sources), []);
});

Deno.test("no function has more than 60 lines without a reason in its comment", () => {
  assert.deepEqual(longFunctions(sources), []);
});

Deno.test("no comment names a folder of one machine", () => {
  assert.deepEqual(machinePaths(files), []);
});

/** Text of some lines. */
const lines = (count: number, text = "  f();") => `${text}\n`.repeat(count);

Deno.test("a planted long file and a planted long function are found", () => {
  const planted: Files = new Map([
    ["lab/long.ts", lines(351, "f();")],
    ["lab/fits.ts", lines(350, "f();")],
    ["lab/a.ts", `/** Computes. */\nexport function a() {\n${lines(59)}}\n`],
    ["lab/b.ts", `const b = { fits() {\n${lines(58)}} };\n`],
    ["lab/c.ts", `/** Long: one step is\n * all there is. */\nfunction c() {\n${lines(59)}}\n`],
    ["lab/d.ts", `/** Long: yes. */\nfunction d() {\n${lines(59)}}\n`],
    ["lab/e.ts", `// Long: a test after the other.\ng(1, () => {\n${lines(59)}});\n`],
    [
      "kernels/f.simd.ts",
      `// @ts-ignore: decorator\n@inline\nfunction f(): v128 {\n${lines(59)}}\n`,
    ],
    ["kernels/g.wgsl", `fn g(\n  a: u32,\n) -> u32 {\n${lines(57)}}\nfn h() {}\n`],
    ["bench/h.py", `def h():\n${lines(60)}\n\nx = 1\n`],
    ["bench/i.py", `def i():\n${lines(59)}\n\nx = 1\n`],
  ]);
  assert.deepEqual(longFiles(planted), ["lab/long.ts has 351 lines"]);
  assert.deepEqual(longFunctions(planted), [
    "lab/a.ts:2 has a function of 61 lines",
    "lab/d.ts:2 has a function of 61 lines",
    "kernels/f.simd.ts:2 has a function of 62 lines",
    "kernels/g.wgsl:1 has a function of 61 lines",
    "bench/h.py:1 has a function of 61 lines",
  ]);
});

Deno.test("a planted machine path is found in a comment, and in no string", () => {
  const home = "/home/";
  const planted: Files = new Map([
    ["lab/a.ts", `// see ${home}ada/x\nconst a = "${home}ada/x"; // https://a.b${home}x\n`],
    ["README.md", `In \`${home}ada/x\`.\n`],
  ]);
  assert.deepEqual(machinePaths(planted), [
    `lab/a.ts:1: // see ${home}ada/x`,
    `README.md:1: In \`${home}ada/x\`.`,
  ]);
});
