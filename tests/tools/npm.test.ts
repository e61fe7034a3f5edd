/** Plays a user of Node: an empty project, the tarball, nothing else. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { scalar } from "../../kernels/engines/mod.ts";
import { pack, type Packed } from "../../tools/pack.ts";
import { capture } from "../../tools/process.ts";
import { everyFloat32, sweep } from "../users/sweep.js";

// A download that someone waits for; README.md says how large it is. The laboratory, with the font of
// its pictures, is two thirds of it.
const mostBytes = 260_000;
const step = 4096;

/** What the user writes, in JavaScript. */
const script = `
import { scalar, softplus, threads, ThreadsUnavailableError, wasm, webgpu } from "@softplus/kit";
import { everyFloat32, sweep } from "./sweep.js";

const x = everyFloat32(${step});
const pool = await threads({ size: 2 });
const found = {
  number: softplus(-20),
  scalar: await sweep(scalar, x),
  wasm: await sweep(wasm, x),
  threads: await sweep(pool, x),
  webgpu: await webgpu().then(() => "", (error) => error.name + ": " + error.message),
  size: pool.size,
};
await pool.dispose();
console.log(JSON.stringify(found));
await threads({ size: 1 }); // one that is not disposed of must not keep the process alive
`;

/** And in TypeScript, with as much strictness as there is. */
const typed = `
import { Matrix, softplus, softplusWithGrad, threads, type Threads, wasm } from "@softplus/kit";
import { type GpuArray, webgpu, WebGpuUnavailableError } from "@softplus/kit";

const n: number = softplus(1, { precision: "fast", beta: 2 });
const a: Float32Array = softplus(new Float32Array([n]));
const { value, grad }: { value: Float64Array; grad: Float64Array } = softplusWithGrad(new Float64Array(1));
const m: Matrix<Float32Array> = softplus(Matrix.from([[1, 2], [3, 4]]));
export const sizes: number[] = [a.length, value.length, grad.length, m.rows, wasm.alloc(Float64Array, 3).length];
export async function pooled(x: Float32Array): Promise<Float32Array> {
  const pool: Threads = await threads({ size: 2 });
  return await pool.softplus(x);
}
export async function onGpu(x: Float32Array): Promise<Float32Array> {
  try {
    const gpu = await webgpu({ powerPreference: "high-performance" });
    const there: GpuArray<Float32Array> = gpu.upload(x);
    return await gpu.sigmoid(there).read();
  } catch (error) {
    if (error instanceof WebGpuUnavailableError) throw new Error(error.message);
    throw error;
  }
}
// @ts-expect-error a text is no input
softplus("1");
// @ts-expect-error there is no such precision
softplus(1, { precision: "exactly" });
`;

/** What only a compiler with younger libraries knows; the rest is told that there is none. */
const float16 = `
import { Matrix, softplus } from "@softplus/kit";
const a: Float16Array<ArrayBuffer> = softplus(new Float16Array(2));
const m: Matrix<Float16Array<ArrayBuffer>> = Matrix.from([[1]], Float16Array);
export const buffer: ArrayBuffer = (a.length > 0 ? a : m.data).buffer;
// @ts-expect-error one kind of array comes back, not another
export const b: Float32Array = softplus(new Float16Array(2));
`;
const noFloat16 = `
import { type FloatArray } from "@softplus/kit";
// @ts-expect-error the package adds no global type
export type None = Float16Array;
export const only = (x: FloatArray): Float32Array | Float64Array => x;
`;
const disposed = `
import { threads, wasm, webgpu } from "@softplus/kit";
export async function main(): Promise<void> {
  using own = wasm.alloc(Float32Array, 3);
  await using pool = await threads();
  using shared = pool.alloc(Float64Array, own.length);
  await using gpu = await webgpu();
  using y = gpu.softplus(gpu.upload(own));
  await y.read();
  await pool.softplus(shared);
}
`;

/** Compiler settings of users that differ in what matters here. */
const node = { module: "nodenext", target: "es2022" };
const bundler = { module: "esnext", moduleResolution: "bundler", target: "esnext" };
const configs: Record<string, object> = {
  "node, without the DOM": { ...node, lib: ["es2022"] },
  "a project of long ago": { ...node, lib: ["es2015"] },
  "node, with the DOM": { ...node, lib: ["es2022", "dom"] },
  "a bundler, all libraries": bundler,
};

/** The oldest compiler that package.json's types are for, one in between, and the newest. */
const compilers: Record<string, { files: Record<string, string>; all: string; more?: object }> = {
  "5.0.4": {
    files: { "main.ts": typed, "none.ts": noFloat16 },
    all: noFloat16,
    more: { module: "esnext", moduleResolution: "node", target: "es2022", lib: ["es2022"] },
  },
  "5.7.3": {
    files: { "main.ts": typed, "none.ts": noFloat16, "disposed.ts": disposed },
    all: noFloat16,
    more: { module: "esnext", moduleResolution: "node", target: "es2022", lib: ["es2022"] },
  },
  "6.0.3": {
    files: { "main.ts": typed, "none.ts": noFloat16, "disposed.ts": disposed },
    all: float16,
  },
};

/** Runs the body in an empty project that has installed the tarball. */
async function inProject(body: (folder: string, packed: Packed) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "softplus-npm-" });
  try {
    const packed = await pack(folder);
    await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }');
    const { success, stderr } = await capture("npm", [
      ...["install", "--offline", "--no-audit", "--no-fund", `--cache=${folder}/cache`],
      packed.path,
    ], { cwd: folder });
    assert.ok(success, stderr);
    await body(folder, packed);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Node installs the tarball and computes the same bits on every engine", () =>
  inProject(async (folder, { bytes, unpackedBytes }) => {
    console.log(`tarball: ${bytes} bytes, unpacked ${unpackedBytes}`);
    assert.ok(bytes < mostBytes, `${bytes} bytes`);
    const source = fileURLToPath(new URL("../users/sweep.js", import.meta.url));
    await Deno.copyFile(source, `${folder}/sweep.js`);
    await Deno.writeTextFile(`${folder}/main.js`, script);
    const { success, stdout, stderr } = await capture("node", ["main.js"], { cwd: folder });
    assert.ok(success, stderr);
    const found = JSON.parse(stdout);
    const want = await sweep(scalar, everyFloat32(step));
    assert.equal(found.number, 2.061153620314381e-9);
    assert.deepEqual(found.scalar, want);
    assert.deepEqual(found.wasm, want);
    assert.deepEqual(found.threads, want);
    assert.match(found.webgpu, /^WebGpuUnavailableError: ./);
  }));

Deno.test("the package tells its version and where it lies to tools that ask", () =>
  inProject(async (folder) => {
    const ask = `import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
console.log(JSON.stringify([
  require("@softplus/kit/package.json").version,
  require.resolve("@softplus/kit/package.json").endsWith("kit/package.json"),
  require.resolve("@softplus/kit").endsWith("kit/softplus.js"),
  import.meta.resolve("@softplus/kit/package.json").endsWith("kit/package.json"),
  (await import("@softplus/kit/package.json", { with: { type: "json" } })).default.name,
]));`;
    await Deno.writeTextFile(`${folder}/ask.js`, ask);
    const { success, stdout, stderr } = await capture("node", ["ask.js"], { cwd: folder });
    assert.ok(success, stderr);
    assert.deepEqual(JSON.parse(stdout), [config.version, true, true, true, config.name]);
  }));

const strict = {
  ...{ strict: true, noEmit: true, types: [], skipLibCheck: false },
  ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
};

for (const [version, { files, all, more }] of Object.entries(compilers)) {
  Deno.test(`tsc ${version} is content with the types, whatever its libraries`, () =>
    inProject(async (folder) => {
      const cases = more === undefined ? configs : { ...configs, "the older resolver": more };
      for (const [name, compilerOptions] of Object.entries(cases)) {
        // A bundler's project has all libraries, and so Float16Array where the compiler knows it.
        const own = compilerOptions === bundler ? { ...files, "none.ts": all } : files;
        for (const [file, text] of Object.entries(own)) {
          await Deno.writeTextFile(`${folder}/${file}`, text);
        }
        await Deno.writeTextFile(
          `${folder}/tsconfig.json`,
          JSON.stringify({
            compilerOptions: { ...strict, ...compilerOptions },
            files: Object.keys(own),
          }),
        );
        const { success, stdout, stderr } = await capture(
          Deno.execPath(),
          ["run", "--no-lock", "-A", `npm:typescript@${version}/tsc`, "--project", folder],
        );
        assert.ok(success, `${name}: ${stdout}${stderr}`);
      }
    }));
}
