/** Global scopes that have little but ECMAScript: arrays work wherever WebAssembly does. */
import assert from "node:assert/strict";
import { scalar } from "../../kernels/engines/mod.ts";
import { builds } from "../../kernels/engines/embedded.ts";
import { decodeBase64 } from "../../kernels/engines/wasm/expand.ts";
import { startHost } from "../../tools/serve.ts";
import { browserTest } from "../../tools/browser.ts";
import { calls, checkTheRest, foundIn, realm, wanted } from "../support/realm.ts";

Deno.test("bare realms: nothing but ECMAScript and WebAssembly is needed, nor all of ECMAScript", () => {
  const without = (names: string) => names.replaceAll(/\S+/g, "delete $&;");
  const lack = [
    "",
    "SharedArrayBuffer Atomics",
    "Float16Array",
    "Uint8Array.fromBase64 Symbol.asyncIterator",
    "FinalizationRegistry",
    "Intl Temporal Iterator Reflect Proxy escape unescape eval",
  ];
  for (const names of [...lack, lack.join(" ").trim()]) {
    const run = realm(without(names));
    assert.equal(
      run("typeof atob + typeof TextDecoder + typeof setTimeout"),
      "undefined".repeat(3),
    );
    const found = foundIn(run);
    assert.deepEqual(found.arrays, wanted, names);
    assert.equal(found.alloc, 100, names);
    checkTheRest(found, names);
  }
});

Deno.test("bare realms: what a program has added to every object changes nothing", () => {
  for (
    const before of [
      "Object.prototype.extra = 1; Array.prototype.extra = 2;",
      "Object.prototype.beta = 3; Object.prototype.precision = 'fast'; Object.prototype.out = 1;",
      "Object.prototype.shared = true; Object.prototype.maximum = 1;",
      "Object.prototype.size = 5; Object.prototype.device = 1; Object.prototype.name = 'x';",
    ]
  ) {
    const run = realm(before);
    const found = foundIn(run);
    assert.deepEqual(found.arrays, wanted, before);
    checkTheRest(found, before);
    assert.equal(run("kit.softplus(-20, {})"), scalar.softplus(-20));
    assert.equal(run("kit.softplus(3, { beta: 2 })"), scalar.softplus(3, { beta: 2 }));
    assert.equal(
      run("kit.softplus(3, Object.create({ beta: 2 }))"),
      scalar.softplus(3, { beta: 2 }),
    );
  }
});

Deno.test("bare realms: base64 is decoded as atob does", () => {
  const decoded = (text: string) => String.fromCharCode(...decodeBase64(text));
  assert.equal(decoded(builds), atob(builds));
  for (let length = 0; length < 70; length++) {
    const bytes = String.fromCharCode(...Array.from({ length }, (_, i) => (i * 37 + length) & 255));
    assert.equal(decoded(btoa(bytes)), bytes);
  }
});

browserTest("browser: arrays work in an AudioWorklet", async (browser) => {
  await using host = startHost();
  const page = await browser.newPage();
  await page.goto(`http://${host.address}/LICENSE`);
  const processor = `import * as kit from "http://${host.address}/dist/softplus.js";
    registerProcessor("softplus", class extends AudioWorkletProcessor {
      process(_, [[out]]) {
        const found = ${calls};
        if (found.includes("named")) return this.port.postMessage([typeof atob, found]);
        kit.softplus(out.fill(1), { out });
        this.port.postMessage([typeof atob, found, out[127]]);
        return false;
      }
    });`;
  const [atob, found, sample] = await page.evaluate<[string, string, number]>(`(async () => {
    const text = ${JSON.stringify(processor)};
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const context = new OfflineAudioContext(1, 128, 44100);
    await context.audioWorklet.addModule(url);
    const node = new AudioWorkletNode(context, "softplus");
    const told = new Promise((resolve, reject) => {
      node.port.onmessage = ({ data }) => resolve(data);
      node.onprocessorerror = () => reject(new Error("the processor failed"));
    });
    node.connect(context.destination);
    await context.startRendering();
    return await told;
  })()`);
  assert.equal(atob, "undefined");
  assert.deepEqual(JSON.parse(found).arrays, wanted);
  checkTheRest(JSON.parse(found), "AudioWorklet");
  assert.equal(sample, scalar.softplus(new Float32Array([1]))[0]);
});
