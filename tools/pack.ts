/** Makes the npm package: dist/, with what Node and TypeScript want to know, as a tarball. */

import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { BUFFERS_SINCE, forOlder, LEAST_TYPESCRIPT } from "./build/older_typescript.ts";
import { PACKAGES } from "../lab/packages.ts";
import { capture, exitWith, root } from "./process.ts";

/** For projects without the DOM. An empty interface joins the DOM's own where there is one. */
const gpu = `declare global {
  interface GPUDevice {}
  interface GPUBuffer {}
}
`;

/** The same of what the laboratory takes of the web. */
const web = `declare global {
  interface URL {}
  interface AbortSignal {}
}
`;

/** For projects whose `lib` is older: of the newer libraries these are what is needed. */
const libraries = `/// <reference lib="es2017.sharedmemory" />
/// <reference lib="esnext.disposable" />
`;

const [types, olderTypes] = ["softplus.d.ts", "softplus.older.d.ts"];
const [labTypes, olderLabTypes] = ["lab.d.ts", "lab.older.d.ts"];

/** package.json; `engines` says which Node has what the kit asks of it: process.getBuiltinModule. */
const manifest = {
  name: config.name,
  version: config.version,
  description: "softplus and sigmoid, correctly rounded in float32, on WebAssembly SIMD, threads " +
    "and WebGPU",
  keywords: ["softplus", "sigmoid", "logistic", "numerics", "wasm", "simd", "webgpu"],
  license: config.license,
  type: "module",
  exports: {
    ".": {
      [`types@<${BUFFERS_SINCE}`]: `./${olderTypes}`,
      types: `./${types}`,
      default: "./softplus.js",
    },
    "./lab": {
      [`types@<${BUFFERS_SINCE}`]: `./${olderLabTypes}`,
      types: `./${labTypes}`,
      default: "./lab.js",
    },
    // Tools ask for it, to learn the version or where the package lies.
    "./package.json": "./package.json",
  },
  // For resolvers that do not know exports.
  main: "./softplus.js",
  types: `./${types}`,
  typesVersions: {
    [`<${BUFFERS_SINCE}`]: { [types]: [olderTypes], lab: [olderLabTypes] },
    "*": { lab: [labTypes] },
  },
  sideEffects: false,
  // What the laboratory loads when it first needs it, and names where it is missing.
  peerDependencies: PACKAGES,
  peerDependenciesMeta: Object.fromEntries(
    Object.keys(PACKAGES).map((name) => [name, { optional: true }]),
  ),
  engines: { node: "^20.16.0 || >=22.3.0" },
  publishConfig: { access: "public" },
};

/** Packages by their names alone, as Node knows them; package.json has the versions. */
function unversioned(text: string): string {
  return text.replaceAll(/"npm:((?:@[^/@"]+\/)?[^/@"]+)@[^/"]+/g, '"$1');
}

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
    const declarations = await take("dist/softplus.d.ts");
    await put(types, libraries + gpu + declarations);
    const about =
      `// For TypeScript from ${LEAST_TYPESCRIPT} to before ${BUFFERS_SINCE}; documented in ${types}.\n`;
    await put(olderTypes, about + gpu + forOlder(declarations));
    const lab = unversioned(await take("dist/lab.d.ts"));
    await put("lab.js", unversioned(await take("dist/lab.js")));
    await put(labTypes, libraries + gpu + web + lab);
    const aboutLab = about.replace(types, labTypes);
    await put(
      olderLabTypes,
      aboutLab + gpu + web + forOlder(lab).replaceAll(`./${types}`, `./${olderTypes}`),
    );
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
