/** The Deno kernel for Jupyter: found only where it works and stays, and made so that it does. */
import assert from "node:assert/strict";
import { installDenoKernel, staysWhereItIs } from "../../tools/setup/deno_kernel.ts";
import { type System, thisMachine } from "../../tools/setup/requirement.ts";
import { denoKernel, findDenoKernel } from "../../tools/setup/requirements.ts";

const spec = (...argv: string[]) =>
  JSON.stringify({ argv: [...argv, "jupyter", "--kernel", "--conn", "{connection_file}"] });

const works = "/opt/deno/deno";

/** A machine with one Deno, and something else that runs. */
function machine(env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>) {
  const says: Readonly<Record<string, string>> = {
    [`${works} --version`]: "deno 2.9.6 (stable)\nv8 1\n",
    "env A=1 deno --version": "deno 2.9.6\n",
    "/usr/bin/python3 --version": "Python 3.11.2\n",
  };
  const system: System = {
    capture(command, args) {
      const stdout = says[[command, ...args].join(" ")];
      return Promise.resolve({ success: stdout !== undefined, stdout: stdout ?? "", stderr: "" });
    },
    readText: (path) => Promise.resolve(files[path]),
    env: (name) => env[name],
  };
  return system;
}

Deno.test("Deno kernel: found in each of Jupyter's folders, and only there", async () => {
  const env = { HOME: "/home/u", JUPYTER_PATH: "/one:/two", JUPYTER_DATA_DIR: "/data" };
  const folders = ["/one", "/two", "/data", "/home/u/.local/share/jupyter", "/usr/share/jupyter"];
  for (const folder of folders) {
    const file = `${folder}/kernels/deno/kernel.json`;
    assert.equal(await findDenoKernel(machine(env, { [file]: spec(works) })), file);
  }
  const elsewhere = machine(env, { "/three/kernels/deno/kernel.json": spec(works) });
  assert.equal(await findDenoKernel(elsewhere), undefined);
});

Deno.test("Deno kernel: one that does not run a Deno is none, and hides those behind it", async () => {
  const [first, second] = ["/one", "/two"].map((folder) => `${folder}/kernels/deno/kernel.json`);
  const find = (text: string, behind: Record<string, string> = {}) =>
    findDenoKernel(machine({ JUPYTER_PATH: "/one:/two" }, { [first!]: text, ...behind }));
  assert.equal(await find(spec(works)), first);
  assert.equal(await find(spec("env", "A=1", "deno")), first, "a wrapper of the user's");
  const broken = [
    ...[spec("/gone/deno"), spec("/usr/bin/python3"), spec("/home/u/.npm/_npx/1a/deno"), spec()],
    ...["", "{", "{}", "null", "[]", '{"argv":"deno"}', '{"argv":[1]}', '{"argv":[]}'],
    JSON.stringify({ argv: [works, "run", "kernel.ts"] }),
  ];
  for (const text of broken) {
    assert.equal(await find(text), undefined, text);
    assert.equal(await find(text, { [second!]: spec(works) }), undefined, text);
  }
});

Deno.test("Deno kernel: programs in the caches of package runners do not stay", () => {
  // Made up, in the shapes that the runners give: npx, npx on Windows, pnpm dlx and bunx.
  const passing = [
    "/home/u/.npm/_npx/5a/node_modules/deno/deno",
    "C:\\Users\\u\\npm-cache\\_npx\\5\\deno.exe",
    "/home/u/.cache/pnpm/dlx-123/node_modules/deno/deno",
    "/tmp/bunx-0-deno@latest/deno",
  ];
  for (const path of passing) assert.equal(staysWhereItIs(path), false, path);
  for (const path of ["/usr/bin/deno", "/usr/lib/node_modules/deno/deno", "/home/u/npx/deno"]) {
    assert.ok(staysWhereItIs(path), path);
  }
});

Deno.test("Deno kernel: set-up replaces a dead one, and a Deno of npx by a copy that stays", async () => {
  const home = await Deno.makeTempDir({ prefix: "softplus-kernel-" });
  try {
    const env: Record<string, string> = { HOME: home, APPDATA: `${home}/roaming` };
    const system: System = { ...thisMachine, env: (name) => env[name] };
    assert.equal((await installDenoKernel(system)).success, true);
    const path = await findDenoKernel(system);
    assert.ok(path !== undefined && path.startsWith(home), path ?? "none found");
    const lasting = staysWhereItIs(Deno.execPath())
      ? Deno.execPath()
      : `${home}/.local/share/jupyter/kernels/deno/deno`;
    assert.equal(JSON.parse(await Deno.readTextFile(path)).argv[0], lasting);

    await Deno.writeTextFile(path, spec(`${home}/gone/deno`));
    assert.equal(await denoKernel.detect(system), undefined);

    const passing = `${home}/.npm/_npx/1a2b/node_modules/deno/deno`;
    await Deno.mkdir(passing.slice(0, -5), { recursive: true });
    await Deno.copyFile(Deno.execPath(), passing);
    await Deno.writeTextFile(path, spec(passing));
    assert.equal(await denoKernel.detect(system), undefined, "it runs, but will not stay");
    for (let again = 0; again < 2; again++) {
      assert.deepEqual(await installDenoKernel(system, passing), {
        ...{ success: true, stdout: "", stderr: "" },
      });
    }
    await Deno.remove(`${home}/.npm`, { recursive: true });
    assert.equal(await denoKernel.detect(system), path);
    const folder = path.slice(0, -"/kernel.json".length);
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(files, ["deno", "kernel.json"], "and nothing half-made");

    env.JUPYTER_DATA_DIR = `${home}/elsewhere`;
    await installDenoKernel(system);
    assert.equal(await findDenoKernel(system), `${home}/elsewhere/kernels/deno/kernel.json`);

    env.JUPYTER_PATH = `${home}/before`;
    await Deno.mkdir(`${home}/before/kernels/deno`, { recursive: true });
    await Deno.writeTextFile(`${home}/before/kernels/deno/kernel.json`, spec("/gone/deno"));
    const hidden = await installDenoKernel(system);
    assert.match(hidden.stderr, /before\/kernels\/deno\/kernel\.json comes before .* remove it/);
    delete env.JUPYTER_PATH;
    await Deno.remove(`${home}/elsewhere`, { recursive: true });
    await Deno.remove(path);
    env.JUPYTER_DATA_DIR = "/proc/no-such-folder";
    const failed = await installDenoKernel(system);
    assert.ok(!failed.success && failed.stderr.includes("/proc/no-such-folder"), failed.stderr);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
