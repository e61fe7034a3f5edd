/**
 * Makes dist/lab.js and its types: the laboratory as one module. The kernels are those of
 * dist/softplus.js, so that there is one engine, one Matrix, one class of each error; packages of npm
 * are named with their versions, so that Deno finds them without the project's import map.
 */

import * as esbuild from "esbuild";
import config from "../../deno.json" with { type: "json" };
import { root } from "../process.ts";
import { bundled } from "./bundled.ts";
import { constants, head } from "./bundle.ts";
import { rollDeclarations } from "./declarations.ts";
import { withFloat16 } from "./older_typescript.ts";

const entry = new URL("lab/mod.ts", root);
const kernels = new URL("kernels/engines/mod.ts", root);

/** Modules of the kernels whose exports are all behind the door of the kernels too. */
const BEHIND_THE_DOOR = /\/kernels\/engines\/(?:mod|matrix|naive|scalar|threads|wasm|webgpu)\.ts$/;

/** A package as Deno finds it anywhere: name, version, path within. */
export function versioned(specifier: string): string {
  const imports: Readonly<Record<string, string>> = config.imports;
  const name = Object.keys(imports)
    .find((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (name === undefined) throw new Error(`${specifier} is not among the imports of deno.json`);
  return imports[name] + specifier.slice(name.length);
}

const elsewhere: esbuild.Plugin = {
  name: "elsewhere",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === "entry-point") return undefined;
      return { path: path.startsWith("node:") ? path : versioned(path), external: true };
    });
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, importer }) => {
      const { pathname } = new URL(path, `file://${importer}`);
      return BEHIND_THE_DOOR.test(pathname) ? { path: "./softplus.js", external: true } : undefined;
    });
  },
};

/** The module. The same sources give the same bytes. */
export async function makeLab(): Promise<string> {
  try {
    const text = await bundled(entry, {
      format: "esm",
      charset: "utf8",
      plugins: [constants, elsewhere],
      supported: { "import-attributes": true },
      keepNames: true,
      minifySyntax: true,
      minifyWhitespace: true,
      lineLimit: 500,
    });
    return head(
      "lab/",
      "The laboratory of softplus-kit, MIT licence. Its documentation is in lab.d.ts.",
    ) +
      text;
  } finally {
    await esbuild.stop();
  }
}

/** Its types, with the documentation. */
export async function makeLabDeclarations(): Promise<string> {
  const declarations = await rollDeclarations(entry, {
    behind: kernels,
    file: "./softplus.d.ts",
    specifier: versioned,
  });
  return head("lab/", "The types of lab.js.") + withFloat16(declarations);
}
