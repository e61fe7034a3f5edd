/** The Python peers: the driver's protocol, its end, and the values of every library. */
import assert from "node:assert/strict";
import type { Case, Dtype, FunctionName } from "../../bench/plans/cases.ts";
import { benchmark } from "../../bench/race/harness.ts";
import { isGap } from "../../lab/implementation.ts";
import { makeInputs } from "../../bench/plans/inputs.ts";
import { copy } from "../../bench/peers/copy.ts";
import { numba } from "../../bench/peers/numba.ts";
import { numpy } from "../../bench/peers/numpy.ts";
import {
  acquireDriver,
  DriverGap,
  PythonDriver,
  releaseDriver,
} from "../../bench/peers/python/driver.ts";
import {
  findPython,
  moduleQuestion,
  pythonCandidates,
} from "../../bench/peers/python/interpreter.ts";
import { pythonImplementation } from "../../bench/peers/python/implementation.ts";
import { scipy } from "../../bench/peers/scipy.ts";
import { torch } from "../../bench/peers/torch.ts";
import { judge } from "../../bench/race/validate.ts";
import { capture } from "../../tools/process.ts";

const found = await findPython();
const python = typeof found === "string" ? found : undefined;
const onCi = Deno.env.get("CI") === "true";

/** On CI everything has to be there: a test that is ignored unseen proves nothing. */
function needing(modules: readonly string[], name: string, fn: () => Promise<void>): void {
  const missing = modules.filter((module) => !has.get(module));
  const ignore = missing.length > 0 && !onCi;
  const why = missing.length > 0 ? ` (without ${missing.join(", ")}: deno task setup)` : "";
  Deno.test({ name: name + why, ignore, fn });
}

const has = new Map<string, boolean>();
for (const module of ["numpy", "scipy", "numba", "torch"]) {
  const there = python && (await capture(python, ["-c", moduleQuestion(module)])).success;
  has.set(module, Boolean(there));
}

const small = { distribution: "normal", rows: 12, columns: 11 } as const;
const x = Float64Array.from({ length: 132 }, (_, i) => i / 12 - 3);

needing(["numpy"], "driver: answers, errors and gaps go to whoever asked", async () => {
  const driver = new PythonDriver(python!);
  try {
    const [hello, error, gap] = await Promise.allSettled([
      driver.request("hello"),
      driver.request("run", { runner: 99 }),
      driver.request("load", { library: "nothing" }),
    ]);
    assert.equal(hello.status, "fulfilled");
    assert.equal(
      (hello as PromiseFulfilledResult<Record<string, unknown>>).value["pid"],
      driver.pid,
    );
    const reason = (result: PromiseSettledResult<unknown>) =>
      (result as PromiseRejectedResult).reason as Error;
    assert.match(reason(error).message, /KeyError: 99/);
    assert.ok(reason(gap) instanceof DriverGap);
    assert.match(reason(gap).message, /nothing is not there for .*No module named/);
  } finally {
    await driver.stop();
  }
  await assert.rejects(driver.request("hello"), /ended with exit code 0 before "hello" was done/);
});

needing(["numpy"], "driver: killed, it rejects what waits, saying which and how", async () => {
  const driver = new PythonDriver(python!);
  await driver.request("hello");
  const waiting = driver.request("hello");
  Deno.kill(driver.pid, "SIGKILL");
  await assert.rejects(
    Promise.all([waiting, driver.request("load", { library: "numpy" })]),
    /the Python driver \(.*\) ended with SIGKILL before "(hello|load)" was done/,
  );
  await driver.stop();
});

/** A driver of a program in place of Python. */
async function withProgram(
  lines: string,
  work: (driver: PythonDriver) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const program = `${folder}/program`;
    await Deno.writeTextFile(program, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
    await work(new PythonDriver(program, { answer: 300, end: 300 }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("driver: a line that is no answer ends it, and whoever waits is told what it said", async () => {
  for (const line of ["Traceback: all is lost", "null", "3"]) {
    await withProgram(`read request\necho '${line}'\nexec sleep 60`, async (driver) => {
      await assert.rejects(
        driver.request("hello"),
        new RegExp(`said what is no answer: ${line} before "hello" was done`),
      );
      await assert.rejects(driver.request("more"), /said what is no answer/);
      await driver.stop();
    });
  }
});

Deno.test("driver: no answer in time ends it; an answer without an end of the line is one", async () => {
  await withProgram("exec sleep 60", async (driver) => {
    await assert.rejects(
      driver.request("hello"),
      /gave no answer for 0.3 s before "hello" was done/,
    );
    await driver.stop();
  });
  await withProgram(`read request\nprintf '{"id": 1, "a": 2}'`, async (driver) => {
    assert.equal((await driver.request("hello"))["a"], 2);
    await driver.stop();
  });
});

Deno.test("driver: one that does not end with its input is killed", async () => {
  await withProgram("exec sleep 60", async (driver) => {
    const began = performance.now();
    await driver.stop();
    assert.ok(performance.now() - began < 20_000);
    await assert.rejects(driver.request("hello"), /ended with SIGKILL/);
  });
});

needing(
  ["numpy"],
  "driver: killed in a run, its rows become gaps and the others go on",
  async () => {
    const own = numpy.filter(({ name }) => name === "NumPy stable");
    const item: Case = { fn: "softplus", dtype: "f32", ...small };
    const rows = await benchmark({
      cases: [item, { ...item, fn: "sigmoid" }],
      implementations: [copy, ...own],
      budgetSeconds: 0.2,
      rounds: { least: 3, most: 5 },
      async onCase(name, index) {
        if (index !== 1 || !name) return;
        const driver = await acquireDriver();
        if (driver instanceof PythonDriver) Deno.kill(driver.pid, "SIGKILL");
        await releaseDriver();
      },
    });
    const of = (name: string, fn: string) =>
      rows.find((row) => row.implementation === name && row.function === fn)!;
    assert.equal(of("NumPy stable", "softplus").gap, null);
    assert.match(of("NumPy stable", "sigmoid").gap!, /driver .* ended with SIGKILL/);
    assert.ok(of("copy", "sigmoid").median_ns! > 0);
  },
);

needing(["numpy"], "a library that is absent is a gap that says how to add it", async () => {
  const loaded = await pythonImplementation({
    library: "X",
    module: "absent",
    form: "",
    out: false,
    threads: 1,
  }).load();
  assert.ok(isGap(loaded));
  assert.match(loaded.gap, /absent is not there.*apt-get install python3-absent, or pip install/);
});

Deno.test("Python: the one that is chosen first, then Debian's own", () => {
  assert.deepEqual(pythonCandidates(() => undefined).slice(0, 2), ["/usr/bin/python3", "python3"]);
  assert.equal(pythonCandidates(() => "/opt/python")[0], "/opt/python");
});

Deno.test("Python: what cannot be run, or has no NumPy, is passed over", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [plain, failing] = [`${folder}/plain`, `${folder}/failing`];
    await Deno.writeTextFile(plain, "");
    await Deno.writeTextFile(failing, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const none = await findPython([`${folder}/absent`, plain, failing]);
    assert.ok(typeof none !== "string");
    assert.match(none.gap, /none of .*absent.*plain.*failing is a Python with NumPy/);
    const right = `${folder}/right`;
    await Deno.writeTextFile(right, "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    assert.equal(await findPython([failing, right]), right);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const rows = [...numpy, ...scipy, ...numba, ...torch];
const modules = { NumPy: "numpy", SciPy: "scipy", Numba: "numba", PyTorch: "torch" };
const functions: FunctionName[] = [
  ...["softplus", "sigmoid", "softplusGrad"] as const,
  ...["softplusWithGrad", "softplusGradKnown", "sigmoidGrad"] as const,
];

for (const [library, module] of Object.entries(modules)) {
  needing([module], `${library}: every row computes what its name says`, async () => {
    for (const implementation of rows.filter((row) => row.library === library)) {
      const { name } = implementation;
      const loaded = await implementation.load();
      assert.ok(!isGap(loaded), name);
      const most = name.endsWith("all threads") ? navigator.hardwareConcurrency : 1;
      assert.ok(loaded.threads >= 1 && loaded.threads <= most, `${name}: ${loaded.threads}`);
      let computed = 0;
      for (const dtype of ["f32", "f64"] as Dtype[]) {
        for (const fn of functions) {
          const inputs = makeInputs(
            { fn, dtype, ...small },
            dtype === "f64" ? x : Float32Array.from(x),
          );
          const runner = await loaded.prepare(inputs);
          if (isGap(runner)) continue;
          computed++;
          await runner.run();
          const { maxUlp, wrong } = judge(fn, inputs.x, await runner.output(), [...x.keys()]);
          assert.equal(wrong, undefined, `${name} ${fn} ${dtype}`);
          assert.ok(maxUlp < 4000, `${name} ${fn} ${dtype}: ${maxUlp} ULP`);
          assert.ok(await runner.time!(3) > 0);
          await runner.dispose!();
        }
      }
      assert.ok(computed >= 4, `${name} computes ${computed}`);
      await loaded.dispose!();
    }
  });
}
