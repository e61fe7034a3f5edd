/** Threads in code that a user's tools have transformed: a worker needs none of their helpers. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as babel from "@babel/core";
import presetEnv from "@babel/preset-env";
import * as swc from "@swc/core";
import * as esbuild from "esbuild";
import instrument from "istanbul-lib-instrument";
import { capture, root } from "../../../tools/process.ts";

const program = await Deno.readTextFile(new URL("../../users/threads.js", import.meta.url));
const dist = fileURLToPath(new URL("dist/softplus.js", root));
const code = await Deno.readTextFile(dist);

async function bundle(entry: string, options: esbuild.BuildOptions): Promise<string> {
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      format: "esm",
      platform: "node",
      write: false,
      ...options,
    });
    return outputFiles![0]!.text;
  } finally {
    await esbuild.stop();
  }
}

const sources = fileURLToPath(new URL("kernels/engines/mod.ts", root));

/** The module as each tool makes it. */
const transforms: Record<string, () => Promise<string>> = {
  "esbuild, minified": () => bundle(dist, { minify: true }),
  "esbuild with keepNames": () => bundle(dist, { keepNames: true }),
  // So does tsx.
  "esbuild with keepNames, from the sources": () => bundle(sources, { keepNames: true }),
  "esbuild, minified with keepNames, from the sources, for ES2020": () =>
    bundle(sources, { keepNames: true, minify: true, target: "es2020" }),
  "Babel to ES5": async () => {
    const presets = [[presetEnv, { targets: "ie 11", modules: false }]];
    const options = { presets, configFile: false, babelrc: false, compact: true };
    type Options = Parameters<typeof babel.transformAsync>[1];
    return (await babel.transformAsync(code, options as Options))!.code!;
  },
  "SWC to ES5": async () =>
    (await swc.transform(code, {
      swcrc: false,
      configFile: false,
      jsc: { target: "es5", parser: { syntax: "ecmascript" } },
      module: { type: "es6" },
    })).code,
  "istanbul's coverage": () => {
    const instrumenter = instrument.createInstrumenter({ esModules: true });
    return Promise.resolve(instrumenter.instrumentSync(code, dist));
  },
};

for (const [name, transform] of Object.entries(transforms)) {
  Deno.test({
    name: `threads in a module transformed by ${name}`,
    // The tools keep helpers of their own.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "softplus-transformed-" });
      try {
        await Deno.writeTextFile(`${folder}/kit.mjs`, await transform());
        await Deno.writeTextFile(
          `${folder}/main.mjs`,
          program.replace("../../dist/softplus.js", "./kit.mjs"),
        );
        const { success, stdout, stderr } = await capture("timeout", [
          "30",
          "node",
          `${folder}/main.mjs`,
        ]);
        assert.ok(success, stderr.slice(-2000));
        assert.equal(stdout.trim(), "right");
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
