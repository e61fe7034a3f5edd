/**
 * Who imports whom, read from a map of files, so that a test can plant a wrong arrow.
 *
 * What counts: static imports and exports, of types too, dynamic ones with a literal, `import("x")`
 * in a type, and modules that are named by a `new URL` from `import.meta.url`; in TypeScript,
 * AssemblyScript (`*.simd.ts`, whose specifiers leave `.ts` out), JavaScript and notebook cells.
 *
 * @module
 */
import { posix } from "node:path";
import ts from "typescript";
import type { Files } from "../support/repository.ts";

/** One file that names another, or a package. */
export interface Import {
  readonly from: string;
  readonly line: number;
  /** A path from the project's folder, or a package's specifier. */
  readonly to: string;
  readonly isPackage: boolean;
}

/** Endings of the files that are read. */
export const importing: RegExp = /\.([cm]?[tj]s|ipynb)$/;

const known = new WeakMap<Files, Import[]>();

/** Every import of the files, in their order; they are read once. */
export function importsOf(files: Files): Import[] {
  return known.getOrInsertComputed(files, read);
}

function read(files: Files): Import[] {
  return [...files].filter(([path]) => importing.test(path)).flatMap(([path, text]) => {
    const file = ts.createSourceFile(path, codeOf(path, text), ts.ScriptTarget.ESNext, true);
    return specifiersIn(file).map((node): Import => {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      const isPackage = !/^\.{0,2}\//.test(node.text) && !isModuleUrl(node.parent);
      const at = { from: path, line: line + 1, isPackage };
      if (isPackage) return { ...at, to: node.text };
      const to = posix.join(posix.dirname(path), node.text);
      return { ...at, to: [to, `${to}.ts`].find((candidate) => files.has(candidate)) ?? to };
    });
  });
}

/** The code of a notebook's cells, or the text itself. */
function codeOf(path: string, text: string): string {
  if (!path.endsWith(".ipynb")) return text;
  const { cells } = JSON.parse(text) as {
    cells: { cell_type: string; source: string | string[] }[];
  };
  return cells.filter(({ cell_type }) => cell_type === "code")
    .map(({ source }) => [source].flat().join("")).join("\n");
}

function specifiersIn(file: ts.SourceFile): ts.StringLiteralLike[] {
  const found: ts.StringLiteralLike[] = [];
  const add = (node: ts.Node | undefined) => {
    if (node && ts.isStringLiteralLike(node)) found.push(node);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0]);
    } else if (isModuleUrl(node)) add(node.arguments![0]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Whether a node is a URL of a module beside this one, from `import.meta.url`; data that is read so is no module. */
function isModuleUrl(node: ts.Node): node is ts.NewExpression {
  if (!ts.isNewExpression(node) || node.expression.getText() !== "URL") return false;
  const [path, base] = node.arguments ?? [];
  return path !== undefined && ts.isStringLiteralLike(path) && /\.[cm]?[tj]s$/.test(path.text) &&
    base?.getText() === "import.meta.url";
}

/** A closed path through a graph, from and to the same node, if there is one. */
export function circles(edges: Iterable<readonly [string, string]>): string[][] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) {
    if (from !== to) next.set(from, (next.get(from) ?? new Set()).add(to));
  }
  const found: string[][] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (node: string, path: readonly string[]): void => {
    if (state.get(node) === "done") return;
    if (state.get(node) === "open") {
      found.push([...path.slice(path.indexOf(node)), node]);
      return;
    }
    state.set(node, "open");
    for (const one of next.get(node) ?? []) visit(one, [...path, node]);
    state.set(node, "done");
  };
  for (const node of next.keys()) visit(node, []);
  return found;
}
