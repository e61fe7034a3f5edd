/** Where WebAssembly cannot run, arrays get one named error; numbers and `scalar` go on. */
import assert from "node:assert/strict";
import type vm from "node:vm";
import { capture } from "../../tools/process.ts";
import { startHost } from "../../tools/serve.ts";
import { browserTest } from "../../tools/browser.ts";
import {
  calls,
  checkTheRest,
  dist,
  type Found,
  foundIn,
  realm,
  type Refusal,
  wanted,
} from "../support/realm.ts";

/** An error that names what is missing and what to do, and keeps what the runtime said. */
function checkRefusal(found: unknown, message: RegExp, causes: RegExp): void {
  const { name, named, message: said, cause } = found as Refusal;
  assert.deepEqual([name, named], ["WasmUnavailableError", true], JSON.stringify(found));
  assert.match(said, message);
  assert.match(said, /^wasm: .*scalar\.softplus\(x\) works without WebAssembly$/);
  assert.match(cause ?? "none", causes);
}

Deno.test("no WebAssembly: arrays get the named error, numbers and scalar go on", () => {
  const cases: [
    before: string,
    message: RegExp,
    cause: RegExp,
    options?: vm.CreateContextOptions,
  ][] = [
    ["delete WebAssembly", /WebAssembly is missing/, /ReferenceError/],
    ["WebAssembly = undefined", /WebAssembly is missing/, /TypeError/],
    ["WebAssembly = {}", /may not be compiled/, /TypeError/],
    ["", /'wasm-unsafe-eval'/, /CompileError/, { codeGeneration: { wasm: false, strings: true } }],
    [
      `WebAssembly.Module = function () { throw new RangeError("WebAssembly.Module(): Compile is ` +
      `disallowed on the main thread, if the buffer size is larger than 4KB."); }`,
      /call from a worker/,
      /RangeError/,
    ],
    [
      `WebAssembly.Module = function () { throw new RangeError("Out of memory"); }`,
      /too little memory or address space/,
      /RangeError/,
    ],
  ];
  for (const [before, message, cause, options] of cases) {
    const found = foundIn(realm(before, options));
    checkRefusal(found.arrays, message, cause);
    checkRefusal(found.alloc, message, cause);
    checkTheRest(found, before);
  }
});

Deno.test("no WebAssembly: a failure is not remembered", () => {
  const run = realm(
    "var { Memory, Module, Instance, validate } = WebAssembly; var kept = WebAssembly",
  );
  const steps: [fail: string, mend: string][] = [
    ["delete globalThis.WebAssembly", "globalThis.WebAssembly = kept"],
    ["kept.Module = function () { throw new RangeError('no'); }", "kept.Module = Module"],
    ["kept.Memory = function () { throw new RangeError('no'); }", "kept.Memory = Memory"],
    ["kept.Instance = function () { throw new RangeError('no'); }", "kept.Instance = Instance"],
  ];
  for (const [fail, mend] of steps) {
    run(fail);
    const { name, named } = foundIn(run).arrays as Refusal;
    assert.deepEqual([name, named], ["WasmUnavailableError", true], fail);
    run(mend);
  }
  assert.deepEqual(foundIn(run).arrays, wanted);
});

Deno.test("no memory for one more array is alloc's RangeError, before and after the first call", () => {
  const fail = "WebAssembly.Memory = function () { throw new RangeError('no'); }";
  for (const first of ["", "kit.softplus(new Float32Array(3))"]) {
    const run = realm();
    run(first);
    run(fail);
    assert.equal((foundIn(run).alloc as Refusal).name, "RangeError");
  }
});

/** What a process of Node finds, started by a command line that ends with what Node gets. */
async function node(...command: string[]): Promise<Found> {
  const text = `import * as kit from ${JSON.stringify(dist.href)}; globalThis.kit = kit;
    console.log(eval(${JSON.stringify(calls)}));`;
  const [program, ...args] = [...command, "--input-type=module", `--eval=${text}`];
  const { success, stdout, stderr } = await capture(program!, args);
  assert.ok(success, stderr);
  return JSON.parse(stdout);
}

Deno.test("no WebAssembly: node --jitless, and a processor without SIMD", async () => {
  const jitless = await node("node", "--jitless");
  checkRefusal(jitless.arrays, /WebAssembly is missing.*--jitless/, /ReferenceError/);
  checkRefusal(jitless.alloc, /WebAssembly is missing/, /ReferenceError/);
  checkTheRest(jitless, "jitless");
  if (Deno.build.arch !== "x86_64") return;
  const old = await node("node", "--no-enable-sse4-1");
  checkRefusal(old.arrays, /no SIMD/, /CompileError/);
  checkTheRest(old, "without SSE4.1");
});

Deno.test({
  name: "no WebAssembly: little address space",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const found = await node("prlimit", `--as=${4e9}`, "node");
    checkRefusal(found.arrays, /address space.*ulimit -v/, /RangeError/);
    checkRefusal(found.alloc, /address space.*ulimit -v/, /RangeError/);
    checkTheRest(found, "4 GB of address space");
  },
});

browserTest(
  "browser: a policy without wasm-unsafe-eval is named, and with it arrays work",
  async (browser) => {
    for (const allowed of ["", " 'wasm-unsafe-eval'"]) {
      const headers = { "content-security-policy": `script-src 'self'${allowed}` };
      await using host = startHost({ headers });
      const page = await browser.newPage();
      await page.goto(`http://${host.address}/LICENSE`);
      const found = JSON.parse(
        await page.evaluate<string>(
          `(async () => { globalThis.kit = await import("/dist/softplus.js"); return ${calls}; })()`,
        ),
      ) as Found;
      checkTheRest(found, allowed);
      if (allowed !== "") assert.deepEqual(found.arrays, wanted);
      else checkRefusal(found.arrays, /'wasm-unsafe-eval'/, /CompileError/);
    }
  },
);
