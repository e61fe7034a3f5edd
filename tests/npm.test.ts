/** Plays a user of Node: an empty project, the tarball, nothing else. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { scalar } from "../mod.ts";
import { pack, type Packed } from "../tools/pack.ts";
import { capture } from "../tools/process.ts";
import { everyFloat32, sweep } from "./users/sweep.js";

/** The tarball is a download that someone waits for; README.md says how large it is. */
const mostBytes = 75_000;
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
// A pool that is not disposed of must not keep the process alive.
await threads({ size: 1 });
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

/** Compiler settings of users that differ in what matters here. */
const configs: Record<string, object> = {
  "node, without the DOM": { module: "nodenext", target: "es2022", lib: ["es2022"] },
  "a bundler, all libraries": { module: "esnext", moduleResolution: "bundler", target: "esnext" },
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
    const source = fileURLToPath(new URL("users/sweep.js", import.meta.url));
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

for (const [name, compilerOptions] of Object.entries(configs)) {
  Deno.test(`tsc is content with the types: ${name}`, () =>
    inProject(async (folder) => {
      await Deno.writeTextFile(`${folder}/main.ts`, typed);
      const strict = {
        ...{ strict: true, noEmit: true, types: [], skipLibCheck: false },
        ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      };
      await Deno.writeTextFile(
        `${folder}/tsconfig.json`,
        JSON.stringify({
          compilerOptions: { ...strict, ...compilerOptions },
          files: ["main.ts"],
        }),
      );
      const { success, stdout, stderr } = await capture(
        Deno.execPath(),
        ["run", "--no-lock", "-A", "npm:typescript@6.0.3/tsc", "--project", folder],
      );
      assert.ok(success, stdout + stderr);
    }));
}
