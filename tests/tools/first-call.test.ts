/** What the first call costs: every runtime is measured, and the first call stays a small matter. */
import assert from "node:assert/strict";
import { firstCalls } from "../../tools/first_call.ts";
import { missing } from "../../tools/browser.ts";

Deno.test({
  name: "first call: Deno, Node and a browser each import the kit and call it",
  ignore: missing !== undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { rows } = await firstCalls(1);
    assert.deepEqual(rows.map(({ runtime }) => runtime.split(",")[0]), [
      "Deno",
      "Node",
      "Chromium",
    ]);
    for (const row of rows) {
      assert.ok(row.import > 0 && row.first > 0 && row.later > 0, JSON.stringify(row));
      // Measured 10 to 16 ms, half of it the million elements; a machine under load takes longer.
      assert.ok(row.first < 2000, `${row.runtime}: the first call takes ${row.first} ms`);
    }
  },
});
