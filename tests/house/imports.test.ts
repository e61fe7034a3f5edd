import assert from "node:assert/strict";
import { posix } from "node:path";
import ts from "typescript";
import { type Files, projectFiles } from "../support/repository.ts";
import { circles, type Import, importing, importsOf } from "./imports.ts";

/** The rooms of the house; each may import itself and those after it. */
const ROOMS = [
  "tools",
  "notebooks",
  "bench",
  "lab",
  "kernels/formula",
  "kernels/engines",
  "kernels",
];

/** What users import. Inside the house only those who stand for users may. */
const isDoor = (path: string) => /^((mod|define|lab)\.ts$|dist\/)/.test(path);

const roomOf = (path: string) => ROOMS.findIndex((room) => path.startsWith(`${room}/`));

/** Why one file may not import another, or undefined. */
function objection({ from, to, isPackage }: Import): string | undefined {
  if (from.startsWith("tests/")) return undefined;
  if (isPackage) {
    const isFree = from.startsWith("kernels/") || isDoor(from) && !/^(dist\/)?lab\./.test(from);
    return isFree ? "has no dependency" : undefined;
  }
  if (to.startsWith("tests/")) return "imports a test";
  if (isDoor(from)) return to.startsWith("dist/") ? undefined : "leads to dist/ alone";
  if (isDoor(to)) {
    return from.startsWith("notebooks/") ? undefined : "takes the door, not the sources";
  }
  if (to === "deno.json") return from.startsWith("kernels/") ? "reads a manifest" : undefined;
  if (roomOf(from) === -1 || roomOf(to) === -1) return "is in no room";
  return roomOf(from) <= roomOf(to) ? undefined : "points back";
}

/** Every arrow that the house has no place for. */
function wrongArrows(files: Files): string[] {
  return importsOf(files).flatMap((one) => {
    const why = !one.isPackage && !files.has(one.to) ? "does not exist" : objection(one);
    return why === undefined ? [] : [`${one.from}:${one.line} -> ${one.to}: ${why}`];
  });
}

/** Circles from file to file. */
function fileCircles(files: Files): string[] {
  const edges = importsOf(files).filter(({ isPackage }) => !isPackage)
    .map(({ from, to }) => [from, to] as const);
  return circles(edges).map((circle) => circle.join(" -> "));
}

/**
 * Circles from folder to folder. A file beside a folder of the same name is its head and belongs to it. A folder
 * and one inside it are no two places: the inner files use what lies around them, and what is beside
 * the folder uses its head; there the circles of files say enough. Tests are no room of the house.
 */
function folderCircles(files: Files): string[] {
  const folders = new Set([...files.keys()].map(posix.dirname));
  const folderOf = (path: string) => {
    const headed = path.replace(/\.[^./]+$/, "");
    return folders.has(headed) ? headed : posix.dirname(path);
  };
  const contains = (outer: string, inner: string) => `${inner}/`.startsWith(`${outer}/`);
  const edges = importsOf(files).filter(({ from, isPackage }) =>
    !isPackage && !from.startsWith("tests/")
  )
    .map(({ from, to }) => [folderOf(from), folderOf(to)] as const)
    .filter(([from, to]) => !contains(from, to) && !contains(to, from));
  return circles(edges).map((circle) => circle.join(" -> "));
}

/** Where code of the kernels names Deno. */
function denoInKernels(files: Files): string[] {
  return [...files].filter(([path]) => /^kernels\/.*\.ts$/.test(path)).flatMap(([path, text]) => {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && node.text === "Deno") {
        found.push(`${path}:${file.getLineAndCharacterOfPosition(node.pos).line + 1}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  });
}

const files = projectFiles((path) => importing.test(path) || /\.(json|wgsl|css)$/.test(path));

Deno.test("imports point one way, and what they name exists", () => {
  assert.ok(importsOf(files).length > 1500, "the imports were not read");
  assert.deepEqual(wrongArrows(files), []);
});

Deno.test("no circle of files, none of folders", () => {
  assert.deepEqual(fileCircles(files), []);
  assert.deepEqual(folderCircles(files), []);
});

Deno.test("kernels/ uses no Deno", () => {
  assert.deepEqual(denoInKernels(files), []);
});

/** A house with one fault. */
const planted = (changes: Readonly<Record<string, string>>): Files =>
  new Map(Object.entries({
    "mod.ts": 'export * from "./dist/softplus.js";',
    "dist/softplus.js": "export const y = 1;",
    "deno.json": "{}",
    "kernels/exp.ts": "export const y = 1; export type Y = number;",
    "kernels/exp.simd.ts": "export const y = 1;",
    "kernels/engines/types.ts": 'export type { Y } from "../exp.ts";',
    "kernels/engines/wasm.ts": 'export * from "./wasm/arena.ts";',
    "kernels/engines/wasm/arena.ts": 'import type { Y } from "../types.ts";',
    "lab/floats.ts": 'import "npm"; import { y } from "../kernels/exp.ts";',
    "bench/run.ts": 'import { y } from "../lab/floats.ts";',
    "notebooks/a.ipynb": '{"cells":[{"cell_type":"code","source":["import \\"../mod.ts\\";"]}]}',
    "tests/a.ts": 'import "../kernels/exp.ts"; import "../mod.ts";',
    ...changes,
  }));

Deno.test("a planted arrow back is found, however it is written", () => {
  assert.deepEqual(wrongArrows(planted({})), []);
  const back: readonly (readonly [string, string, string])[] = [
    ["kernels/exp.ts", 'import "../lab/floats.ts";', "lab/floats.ts: points back"],
    ["kernels/exp.ts", '\nexport type Y = import("./engines/types.ts").Y;', "points back"],
    ["kernels/exp.ts", 'import type { Y } from "./engines/types.ts";', "points back"],
    [
      "kernels/exp.ts",
      'import a from "../deno.json" with { type: "json" };',
      "deno.json: reads a manifest",
    ],
    ["kernels/exp.ts", 'import fc from "fast-check";', "fast-check: has no dependency"],
    ["kernels/exp.simd.ts", 'import { Y } from "./engines/types";', "types.ts: points back"],
    ["lab/floats.ts", 'const a = await import("../bench/run.ts");', "bench/run.ts: points back"],
    ["lab/floats.ts", 'new Worker(new URL("../bench/run.ts", import.meta.url));', "points back"],
    ["lab/floats.ts", 'new Worker(new URL("run.ts", import.meta.url));', "does not exist"],
    ["bench/run.ts", 'export * from "../tests/a.ts";', "tests/a.ts: imports a test"],
    ["bench/run.ts", 'export * from "../mod.ts";', "mod.ts: takes the door, not the sources"],
    ["mod.ts", 'export * from "./kernels/exp.ts";', "kernels/exp.ts: leads to dist/ alone"],
    ["attic/a.ts", 'import "../lab/floats.ts";', "is in no room"],
    [
      "notebooks/a.ipynb",
      '{"cells":[{"cell_type":"code","source":"\\nimport \\"../tests/a.ts\\""}]}',
      "notebooks/a.ipynb:2 -> tests/a.ts: imports a test",
    ],
  ];
  for (const [path, text, why] of back) {
    const found = wrongArrows(planted({ [path]: text }));
    assert.equal(found.length, 1, `${text}: ${found}`);
    assert.ok(found[0]!.startsWith(`${path}:`) && found[0]!.endsWith(why), found[0]!);
  }
});

Deno.test("a planted circle is found, of files and of folders", () => {
  const around = planted({
    "lab/a/a.ts": 'import "../b/b.ts";',
    "lab/b/b.ts": 'import type { A } from "./c.ts";',
    "lab/b/c.ts": 'type A = import("../a/a.ts").A;',
  });
  assert.deepEqual(fileCircles(around), ["lab/a/a.ts -> lab/b/b.ts -> lab/b/c.ts -> lab/a/a.ts"]);
  assert.deepEqual(folderCircles(around), ["lab/a -> lab/b -> lab/a"]);
  const folders = planted({
    "lab/a.ts": 'import "./b/one.ts";',
    "lab/a/two.ts": "",
    "lab/b/one.ts": "",
    "lab/b/two.ts": 'import "../a/two.ts";',
  });
  assert.deepEqual(fileCircles(folders), []);
  assert.deepEqual(folderCircles(folders), ["lab/a -> lab/b -> lab/a"]);
});

Deno.test("Deno in the code of a kernel is found, in a comment it is not", () => {
  const text = "// Deno has it\nexport const y = (globalThis as any).Deno;";
  assert.deepEqual(denoInKernels(planted({ "kernels/exp.ts": text })), ["kernels/exp.ts:2"]);
});
