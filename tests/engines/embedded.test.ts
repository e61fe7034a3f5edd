/** The text that a URL import fetches instead of files: it is short, and gives the bytes back. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { compress } from "../../tools/build/compress.ts";
import { withoutComments } from "../../tools/build/wgsl.ts";
import { builds, fusedLength, plainLength } from "../../kernels/engines/embedded.ts";
import { expand } from "../../kernels/engines/wasm/expand.ts";
import { property } from "../support/arbitraries.ts";

const roundTrip = (bytes: Uint8Array) =>
  assert.deepEqual(expand(bytes.length, compress(bytes)), bytes);

const fewSymbols = fc.uint8Array({ max: 3, maxLength: 400 });

property(
  "compress and expand: any bytes come back",
  fc.oneof(fewSymbols, fc.uint8Array({ maxLength: 100 })),
  roundTrip,
);

Deno.test("compress and expand: long runs, long literals, far copies", () => {
  const noise = (length: number) =>
    new Uint8Array(length).map((_, i) => Math.imul(i + 1, 2654435761) >>> 24 ^ i >> 3);
  for (
    const length of [0, 1, 2, 3, 4, 14, 15, 16, 17, 18, 19, 142, 143, 144, 145, 146, 147, 5000]
  ) {
    roundTrip(new Uint8Array(length).fill(7));
    roundTrip(noise(length));
  }
  const far = noise(40_000);
  const twice = new Uint8Array([...far, ...far.subarray(0, 300), 9]);
  roundTrip(twice);
  assert.ok(compress(twice).length < compress(far).length + 24, "a copy from 40,000 bytes before");
});

Deno.test("the kernels take a seventh of their size, and the first part is a module by itself", () => {
  const length = fusedLength + plainLength;
  assert.ok(builds.length < length / 7, `${builds.length} characters for ${length} bytes`);
  const both = expand(length);
  assert.deepEqual(expand(fusedLength), both.subarray(0, fusedLength));
  for (const build of [both.subarray(0, fusedLength), both.subarray(fusedLength)]) {
    assert.ok(WebAssembly.validate(build));
  }
});

Deno.test("WGSL loses its comments and nothing else", () => {
  const source = "// a\n/** b\n * c */\nfn f() -> u32 {\n  return 6u / 2u; // d\n\n}\n";
  assert.equal(withoutComments(source), "fn f() -> u32 {\nreturn 6u / 2u;\n}\n");
});
