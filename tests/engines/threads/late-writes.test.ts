/** Once a call is settled and its pool disposed, or its arrays freed, nobody writes. In Deno and Node. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { capture } from "../../../tools/process.ts";

const script = fileURLToPath(new URL("../../users/late_writes.js", import.meta.url));
const killing = fileURLToPath(new URL("../../users/killed.js", import.meta.url));
const runtimes = {
  deno: [Deno.execPath(), "run", "--no-prompt", "--no-lock", script],
  node: ["node", script],
} as const;

const rounds = 200;
for (const what of ["dispose", "free"]) {
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

Deno.test("workers killed at any time: right, or rejected where in place, and no late write", async () => {
  await Promise.all(
    Object.entries(runtimes).map(async ([name, [command, ...args]]) => {
      const killed = args.map((arg) => arg === script ? killing : arg);
      const { success, stdout, stderr } = await capture(command, [...killed, "40"]);
      assert.ok(success, `${name}: ${stderr}`);
      const { right, wrong, rejected, late } = JSON.parse(stdout);
      assert.deepEqual([wrong, late], [0, 0], name);
      assert.equal(right + rejected, 120, name);
    }),
  );
});
