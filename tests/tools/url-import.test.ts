/** Plays a user who imports mod.ts by URL: another folder, no configuration, an empty cache. */
import assert from "node:assert/strict";
import { softplus } from "../../kernels/engines/mod.ts";
import { missing } from "../support/gpu.ts";
import { type Host, startHost } from "../../tools/serve.ts";

/** What mod.ts and all that it imports, its types included, may weigh as they are served. */
const mostBytes = 165_000;

/** All there is to fetch: to run the first two, to check types the first and the last. */
const served = ["mod.ts", "dist/softplus.js", "dist/softplus.d.ts"];

const bytesOf = (host: Host) => [...host.fetched.values()].reduce((a, b) => a + b, 0);

/** What the user writes. */
const script = (host: Host) => `
import { Matrix, sigmoid, softplus, threads, wasm, webgpu } from "http://${host.address}/mod.ts";

const x: Float32Array<ArrayBuffer> = new Float32Array(300_000).map((_, i) => i / 10_000 - 20);
const sum = (y: Float32Array) => new Uint32Array(y.buffer as ArrayBuffer).reduce((a, b) => (a * 31 + b) % 1e9, 7);
await using pool = await threads({ size: 2 });
const found = {
  number: softplus(-20),
  batch: [...sigmoid(Matrix.from([[0, 1]])).data],
  array: sum(softplus(x)),
  wasm: sum(wasm.softplus(x)),
  threads: sum(await pool.softplus(x)),
  webgpu: "",
};
try {
  await using gpu = await webgpu();
  using a = gpu.upload(new Float32Array([-20, 0, 30]));
  found.webgpu = [...await gpu.softplus(a).read()].join();
} catch (error) {
  found.webgpu = (error as Error).name;
}
console.log(JSON.stringify(found));
`;

/** A folder of the user's, with a cache of its own: nothing of the project is in reach. */
class User implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async create(text: string): Promise<User> {
    const folder = await Deno.makeTempDir({ prefix: "softplus-user-" });
    await Deno.writeTextFile(`${folder}/main.ts`, text);
    return new User(folder);
  }

  /** Runs Deno with an empty cache. */
  async deno(...args: string[]) {
    const cache = await Deno.makeTempDir({ dir: this.folder, prefix: "cache-" });
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: this.folder,
      env: { DENO_DIR: cache, NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  async [Symbol.asyncDispose]() {
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("a script imports mod.ts by URL and runs every engine with import access only", async () => {
  await using host = startHost();
  await using user = await User.create(script(host));
  const access = ["--no-prompt", `--allow-import=${host.address}`];
  const { code, stdout, stderr } = await user.deno("run", ...access, "main.ts");
  assert.equal(code, 0, stderr);
  const { number, batch, array, wasm, threads, webgpu } = JSON.parse(stdout);
  const x = new Float32Array(300_000).map((_, i) => i / 10_000 - 20);
  const want = new Uint32Array(softplus(x).buffer).reduce((a, b) => (a * 31 + b) % 1e9, 7);
  assert.deepEqual([number, batch], [2.061153620314381e-9, [0.5, Math.fround(0.7310585786300049)]]);
  assert.deepEqual([array, wasm, threads], [want, want, want]);
  if (missing === undefined) {
    const [tail, zero, large] = webgpu.split(",").map(Number);
    assert.ok(Math.abs(tail / 2.061153620314381e-9 - 1) < 2 ** -22, webgpu);
    assert.ok(Math.abs(zero / Math.LN2 - 1) < 2 ** -22 && large === 30, webgpu);
  } else {
    assert.equal(webgpu, "WebGpuUnavailableError");
  }

  console.log(`fetched: ${host.fetched.size} files, ${(bytesOf(host) / 1000).toFixed(1)} kB`);
  assert.deepEqual(host.missed, []);
  assert.deepEqual([...host.fetched.keys()].sort(), ["dist/softplus.js", "mod.ts"]);

  const denied = await user.deno("run", "--no-prompt", "--deny-import", "main.ts");
  assert.notEqual(denied.code, 0, "import access is what lets it in");
});

Deno.test("a user's strict type check passes", async () => {
  await using host = startHost();
  await using user = await User.create(script(host));
  const { code, stderr } = await user.deno("check", `--allow-import=${host.address}`, "main.ts");
  assert.equal(code, 0, stderr);
  assert.deepEqual([...host.fetched.keys()].sort(), ["dist/softplus.d.ts", "mod.ts"]);
});

Deno.test("what is served is small, in few files, and uses nothing but the web platform", async () => {
  let bytes = 0;
  for (const file of served) {
    const text = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
    bytes += new TextEncoder().encode(text).length;
    assert.ok(!/\bDeno\.|["']npm:|["']jsr:/.test(text.replace(/\/\*[^]*?\*\//g, "")), file);
  }
  assert.ok(bytes < mostBytes, `${bytes} bytes`);
});

Deno.test("what is served exports what the sources export", async () => {
  const [sources, served] = await Promise.all([
    import("../../kernels/engines/mod.ts"),
    import("../../dist/softplus.js"),
  ]);
  assert.deepEqual(Object.keys(served).sort(), Object.keys(sources).sort());
});

Deno.test("a user's lock file keeps verifying, and finds a changed file", async () => {
  let changed = false;
  await using host = startHost({
    change: (path, text) => changed && path === "dist/softplus.js" ? `${text}\n` : text,
  });
  await using user = await User.create(
    `import { softplus } from "http://${host.address}/mod.ts"; console.log(softplus(0));`,
  );
  const run = (...args: string[]) =>
    user.deno("run", "--no-prompt", `--allow-import=${host.address}`, ...args, "main.ts");
  const first = await run("--lock=user.lock");
  assert.equal(first.code, 0, first.stderr);
  const { remote } = JSON.parse(await Deno.readTextFile(`${user.folder}/user.lock`));
  assert.equal(Object.keys(remote).length, host.fetched.size, "every file is in the lock");
  for (let again = 0; again < 2; again++) {
    const { code, stdout, stderr } = await run("--lock=user.lock", "--frozen");
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trim(), String(Math.LN2));
  }
  changed = true;
  const { code, stderr } = await run("--lock=user.lock", "--frozen");
  assert.notEqual(code, 0);
  assert.match(stderr, /[Ii]ntegrity check failed/);
});
