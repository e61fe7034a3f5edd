/** Once a call is settled and its pool disposed, or its arrays freed, nobody writes. In Deno and Node. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { capture } from "../tools/process.ts";

const script = fileURLToPath(new URL("users/late_writes.js", import.meta.url));
const runtimes = {
  deno: [Deno.execPath(), "run", "--no-prompt", "--no-lock", script],
  node: ["node", script],
} as const;

for (const [what, rounds] of [["dispose", 100], ["free", 200]] as const) {
  Deno.test(`no late write after ${what}, in ${rounds} rounds, in Deno and in Node`, async () => {
    await Promise.all(
      Object.entries(runtimes).map(async ([name, [command, ...args]]) => {
        const { success, stdout, stderr } = await capture(command, [...args, what, `${rounds}`]);
        assert.ok(success, `${name}: ${stderr}`);
        const { late, rejected } = JSON.parse(stdout);
        assert.equal(late, 0, name);
        if (what === "dispose") assert.ok(rejected > rounds / 2, `${name}: ${rejected} rejected`);
      }),
    );
  });
}
