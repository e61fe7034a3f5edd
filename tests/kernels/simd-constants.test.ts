/** The SIMD kernels' constants are those of their twins, and of the derivation scripts, bit for bit. */
import assert from "node:assert/strict";
import { hex } from "../../kernels/hex.ts";
import { writeOutBlocks, writeOutConstants } from "../../tools/build/assemblyscript.ts";

const kernels = new URL("../../kernels/", import.meta.url);

/** Names and values of `const NAME = KIND("...")` in a source. */
async function constants(file: string, kind: "hex" | "pair"): Promise<Map<string, number>> {
  const source = await Deno.readTextFile(new URL(file, kernels));
  const found = source.matchAll(new RegExp(`^const (\\w+) = ${kind}\\("([^"]+)"\\)`, "gm"));
  return new Map(Array.from(found, ([, name, text]) => [name!, hex(text!)]));
}

for (const [core, count] of [["exp", 16], ["log1p", 18]] as const) {
  Deno.test(`${core}.simd.ts has the constants of ${core}.ts`, async () => {
    const plain = await constants(`${core}.ts`, "hex");
    const simd = await constants(`${core}.simd.ts`, "pair");
    assert.equal(plain.size, count, "constants found");
    for (const [name, value] of plain) {
      assert.ok(Object.is(simd.get(name), value), `${name}: ${simd.get(name)} for ${value}`);
    }
  });
}

Deno.test("constants are written out so that they read back to the same bits", () => {
  assert.equal(writeOutConstants('f(hex("0x1p+3"), hex("-0x1.8p-1"))'), "f(8.0, -0.75)");
  const quad = writeOutConstants('quad("0x1.715476p+0")');
  const numbers = quad.match(/[\d.]+(?=[,\]])/g)!.map(Number);
  assert.deepEqual(numbers, Array(4).fill(hex("0x1.715476p+0")));
  assert.match(
    writeOutConstants('pair("0x1.62e42fefa39efp-1")'),
    /^memory\.data<f64>\(\[.*\], 16\)$/,
  );
  assert.throws(() => writeOutConstants('quad("0x1.62e42fefa39efp-1")'), /is not a float32/);
});

Deno.test("lines with $ are written out vector by vector", () => {
  const lines = (text: string) => writeOutBlocks(text).split("\n");
  const written = lines("before\na$ = b$ + $;\n// why\nc$;\nafter\nd$;");
  assert.equal(written.length, 1 + 16 + 1 + 8);
  assert.deepEqual(written.slice(0, 5), ["before", "a0 = b0 + 0;", "c0;", "a1 = b1 + 1;", "c1;"]);
  assert.deepEqual(written.slice(16, 19), ["c7;", "after", "d0;"]);
  assert.deepEqual(lines("none\n// $ in a comment"), ["none", "// $ in a comment"]);
});
