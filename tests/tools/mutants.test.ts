/** The runner of planted faults, on a toy; and the faults themselves, which must fit the sources. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { occurrences, tryMutants } from "../mutants/plant.ts";
import { equivalents, rooms } from "../mutants/mod.ts";
import type { Mutant } from "../mutants/types.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const toy = {
  "sign.ts": "export const sign = (x: number): number => x < 0 ? -1 : x > 0 ? 1 : 0;\n",
  "sign.test.ts": `import { sign } from "./sign.ts";
Deno.test("negative", () => { if (sign(-2) !== -1) throw new Error("wrong"); });
Deno.test("positive", () => { if (sign(2) !== 1) throw new Error("wrong"); });
Deno.test("fails as it is", () => { throw new Error("always"); });
`,
};

function fault(name: string, text: string, replacement: string, filter: string): Mutant {
  return { name, file: "sign.ts", text, replacement, tests: ["sign.test.ts"], filter, notice: "" };
}

Deno.test("mutants: a fault is killed or survives, or it is said why it cannot be planted", async () => {
  const folder = await Deno.makeTempDir({ prefix: "softplus-toy-" });
  try {
    for (const [name, text] of Object.entries(toy)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const faults = [
      fault("seen", "? -1", "? 1", "/tive/"),
      fault("unseen", ": 0;", ": 7;", "/tive/"),
      fault("seen by another test", "? -1", "? 1", "positive"),
      fault("two places", " ? ", " ! ", "/tive/"),
      fault("no program", "=> x", "=> ) x", "/tive/"),
      fault("red before", "? -1", "? 1", "fails"),
      fault("no test", "? -1", "? 1", "nobody"),
    ];
    const reported: string[] = [];
    const outcomes = await tryMutants(folder, faults, 2, ({ mutant }) => {
      reported.push(mutant.name);
    });
    const verdicts = new Map(outcomes.map(({ mutant, verdict }) => [mutant.name, verdict]));
    assert.deepEqual(faults.map(({ name }) => verdicts.get(name)), [
      ...["killed", "SURVIVED", "SURVIVED"],
      ...["cannot be planted", "cannot be planted", "cannot be planted", "cannot be planted"],
    ]);
    assert.equal(reported.length, faults.length);
    for (const { verdict, why } of outcomes) {
      assert.equal(why === "", verdict !== "cannot be planted", why);
    }
    assert.equal(await Deno.readTextFile(`${folder}/sign.ts`), toy["sign.ts"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("mutants: each has its place, its tests and a name of its own", async () => {
  const all = Object.values(rooms).flat();
  const sources = new Map<string, string>();
  for (const { file, name, text, replacement } of [...all, ...equivalents]) {
    const source = sources.get(file) ?? await Deno.readTextFile(root + file);
    sources.set(file, source);
    assert.equal(occurrences(source, text), 1, `${file}: ${name}: ${JSON.stringify(text)}`);
    assert.notEqual(text, replacement, name);
  }
  const names = all.map(({ file, name }) => `${file}: ${name}`);
  assert.equal(new Set(names).size, names.length, "two faults of one name");
  for (const test of new Set(all.flatMap(({ tests }) => tests))) {
    assert.ok((await Deno.stat(root + test)).isFile, test);
    assert.doesNotMatch(
      test,
      /certificates\.test/,
      "a fault is seen by what it does, not by a hash",
    );
  }
});
