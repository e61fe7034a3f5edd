/** `using` where the runtime has no Symbol.dispose of its own, as in WebKit, or gets one later. */
import assert from "node:assert/strict";
import { stop, transform } from "esbuild";
import ts from "typescript";
import { capture } from "../../tools/process.ts";
import { dist } from "../support/realm.ts";

/** A global Symbol without the two, which runtimes that have them do not let go of. */
const withoutSymbols = `
const Native = Symbol;
const { dispose, asyncDispose, ...others } = Object.getOwnPropertyDescriptors(Native);
globalThis.Symbol = function Symbol(description) { return Native(description); };
delete others.prototype;
Object.defineProperties(globalThis.Symbol, others);
if ("dispose" in Symbol || "asyncDispose" in Symbol) throw new Error("they are still there");
`;

/** A device that makes buffers and nothing else: enough for a GPU engine to hold arrays. */
const device = `
globalThis.device = {
  lost: new Promise(() => {}),
  limits: { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 },
  features: new Set(),
  queue: { writeBuffer() {} },
  pushErrorScope() {},
  popErrorScope: async () => null,
  createBuffer: ({ size, usage }) => ({ size, usage, destroy() {} }),
};
`;

/** How polyfills name the symbols: core-js by the registry, TypeScript's handbook by new ones. */
const polyfills = {
  none: "",
  registered: `for (const name of ["dispose", "asyncDispose"]) {
    Symbol[name] ??= Symbol.for("Symbol." + name);
  }`,
  own: `for (const name of ["dispose", "asyncDispose"]) Symbol[name] ??= Symbol("Symbol." + name);`,
};

/** Runs a text in Node with the kit, and polyfills before and after the kit is loaded. */
async function inNode(before: string, after: string, text: string): Promise<unknown> {
  const main = `${withoutSymbols} ${device} ${before}
    globalThis.kit = await import(${JSON.stringify(dist.href)}); ${after}
    ${text}
    console.log(JSON.stringify(await found()));`;
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeTextFile(file, main);
    const { success, stdout, stderr } = await capture("node", [file]);
    assert.ok(success, stderr);
    return JSON.parse(stdout);
  } finally {
    await Deno.remove(file);
  }
}

/** Names of properties of whatever can be reached from the kit and from what it makes. */
const walk = `
async function found() {
  const pool = await kit.threads({ size: 1 });
  const gpu = await kit.webgpu({ device });
  const roots = [kit, pool, gpu, gpu.upload(new Float32Array(3)), kit.wasm.alloc(Float32Array, 3)];
  const seen = new Set();
  const names = new Set();
  const visit = (value) => {
    if (Object(value) !== value || seen.has(value) || value === device) return;
    seen.add(value);
    visit(Object.getPrototypeOf(value));
    for (const [name, { value: inner }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      names.add(name);
      visit(inner);
    }
  };
  roots.forEach(visit);
  await pool.dispose();
  return [...names];
}`;

Deno.test("disposal: without the symbols no property is called undefined", async () => {
  const names = await inNode("", "", walk) as string[];
  assert.ok(names.includes("softplus") && names.includes("upload"), names.join());
  assert.ok(!names.includes("undefined"), names.join());
});

/** Whether \`using\` ended what it should have. */
const using = `
async function found() {
  let kept;
  {
    await using gpu = await kit.webgpu({ device });
    let array;
    {
      using inner = gpu.upload(new Float32Array(3));
      array = inner;
    }
    kept = { gpu, ended: /disposed/.test(await array.read().catch(String)) };
  }
  try {
    kept.gpu.upload(new Float32Array(3));
  } catch (error) {
    return [kept.ended, error.message.includes("engine was disposed")];
  }
}`;

/** The same for runtimes without the syntax, as two compilers write it. */
const compiled: Readonly<Record<string, string>> = {
  esbuild: (await transform(using, { target: "es2022" })).code,
  TypeScript: ts.transpileModule(using, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  }).outputText,
};
await stop();

for (const [compiler, text] of Object.entries(compiled)) {
  for (const [name, polyfill] of Object.entries(polyfills)) {
    // TypeScript's helper demands a polyfill.
    if (compiler === "TypeScript" && name === "none") continue;
    Deno.test(`disposal: using, compiled by ${compiler}, polyfill: ${name}`, async () => {
      for (const [before, after] of [[polyfill, ""], ["", polyfill]] as const) {
        assert.deepEqual(await inNode(before, after, text), [true, true]);
      }
    });
  }
}
