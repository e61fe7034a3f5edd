/** The command line of the benchmark, and the measuring that notebooks use. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { compareValues } from "../../bench/report/accuracy.ts";
import { IMPLEMENTATIONS, OWN } from "../../bench/peers/implementations.ts";
import { measure } from "../../bench/race/measure.ts";
import { readResults } from "../../bench/results/schema.ts";
import { parseRun } from "../../bench/run.ts";
import { LOCAL } from "../../bench/results/files.ts";

Deno.test("bench: the command line without flags, and with all of them", () => {
  assert.deepEqual(parseRun([]), { plan: "standard", output: LOCAL });
  const all = "--full --output o/r.parquet --functions softplus,sigmoid --dtypes f64 " +
    "--distributions tail --sizes 100,1010 --implementations scalar --budget 2.5 --sittings 3";
  assert.deepEqual(parseRun(all.split(" ")), {
    plan: "full",
    output: "o/r.parquet",
    functions: ["softplus", "sigmoid"],
    dtypes: ["f64"],
    distributions: ["tail"],
    sizes: [100, 1010],
    implementations: ["scalar"],
    budgetSeconds: 2.5,
    sittings: 3,
  });
  assert.equal((parseRun(["--output", "o"]) as { output: string }).output, "o/benchmark.parquet");
  assert.equal(parseRun(["--quick", "--help"]), "help");
  assert.equal(parseRun(["--list"]), "list");
  assert.deepEqual(parseRun(["--compare", "a.parquet,b.parquet"]), {
    compare: ["a.parquet", "b.parquet"],
  });
});

Deno.test("bench: a bad flag says what it takes", () => {
  const fails = (line: string, message: RegExp) =>
    assert.throws(() => parseRun(line.split(" ")), message, line);
  fails("--functions softmax", /--functions softmax: it takes softplus, /);
  fails("--dtypes f16", /--dtypes f16: it takes f32, f64/);
  fails("--sizes 10,-1", /--sizes -1: it takes positive/);
  fails("--budget soon", /--budget soon: it takes positive/);
  fails("--sittings 1.5", /--sittings 1.5: it takes whole numbers/);
  fails("--functions ,", /--functions needs/);
  fails("--quick --full", /exclude each other/);
  fails("--compare a.parquet", /--compare takes two files/);
  fails("--fast", /--fast/);
  fails("quick", /quick/);
});

Deno.test("bench: measure selects implementations by part of their names", async () => {
  const item = {
    fn: "softplus",
    dtype: "f32",
    distribution: "normal",
    rows: 9,
    columns: 9,
  } as const;
  const options = { cases: [item], budgetSeconds: 0.2 };
  const rows = await measure({ ...options, implementations: ["math loop", "scalar"] });
  const names = new Set(rows.map(({ implementation }) => implementation));
  assert.deepEqual([...names].sort(), ["Math loop", "scalar exact", "scalar fast"]);
  await assert.rejects(measure({ ...options, implementations: ["nobody"] }), /nobody.*Math loop/);
  await assert.rejects(measure({ sizes: [11] }), /11/);
});

Deno.test("bench: every implementation of the list is within its bound for every function", async () => {
  const cases = (["softplus", "softplusGrad", "sigmoid", "softplusWithGrad"] as const).flatMap((
    fn,
  ) =>
    (["f32", "f64"] as const).map((dtype) => ({
      fn,
      dtype,
      distribution: "tail" as const,
      rows: 20,
      columns: 20,
    }))
  );
  const rows = await measure({ cases, budgetSeconds: 1 });
  const kit = rows.filter(({ kind }) => kind === "kit");
  assert.ok(kit.length > 0);
  assert.ok(kit.every(({ wrong_input }) => wrong_input === null));
});

Deno.test("compareValues: each pair once; exact and the float64 loop agree in float32", async () => {
  const found = await compareValues(OWN, { fn: "softplus", n: 40 });
  const compared = new Set(found.map(({ first, second }) => `${first}/${second}`));
  assert.equal(compared.size, found.length);
  const exact = found.find(({ first, second }) =>
    [first, second].sort().join() === "Math loop,scalar exact"
  )!;
  assert.ok(exact.max_ulp_diff <= 1);
  const naive = found.find(({ first }) => first === "naive")!;
  assert.ok(naive.max_ulp_diff > 10 && naive.max_abs_diff < 1e-5);
});

Deno.test("bench: the command saves what it prints; interrupted, it saves nothing", async () => {
  const folder = await Deno.makeTempDir();
  const run = (...args: string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL("../../bench/run.ts", import.meta.url).pathname, ...args],
      stdout: "piped",
      stderr: "piped",
    });
  try {
    const output = join(folder, "r.parquet");
    const args = ["--quick", "--sizes", "10", "--budget", "0.5", "--output", output];
    const { code, stdout, stderr } = await run(...args).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.match(new TextDecoder().decode(stdout), /Math loop/);
    const rows = readResults(output);
    assert.equal(
      new Set(rows.map(({ implementation }) => implementation)).size,
      IMPLEMENTATIONS.length,
    );
    const left = rows.filter(({ gap }) => gap?.startsWith("not in the quick plan"));
    assert.equal(left.length, IMPLEMENTATIONS.length - OWN.length);
    assert.ok(left.every(({ date }) => date === rows[0]!.date));

    const long = run("--output", join(folder, "none.parquet")).spawn();
    const reader = long.stderr.getReader();
    await reader.read(); // the first line of progress: it is under way
    long.kill("SIGINT");
    const { code: interrupted } = await long.status;
    while (!(await reader.read()).done);
    await long.stdout.cancel();
    assert.equal(interrupted, 130);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["r.parquet"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
