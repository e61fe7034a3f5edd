/** Workers run no preload and heed no flag of the process that starts them. In Node. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { capture, root } from "../../../tools/process.ts";

const program = fileURLToPath(new URL("../../users/threads.js", import.meta.url));

const preloads = {
  "preload.cjs": `if (!require("node:worker_threads").isMainThread) throw new Error("preloaded");`,
  "preload.mjs": `import { isMainThread } from "node:worker_threads";
if (!isMainThread) throw new Error("preloaded");`,
};

/** Runs a shell command in a folder that has the preloads. */
async function shell(command: string) {
  const folder = await Deno.makeTempDir({ prefix: "softplus-flags-" });
  try {
    for (const [name, text] of Object.entries(preloads)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const dist = fileURLToPath(new URL("dist/softplus.js", root));
    const text = await Deno.readTextFile(program);
    await Deno.writeTextFile(
      `${folder}/main.mjs`,
      text.replace("../../dist/softplus.js", `file://${dist}`),
    );
    return await capture("timeout", ["30", "sh", "-c", command], { cwd: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const commands = {
  "a module from stdin": "node --input-type=module < main.mjs",
  "--require": "node --require ./preload.cjs main.mjs",
  "--import": "node --import ./preload.mjs main.mjs",
  "NODE_OPTIONS": 'NODE_OPTIONS="--require $PWD/preload.cjs" node main.mjs',
  "--max-old-space-size": "node --max-old-space-size=200 main.mjs",
  "Deno without permissions": `"${Deno.execPath()}" run --no-prompt --no-lock main.mjs`,
};

for (const [name, command] of Object.entries(commands)) {
  Deno.test(`threads run under ${name}`, async () => {
    const { success, stdout, stderr } = await shell(command);
    assert.ok(success, stderr);
    assert.equal(stdout.trim(), "right");
  });
}

for (const runtime of ["node --jitless", `"${Deno.execPath()}" run --v8-flags=--jitless`]) {
  Deno.test(`threads without WebAssembly: ${runtime.replace(/^".*"/, "deno")}`, async () => {
    const flags = runtime.startsWith("node") ? "" : "--no-prompt --no-lock";
    const { stderr } = await shell(
      `echo 'import { threads } from "'$PWD'/kit.mjs"; await threads();' > try.mjs
      sed -n 's|.*"\\(file:.*\\)".*|export * from "\\1";|p' main.mjs > kit.mjs
      ${runtime} ${flags} try.mjs`,
    );
    assert.match(stderr, /ThreadsUnavailableError: threads: WebAssembly is missing/);
  });
}

const [major] = (await capture("node", ["--version"])).stdout.slice(1).split(".").map(Number);
const permission = major! < 23 ? "--experimental-permission" : "--permission";

for (const allowed of [false, true]) {
  Deno.test(`Node's ${permission} ${allowed ? "with" : "without"} --allow-worker`, async () => {
    const { stdout, stderr } = await shell(
      `node ${permission} --allow-fs-read='*' ${allowed ? "--allow-worker" : ""} main.mjs`,
    );
    if (allowed) return assert.equal(stdout.trim(), "right", stderr);
    assert.match(stderr, /ThreadsUnavailableError: .*--allow-worker/);
  });
}
