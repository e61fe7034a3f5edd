/**
 * Rolls the declarations of a module, and of all it imports, into one file: what an editor or tsc
 * reads beside the bundle. Public names only, and what they lean on.
 */

import { fileURLToPath } from "node:url";
import ts from "typescript";

/** A declaration of one file, by the name that others know it by. */
interface Declared {
  readonly text: string;
  /** Names that stand in it. */
  readonly uses: ReadonlySet<string>;
}

/** What one file has. */
interface Declarations {
  readonly declared: ReadonlyMap<string, readonly Declared[]>;
  /** Of `export ... from`: the public name, the file and the name there. */
  readonly exported: readonly { name: string; from: URL; own: string }[];
  readonly imports: readonly URL[];
  /** What comes from packages: the statement of each local name, without its specifier, and that. */
  readonly packages: ReadonlyMap<string, { readonly clause: string; readonly specifier: string }>;
}

/** What is not rolled in, but imported. */
export interface Outside {
  /** The source of another door: what it exports is imported from `file`. */
  readonly behind: URL;
  readonly file: string;
  /** How a package is named in the result. */
  specifier(name: string): string;
}

/** The text of the declarations of `entry`. Throws where one name stands for two things. */
export async function rollDeclarations(entry: URL, outside?: Outside): Promise<string> {
  const all = new Map<string, readonly Declared[]>();
  const homes = new Map<string, string>();
  const files = new Map<string, Declarations>();
  const packages = new Map<string, string>();
  const others = outside ? await exportsOf(outside.behind) : new Set<string>();
  const room = outside && new URL("..", outside.behind).href;
  const visit = async (url: URL): Promise<void> => {
    if (files.has(url.href)) return;
    const file = declarationsOf(url, await Deno.readTextFile(url));
    files.set(url.href, file);
    for (const imported of file.imports) await visit(imported);
    for (const [name, { clause, specifier }] of file.packages) {
      if (outside) packages.set(name, `${clause} from "${outside.specifier(specifier)}";`);
    }
    const isThere = room !== undefined && url.href.startsWith(room);
    for (const [name, list] of file.declared) {
      if (isThere && others.has(name)) {
        packages.set(name, `import type { ${name} } from "${outside!.file}";`);
        continue;
      }
      // Only public ones and what they use are kept; a clash among those is found below.
      if (!all.has(name)) homes.set(name, url.href);
      else if (homes.get(name) !== url.href) homes.set(name, "twice");
      all.set(name, list);
    }
  };
  await visit(entry);

  const top = files.get(entry.href)!;
  const names = [...top.declared.keys()];
  for (const { name, own, from } of top.exported) {
    if (name !== own) throw new Error(`${from.href}: ${own} is exported under another name`);
    names.push(name);
  }
  const kept = new Set<string>();
  const heads = new Set<string>();
  const keep = (name: string): void => {
    if (kept.has(name)) return;
    const imported = packages.get(name);
    if (imported !== undefined && !all.has(name)) heads.add(imported);
    if (!all.has(name)) return;
    if (homes.get(name) === "twice") {
      throw new Error(`two files declare ${name}, and the public types use one of them`);
    }
    kept.add(name);
    for (const { uses } of all.get(name)!) uses.forEach(keep);
  };
  names.forEach(keep);
  const isPublic = new Set(names);
  const texts = [...kept].sort().flatMap((name) =>
    all.get(name)!.map(({ text }) =>
      isPublic.has(name) ? text.replace(/^((?:\/\*\*[^]*?\*\/\s*)?)/, "$1export ") : text
    )
  );
  const imports = [...heads].sort().map((one) => one.includes('"npm:') ? MAYBE + one : one);
  return [...imports, ...texts].join("\n") + "\nexport {};\n";
}

/** Types of packages that a user need not have: then they are any. */
const MAYBE = "// @ts-ignore: any, where the package is not installed\n";

/** The names that a module exports. */
async function exportsOf(url: URL): Promise<Set<string>> {
  const { declared, exported } = declarationsOf(url, await Deno.readTextFile(url));
  return new Set([...declared.keys(), ...exported.map(({ name }) => name)]);
}

function declarationsOf(url: URL, source: string): Declarations {
  const { outputText } = ts.transpileDeclaration(source, {
    fileName: fileURLToPath(url),
    compilerOptions: { target: ts.ScriptTarget.ESNext, strict: true, isolatedDeclarations: true },
  });
  const file = ts.createSourceFile("a.d.ts", outputText, ts.ScriptTarget.ESNext, true);
  const declared = new Map<string, Declared[]>();
  const exported: { name: string; from: URL; own: string }[] = [];
  const imports: URL[] = [];
  const packages = new Map<string, { clause: string; specifier: string }>();
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) {
      const specifier = statement.moduleSpecifier;
      const text = specifier && ts.isStringLiteral(specifier) ? specifier.text : "./";
      if (!text.startsWith(".")) {
        for (const [name, clause] of clausesOf(statement)) {
          packages.set(name, { clause, specifier: text });
        }
        continue;
      }
      const from = specifier ? new URL(text, url) : url;
      if (from !== url && from.pathname.endsWith(".ts")) imports.push(from);
      const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
      if (clause === undefined || !ts.isNamedExports(clause)) continue;
      for (const { name, propertyName } of clause.elements) {
        exported.push({ name: name.text, from, own: (propertyName ?? name).text });
      }
      continue;
    }
    const internal = internalMembers(statement);
    let text = statement.getFullText(file);
    for (const { member, instead } of internal.toReversed()) {
      const [from, to] = [member.getFullStart(), member.end].map((at) => at - statement.pos);
      text = text.slice(0, from) + instead + text.slice(to);
    }
    text = text.trim();
    // The comment of the module itself is not the first statement's.
    text = text.slice(lastComment(text)).replace(/^((?:\/\*\*[^]*?\*\/\s*)?)export /, "$1");
    const uses = identifiersOf(statement, new Set(internal.map(({ member }) => member)));
    for (const name of namesOf(statement)) {
      declared.set(name, [...declared.get(name) ?? [], { text, uses }]);
    }
  }
  return { declared, exported, imports, packages };
}

/** Each local name of an import, with the statement that imports it alone. */
function clausesOf(statement: ts.ImportDeclaration | ts.ExportDeclaration): [string, string][] {
  if (!ts.isImportDeclaration(statement) || !statement.importClause) return [];
  const { name, namedBindings } = statement.importClause;
  const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
  return [
    ...name ? [[name.text, `import type ${name.text}`] as [string, string]] : [],
    ...named.map((one): [string, string] => [one.name.text, `import type { ${one.getText()} }`]),
  ];
}

/** Where the comment right before the code begins, of a statement's text with all before it. */
function lastComment(text: string): number {
  const ranges = ts.getLeadingCommentRanges(text, 0) ?? [];
  const last = ranges.at(-1);
  return last === undefined ? 0 : text.startsWith("/**", last.pos) ? last.pos : last.end;
}

/** Members of a class that are not for users, in their order, and what stands there instead. */
function internalMembers(
  statement: ts.Statement,
): readonly { member: ts.ClassElement; instead: string }[] {
  if (!ts.isClassDeclaration(statement)) return [];
  return statement.members.flatMap((member, at) => {
    if (ts.getJSDocTags(member).some(({ tagName }) => tagName.text === "internal")) {
      const isConstructor = ts.isConstructorDeclaration(member);
      return [{ member, instead: isConstructor ? "\n    private constructor();" : "" }];
    }
    // isolatedDeclarations puts a member with a computed name before the others as a property, too.
    const twice = ts.isPropertyDeclaration(member) && ts.isComputedPropertyName(member.name) &&
      statement.members.slice(at + 1).some((later) => nameOfMember(later) === nameOfMember(member));
    return twice ? [{ member, instead: "" }] : [];
  });
}

const nameOfMember = (member: ts.ClassElement): string => member.name?.getText() ?? "";

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.DeclarationStatement;
  return name === undefined ? [] : [name.getText()];
}

/** What a declaration uses by name; the names of its own members and parameters are no uses. */
function identifiersOf(root: ts.Node, without: ReadonlySet<ts.Node>): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (node: ts.Node): void => {
    if (without.has(node)) return;
    const isName = (ts.isTypeElement(node.parent) || ts.isClassElement(node.parent) ||
      ts.isParameter(node.parent)) && node.parent.name === node;
    if (ts.isIdentifier(node) && !isName) found.add(node.text);
    ts.forEachChild(node, walk);
  };
  walk(root);
  return found;
}
