/** The types beside the bundle: what is public, what that leans on, and nothing else. */
import assert from "node:assert/strict";
import { rollDeclarations } from "../../tools/build/declarations.ts";

/** Rolls the declarations of files that are made up; the first is the entry. */
async function roll(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "softplus-types-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return await rollDeclarations(new URL(`file://${folder}/${Object.keys(files)[0]}`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("types: public names keep their documentation, what they use comes along, the rest stays away", async () => {
  const text = await roll({
    "mod.ts": `/** The module. @module */
import { type Hidden, helper } from "./a.ts";
export { Shown } from "./a.ts";
/** Doubles. */
export function double(x: Hidden): number { return helper(x) * 2; }`,
    "a.ts": `/* About the file. */
/** Hidden, but used. */
export type Hidden = number;
/** Not used by a type. */
export function helper(x: number): number { return x; }
/** Shown. */
export class Shown {
  /** @internal */
  constructor(secret: Secret) { void secret; }
  /** @internal For the kit. */
  static peek(secret: Secret): number { return secret.size; }
  /** Says it. */
  say(): string { return ""; }
}
/** A function with the name of a method is another thing. */
export function say(secret: Secret): string { return String(secret.size); }
export interface Secret { size: number }`,
  });
  assert.equal(
    text,
    `/** Hidden, but used. */
type Hidden = number;
/** Shown. */
export declare class Shown {
    private constructor();
    /** Says it. */
    say(): string;
}
/** Doubles. */
export declare function double(x: Hidden): number;
export {};
`,
  );
});

Deno.test("types: a name that stands for two things is refused, where the public types use it", async () => {
  const files = {
    "mod.ts": `export { first } from "./a.ts"; export { second } from "./b.ts";`,
    "a.ts": `type Size = number; export function first(x: Size): void { void x; }`,
    "b.ts": `type Size = string; export function second(x: Size): void { void x; }`,
  };
  await assert.rejects(roll(files), /two files declare Size/);
  const renamed = { "mod.ts": `export { a as b } from "./a.ts";`, "a.ts": `export const a = 1;` };
  await assert.rejects(roll(renamed), /a is exported under another name/);
});
