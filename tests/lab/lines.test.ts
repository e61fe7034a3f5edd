import assert from "node:assert/strict";
import { linesOf } from "../../lab/lines.ts";

Deno.test("lines: in whatever pieces they come, also the last one, which nothing ends", async () => {
  const bytes = new TextEncoder().encode("eins\n\nzwölf\nhalf");
  for (const size of [1, 3, bytes.length]) {
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, i) => bytes.slice(i * size, (i + 1) * size),
    );
    const found = await Array.fromAsync(linesOf(ReadableStream.from(pieces)));
    assert.deepEqual(found, ["eins", "", "zwölf", "half"]);
  }
  assert.deepEqual(await Array.fromAsync(linesOf(ReadableStream.from([]))), []);
});
