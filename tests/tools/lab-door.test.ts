/** Plays users of lab.ts: by URL with nothing of the project in reach, and in Node from the npm package. */
import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { PACKAGES } from "../../lab/packages.ts";
import { pack } from "../../tools/pack.ts";
import { capture } from "../../tools/process.ts";
import { startHost } from "../../tools/serve.ts";

/** What each of them does, with `lab` and `softplus` imported; prints JSON. */
const body = `
const mine = (x) => Math.log(1 + Math.exp(x));
const found = { imported: Math.round(performance.now() - started) };
const figure = await lab.errorOverX({ mine, softplus }, { of: "softplus", from: -110, to: 20 });
const bundle = await figure[Symbol.for("Jupyter.display")]();
found.figure = bundle["image/png"].length;
found.firstFigure = Math.round(performance.now() - started);
const binade = await lab.certify(mine, { of: "softplus", between: [-30, -29.99], progress: false });
found.maxUlp = binade.maxUlp;
const kit = await lab.certify(softplus, { of: "softplus", between: [-30, -29.99], progress: false });
found.kitMisrounded = kit.misrounded;
const r = await lab.race({ mine, softplus }, {
  of: "softplus", sizes: [100], budgetSeconds: 0.1, progress: false,
});
found.kinds = r.rows.map(({ kind }) => kind);
await lab.identities(mine, { of: "softplus", dtype: "f64" }).catch((error) => {
  found.identity = error.message;
});
console.log(JSON.stringify(found));
`;

function check(text: string): void {
  const found = JSON.parse(text);
  console.log(
    `first figure ${found.firstFigure} ms after the start, the import took ${found.imported}`,
  );
  assert.ok(found.figure > 10_000, "a picture");
  assert.ok(found.maxUlp > 2, "the textbook form loses digits there");
  assert.equal(found.kitMisrounded, 0);
  assert.deepEqual(
    found.kinds,
    ["own", "kit"],
    "the kit's functions are known: there is one engine",
  );
  assert.match(found.identity, /709\.78/);
}

/** A function of a module is sent to threads, which load the laboratory once more. */
const onThreads = `
const module = new URL("./own.ts", Deno.mainModule);
const of = { of: "softplus", between: [1.5, 2.5], quick: true, progress: false };
const shared = await lab.certify({ module, name: "own" }, { ...of, workers: 2 });
if (shared.inputs < 10_000 || shared.misrounded !== shared.inputs) throw new Error(String(shared));
`;

const folderOf = (prefix: string) => Deno.makeTempDir({ prefix: `softplus-${prefix}-` });

Deno.test("packages: the laboratory and deno.json name the same versions", () => {
  const imports: Record<string, string> = config.imports;
  for (const [name, version] of Object.entries(PACKAGES)) {
    assert.equal(imports[name], `npm:${name}@${version}`);
  }
});

Deno.test("a script in an empty folder imports lab.ts by URL, without an import map", async () => {
  await using host = startHost();
  const folder = await folderOf("lab");
  try {
    const script = `const started = performance.now();
const lab = await import("http://${host.address}/lab.ts");
const { softplus } = await import("http://${host.address}/mod.ts");
${body}
${onThreads}`;
    await Deno.writeTextFile(`${folder}/main.ts`, script.replace("(x) =>", "(x: number) =>"));
    await Deno.writeTextFile(`${folder}/own.ts`, "export const own = Math.log1p;\n");
    const { success, stdout, stderr } = await capture(
      Deno.execPath(),
      ["run", "-A", "--no-check", "--no-lock", `--reload=http://${host.address}`, "main.ts"],
      { cwd: folder, env: { NO_COLOR: "1" } },
    );
    assert.ok(success, stderr);
    check(stdout);
    const fetched = [...host.fetched.keys()].sort();
    assert.deepEqual(fetched, ["dist/lab.js", "dist/softplus.js", "lab.ts", "mod.ts"]);
    assert.deepEqual(host.missed, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const typed = `
import { softplus } from "MOD";
import { certify, errorOverX, floats, identities, type Implementation, race, show } from "LAB";

const mine: Implementation = (x: Float32Array) => x.map((v) => Math.log(1 + Math.exp(v)));
await errorOverX({ mine, softplus }, { of: "softplus", from: -110, to: 20 });
const c = await certify(mine, { of: "softplus", between: [-2, 2] });
const most: number = c.maxUlp;
const r = await race({ mine, softplus }, { of: "softplus", sizes: [1e2, 1e4] });
const times: number[] = r.rows.map(({ median_ns }) => median_ns);
await identities(mine, { of: "softplus", dtype: "f32", runs: 100, seed: 1 });
await show({ data: [{ type: "bar" }] });
await floats("f32", { min: 0 });
// @ts-expect-error there is no such function
await race({ mine }, { of: "swish" });
export { most, times };
`;

Deno.test("a strict type check of a script that imports lab.ts by URL passes", async () => {
  await using host = startHost();
  const folder = await folderOf("lab");
  try {
    const url = (file: string) => `http://${host.address}/${file}`;
    const text = typed.replace("MOD", url("mod.ts")).replace("LAB", url("lab.ts"));
    await Deno.writeTextFile(`${folder}/main.ts`, text);
    const { success, stderr } = await capture(
      Deno.execPath(),
      [
        "check",
        "--no-lock",
        `--allow-import=${host.address}`,
        `--reload=http://${host.address}`,
        "main.ts",
      ],
      { cwd: folder, env: { NO_COLOR: "1" } },
    );
    assert.ok(success, stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A project of Node's with the tarball, and with some packages beside it. */
async function inProject(
  packages: readonly string[],
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await folderOf("lab-npm");
  try {
    const { path } = await pack(folder);
    await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }');
    const { success, stderr } = await capture("npm", [
      ...["install", "--prefer-offline", "--no-audit", "--no-fund", path],
      ...packages,
    ], { cwd: folder });
    assert.ok(success, stderr);
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const versioned = (...names: (keyof typeof PACKAGES)[]) =>
  names.map((name) => `${name}@${PACKAGES[name]}`);

Deno.test("Node: the laboratory names what is not installed, and then works, with types", async () => {
  await inProject([], async (folder) => {
    await Deno.writeTextFile(
      `${folder}/main.js`,
      `import { identities, show } from "@softplus/kit/lab";
for (const work of [
  () => identities(Math.exp, { of: "softplus" }),
  () => show({ data: [] }),
]) await work().catch((error) => console.log(error.name + ": " + error.message));`,
    );
    const { success, stdout, stderr } = await capture("node", ["main.js"], { cwd: folder });
    assert.ok(success, stderr);
    const [oracle, picture] = stdout.split("\n");
    assert.match(oracle!, /^PackageMissingError: .*npm install gmp-wasm@1\.3\.2/);
    assert.match(picture!, /^PackageMissingError: .*npm install jsdom@/);

    await Deno.writeTextFile(
      `${folder}/main.ts`,
      typed.replace("MOD", "@softplus/kit").replace("LAB", "@softplus/kit/lab"),
    );
    // Types of packages that are not installed are `any` for the project then.
    const compilerOptions = {
      ...{ strict: true, noEmit: true, types: [], skipLibCheck: true, module: "nodenext" },
      ...{ target: "es2022", lib: ["es2022"], exactOptionalPropertyTypes: true },
    };
    const project = JSON.stringify({ compilerOptions, files: ["main.ts"] });
    await Deno.writeTextFile(`${folder}/tsconfig.json`, project);
    for (const version of ["5.0.4", "6.0.3"]) {
      const tsc = `npm:typescript@${version}/tsc`;
      const checked = await capture(Deno.execPath(), ["run", "--no-lock", "-A", tsc, "-p", folder]);
      assert.ok(checked.success, `${version}: ${checked.stdout}${checked.stderr}`);
    }
  });
});

Deno.test("Node: figure, certificate, race and identities, without a display", async () => {
  const needed = versioned("gmp-wasm", "fast-check", "jsdom", "@resvg/resvg-js", "plotly.js-dist");
  await inProject(needed, async (folder) => {
    const script = `const started = performance.now();
const lab = await import("@softplus/kit/lab");
const { softplus } = await import("@softplus/kit");
${body}`;
    await Deno.writeTextFile(`${folder}/main.js`, script);
    const { success, stdout, stderr } = await capture("node", ["main.js"], { cwd: folder });
    assert.ok(success, stderr);
    check(stdout);
  });
});
