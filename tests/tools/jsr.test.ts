/**
 * What JSR scores a package by, as far as a package can see to it itself. The site adds three things
 * that are set there when the package is made: its description, the runtimes it works with (Deno,
 * Node, browsers: the other tests here are the proof), and provenance, which publishing from CI
 * gives.
 */
import assert from "node:assert/strict";
import { capture } from "../../tools/process.ts";

interface Tag {
  readonly kind: string;
  readonly doc?: string;
}
interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly Tag[];
}
interface Module {
  readonly module_doc?: { readonly jsDoc?: JsDoc } & JsDoc;
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly { readonly kind: string; readonly jsDoc?: JsDoc }[];
  }[];
}

async function documentation(door = "mod.ts"): Promise<Module> {
  const { success, stdout, stderr } = await capture(Deno.execPath(), ["doc", "--json", door]);
  assert.ok(success, stderr);
  const [module] = Object.values((JSON.parse(stdout) as { nodes: Record<string, Module> }).nodes);
  assert.ok(module);
  return module;
}

const examples = (doc: JsDoc | undefined) =>
  (doc?.tags ?? []).filter(({ kind, doc }) => kind === "example" && doc?.includes("```ts"));

Deno.test("JSR: there is a README, and the module has a documentation with an example", async () => {
  const { module_doc } = await documentation();
  assert.ok(examples(module_doc).length > 0 && (module_doc?.doc ?? "") !== "");
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  assert.match(readme, /```ts/);
});

Deno.test("JSR: every symbol is documented with an example", async () => {
  const { symbols } = await documentation();
  assert.ok(symbols.length > 35, "the list is not empty by mistake");
  for (const { name, declarations } of symbols) {
    assert.ok(declarations.some(({ jsDoc }) => jsDoc?.doc), `${name} has no documentation`);
    assert.ok(
      declarations.some(({ jsDoc }) => examples(jsDoc).length > 0),
      `${name} has no example`,
    );
  }
});

Deno.test("JSR: of the laboratory every symbol is documented, every function and class with an example", async () => {
  const { module_doc, symbols } = await documentation("lab.ts");
  assert.ok(examples(module_doc).length > 0);
  assert.ok(symbols.length > 25, "the list is not empty by mistake");
  for (const { name, declarations } of symbols) {
    assert.ok(declarations.some(({ jsDoc }) => jsDoc?.doc), `${name} has no documentation`);
    if (!declarations.some(({ kind }) => kind === "function" || kind === "class")) continue;
    assert.ok(
      declarations.some(({ jsDoc }) => examples(jsDoc).length > 0),
      `${name} has no example`,
    );
  }
});

Deno.test("JSR: the package can be published, without slow types, and is what it should be", async () => {
  const { success, stdout, stderr } = await capture(
    Deno.execPath(),
    ["publish", "--dry-run", "--allow-dirty"],
    { env: { NO_COLOR: "1" } },
  );
  assert.ok(success, stderr);
  // The one module that is imported by a name of the user's, who gives an absolute address.
  const own = /warning\[unanalyzable-dynamic-import\][^]*?await import\(new URL\(module\)\.href\)/;
  const text = (stdout + stderr).replace(own, "");
  assert.doesNotMatch(text, /warning|slow-types?\]/i);
  const files = [...text.matchAll(/file:\/\/\S*\/(\S+) \(/g)].map(([, name]) => name).sort();
  assert.deepEqual(files, [
    ...["CHANGELOG.md", "LICENSE", "README.md", "deno.json"],
    ...["lab.d.ts", "lab.js", "lab.ts", "mod.ts", "softplus.d.ts", "softplus.js"],
  ]);
});
