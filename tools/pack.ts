/** Makes the npm package: dist/, with what Node and TypeScript want to know, as a tarball. */

import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { capture, exitWith, root } from "./process.ts";

/**
 * What TypeScript needs where a project names an older `lib`, or none of the DOM. An empty interface
 * joins the DOM's own where there is one.
 */
const globals = `/// <reference lib="esnext" />
declare global {
  interface GPUDevice {}
  interface GPUBuffer {}
}
`;

/** package.json; `engines` says which Node has what the kit asks of it: process.getBuiltinModule. */
const manifest = {
  name: config.name,
  version: config.version,
  description: "softplus and sigmoid, correctly rounded in float32, on WebAssembly SIMD, threads " +
    "and WebGPU",
  keywords: ["softplus", "sigmoid", "logistic", "numerics", "wasm", "simd", "webgpu"],
  license: config.license,
  type: "module",
  exports: { ".": { types: "./softplus.d.ts", default: "./softplus.js" } },
  types: "./softplus.d.ts",
  sideEffects: false,
  engines: { node: "^20.16.0 || >=22.3.0" },
  publishConfig: { access: "public" },
};

/** A packed tarball. */
export interface Packed {
  readonly path: string;
  /** Of the tarball. */
  readonly bytes: number;
  /** Of what it holds. */
  readonly unpackedBytes: number;
}

/** Packs into a folder, which must be there. Needs npm, which every Node brings. */
export async function pack(into: string): Promise<Packed> {
  const stage = await Deno.makeTempDir({ prefix: "softplus-kit-" });
  try {
    const put = (name: string, text: string) => Deno.writeTextFile(`${stage}/${name}`, text);
    const take = (name: string) => Deno.readTextFile(new URL(name, root));
    await put("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
    await put("softplus.js", await take("dist/softplus.js"));
    await put("softplus.d.ts", globals + await take("dist/softplus.d.ts"));
    for (const name of ["README.md", "CHANGELOG.md", "LICENSE"]) await put(name, await take(name));
    const { success, stdout, stderr } = await capture(
      "npm",
      ["pack", "--json", "--ignore-scripts", `--pack-destination=${into}`],
      { cwd: stage },
    );
    if (!success) throw new Error(`npm pack failed: ${stderr.trim()}`);
    const [{ filename, size, unpackedSize }] = JSON.parse(stdout);
    return { path: `${into}/${filename}`, bytes: size, unpackedBytes: unpackedSize };
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

if (import.meta.main) {
  await exitWith(async () => {
    const { path, bytes, unpackedBytes } = await pack(fileURLToPath(root).replace(/\/$/, ""));
    const kilobytes = (count: number) => `${(count / 1000).toFixed(1)} kB`;
    console.log(`written: ${path}, ${kilobytes(bytes)}, unpacked ${kilobytes(unpackedBytes)}`);
    return true;
  });
}
