/**
 * The hash of the sources that a certificate is about.
 *
 * The files are modules and everything they import as values, without those that check arguments and
 * compute nothing. What runs in WebAssembly is there as the bytes of its build, so that neither the other
 * build nor the way in which both are packed counts; a test holds the bytes to the *.simd.ts they come
 * from. Of each file only the code counts: its tokens, so that a comment, the worst error it quotes for
 * one, can change.
 *
 * @module
 */
import { createHash } from "node:crypto";
import ts from "typescript";
import type { Subject } from "./subject.ts";

const root = new URL("../../", import.meta.url);

/** Files that check arguments and compute nothing. */
const APART = ["describe", "engine", "matrix", "options", "prepare"]
  .map((name) => `kernels/engines/${name}.ts`);

/** What a certificate is about. */
export interface Sources {
  /** SHA-256 over the code of the files. */
  readonly hash: string;
  readonly files: readonly string[];
}

/**
 * The sources behind some modules, named from the project's folder, or by their addresses where they lie
 * elsewhere; `*` matches in a folder.
 */
export async function sourcesOf(
  roots: readonly string[],
  apart: readonly string[] = APART,
  binary?: Uint8Array<ArrayBuffer>,
): Promise<Sources> {
  const codes = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    if (codes.has(path) || apart.includes(path)) return;
    codes.set(path, "");
    const { code, imports } = read(path, await Deno.readTextFile(new URL(path, root)));
    codes.set(path, code);
    for (const specifier of imports) {
      if (!specifier.startsWith(".")) continue;
      // AssemblyScript leaves the ending out.
      const file = /\.[jt]s(on)?$/.test(specifier) ? specifier : `${specifier}.ts`;
      const { href } = new URL(file, new URL(path, root));
      await visit(href.startsWith(root.href) ? decodeURI(href.slice(root.href.length)) : href);
    }
  };
  for (const path of roots) for (const file of await matching(path)) await visit(file);
  const files = [...codes.keys()].sort();
  const hash = createHash("sha256");
  for (const path of files) hash.update(`${path}\n${codes.get(path)}\n`);
  if (binary !== undefined) hash.update(binary);
  return { hash: hash.digest("hex"), files };
}

/** The sources that a certificate of a subject is about. */
export function sourcesOfSubject({ roots, binary }: Subject): Promise<Sources> {
  return sourcesOf(roots, APART, binary?.());
}

/** The path itself, or the files that a pattern such as `kernels/*.simd.ts` matches. */
async function matching(path: string): Promise<string[]> {
  if (path.startsWith("file:")) return [path];
  const [, folder = "", start = "", end = ""] = /^(.*\/)([^*/]*)\*([^*/]*)$/.exec(path) ?? [];
  if (folder === "") return [path];
  const found: string[] = [];
  for await (const { name } of Deno.readDir(new URL(folder, root))) {
    if (name.startsWith(start) && name.endsWith(end)) found.push(folder + name);
  }
  if (found.length === 0) throw new Error(`no source matches ${path}`);
  return found.sort();
}

/** The code of a file without comments and layout, and what it imports. */
export function read(path: string, text: string): { code: string; imports: string[] } {
  if (path.endsWith(".json")) return { code: text, imports: [] };
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const tokens: string[] = [];
  const imports: string[] = [];
  const walk = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const isType = ts.isImportDeclaration(node) &&
      node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    if (!isType && (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))) {
      if (node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
        imports.push(node.moduleSpecifier.text);
      }
    }
    const children = node.getChildren(file);
    if (children.length === 0) {
      const token = node.getText(file);
      if (token !== "") tokens.push(token);
    }
    children.forEach(walk);
  };
  walk(file);
  return { code: tokens.join(" "), imports };
}
