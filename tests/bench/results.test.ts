/** Results on their way to a file and back, into frames, and onto a terminal. */
import assert from "node:assert/strict";
import { join } from "node:path";
import pl from "nodejs-polars";
import type { Case } from "../../bench/plans/cases.ts";
import { runs, times } from "../../bench/results/rows.ts";
import { loadGpuResults } from "../../bench/gpu/frames.ts";
import { GPU_ROWS } from "../../bench/gpu/kit.ts";
import type { Identity, Implementation, Kind } from "../../bench/peers/implementation.ts";
import { IMPLEMENTATIONS } from "../../bench/peers/implementations.ts";
import { nameOf } from "../../bench/peers/naming.ts";
import { loadReference } from "../../bench/results/files.ts";
import { fieldsFromNames } from "../../bench/results/from_names.ts";
import {
  gapRow,
  readResults,
  type Row,
  saveResults,
  timedRow,
} from "../../bench/results/schema.ts";
import { align, formatResults } from "../../bench/report/table.ts";

const loaded = { version: "1.2", threads: 2, prepare: () => ({ gap: "" }) };
const caseOf = (n: number): Case => ({
  fn: "softplus",
  dtype: "f32",
  distribution: "normal",
  rows: n,
  columns: n,
});

const ENVIRONMENT = {
  cpu: "CPU",
  cores: 2,
  os: "os",
  deno: "2",
  v8: "15",
  commit: "",
  noise: 0.01,
  date: "2026-01-01T00:00:00.000Z",
};

function implementation(name: string, kind: Kind = "peer"): Implementation {
  const load = () => Promise.resolve(loaded);
  return { name, kind, library: name, precision: "", includes: "output given", load };
}

function row(name: string, n: number, samples: number[], extra: Partial<Row> = {}): Row {
  const wrong = { input: -104, got: 0, want: Infinity };
  const verdict = { maxUlp: 0.75, maxAbsDiff: 1e-8, worst: wrong };
  const sweep = { maxUlp: Infinity, maxAbsDiff: NaN, worst: wrong, wrong };
  return {
    ...timedRow({
      implementation: implementation(name),
      loaded,
      item: caseOf(n),
      samples,
      calls: 3,
      verdict,
      sweep,
    }),
    ...ENVIRONMENT,
    ...extra,
  };
}

const rows: Row[] = [
  row("base", 10, [100, 200, 300]),
  row("base", 20, [400, 800, 1200]),
  row("half", 10, [200, 400, 600]),
  row("half", 20, [800, 1600, 2400]),
  { ...gapRow(implementation("absent"), "not installed"), ...ENVIRONMENT },
];

async function inTemporaryFolder(work: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("results: a Parquet file gives back every row as it was", () =>
  inTemporaryFolder((folder) => {
    const path = join(folder, "deep", "run.parquet");
    saveResults(rows, path);
    assert.deepEqual(readResults(path), rows);
    saveResults(rows.slice(1), path);
    assert.deepEqual(readResults(path), rows.slice(1));
    assert.deepEqual([...Deno.readDirSync(join(folder, "deep"))].map(({ name }) => name), [
      "run.parquet",
    ]);
  }));

Deno.test("results: rows without any gap, or all of them gaps, keep the column types", () =>
  inTemporaryFolder((folder) => {
    for (const part of [rows.slice(0, 1), rows.slice(-1), []]) {
      const path = join(folder, "part.parquet");
      saveResults(part, path);
      assert.deepEqual(readResults(path), part);
      const { schema } = pl.readParquet(path);
      assert.equal(String(schema["gap"]), "DataType(String)");
      assert.equal(String(schema["median_ns"]), "DataType(Float64)");
    }
  }));

Deno.test("results: a write that fails leaves what was there, and nothing else", () =>
  inTemporaryFolder((folder) => {
    const path = join(folder, "run.parquet");
    saveResults(rows, path);
    assert.throws(() =>
      saveResults([
        { ...rows[0]!, samples: 1n as unknown as number },
        ...rows,
        null as unknown as Row,
      ], path)
    );
    assert.deepEqual(readResults(path), rows);
    assert.equal([...Deno.readDirSync(folder)].length, 1);
    assert.throws(() => readResults(join(folder, "none.parquet")), Deno.errors.NotFound);
  }));

Deno.test("results: another schema version is refused", () =>
  inTemporaryFolder((folder) => {
    const path = join(folder, "old.parquet");
    saveResults([{ ...rows[0]!, schema_version: 1 }], path);
    assert.throws(() => readResults(path), /schema version 1, not 3: measure anew/);
    saveResults([{ ...rows[0]!, schema_version: 4 }], path);
    assert.throws(() => readResults(path), /schema version 4, not 3: a newer kit/);
    pl.DataFrame({ other: [1] }).writeParquet(path);
    assert.throws(() => readResults(path), /schema version/);
  }));

/** A row as version 2 wrote it: only the name, the label and the caveat say who it is. */
function named(implementation: string, library: string, over: Partial<Row>): Row {
  const kind = "peer";
  const old = { ...rows[0]!, implementation, library, kind, schema_version: 2, ...over } as object;
  const fields = ["engine", "form", "memory", "passes", "pool", "clock", "adapter"];
  return Object.fromEntries(
    Object.entries(old).filter(([name]) => !fields.includes(name)),
  ) as unknown as Row;
}

// Long: a table, a row for each manner of names.
Deno.test("results: rows of version 2 get their fields from the names, whoever they are of", () => {
  const onGpu = "arrays on the GPU, kernel time by timestamp-query";
  const cases: [Row, Partial<Row>][] = [
    [
      named("wasm fast, own memory, two calls", "wasm fast", {
        kind: "kit",
        precision: "fast",
        includes: "arrays in the engine's memory, output given",
      }),
      { engine: "wasm", form: "", memory: "own", passes: 2, pool: "", clock: "", adapter: null },
    ],
    [
      named("Numba parallel, out, all threads", "Numba", { includes: "output given" }),
      { engine: "", form: "parallel", memory: "given", passes: 1, pool: "all" },
    ],
    [
      named("tfjs webgpu", "tfjs webgpu", {
        version: "4 on Card (x, y)",
        includes: "input stays, output allocated, read-back",
      }),
      { engine: "webgpu", form: "", memory: "resident", adapter: "Card (x, y)" },
    ],
    [
      named("webgpu, two passes, kernel", "webgpu", {
        kind: "kit",
        includes: onGpu,
        caveat: "on Card (x, y); softplus, then sigmoid",
      }),
      {
        engine: "webgpu",
        form: "",
        memory: "device",
        passes: 2,
        clock: "kernel",
        adapter: "Card (x, y)",
        caveat: "softplus, then sigmoid",
      },
    ],
    [
      named("CUDA copy, completion", "PyTorch", {
        kind: "floor",
        includes: onGpu,
        caveat: "torch copy_, device to device (NVIDIA H200)",
      }),
      { form: "CUDA copy", adapter: "NVIDIA H200", caveat: "torch copy_, device to device" },
    ],
    [
      named("CuPy, formulas", "CuPy", { includes: onGpu, caveat: "log(1 + exp(x)) (of x)" }),
      { form: "formulas", clock: "", adapter: null, caveat: "log(1 + exp(x)) (of x)" },
    ],
  ];
  for (const [old, fields] of cases) {
    const row = fieldsFromNames(old);
    for (const [name, value] of Object.entries({ ...fields, schema_version: 3 })) {
      assert.deepEqual(row[name as keyof Row], value, `${old.implementation}: ${name}`);
    }
    const { library, kind } = row;
    const clock = row.clock || undefined;
    const identity = { ...row, kind, library, clock, pool: row.pool || undefined } as Identity;
    const usual = row.library === "Numba" ? "allocated" : kind === "kit" ? "given" : undefined;
    assert.equal(nameOf(identity, usual), old.implementation);
  }
});

Deno.test("results: the committed runs are read, and every name follows from the fields", () => {
  const known = new Map(IMPLEMENTATIONS.map((one) => [one.name, one]));
  for (const row of loadReference()) {
    const one = known.get(row.implementation)!;
    assert.deepEqual(
      [row.engine, row.form, row.memory, row.passes, row.pool, row.library],
      [one.engine ?? "", one.form ?? "", one.memory, one.passes ?? 1, one.pool ?? "", one.library],
      row.implementation,
    );
  }
  const gpu = new Map(GPU_ROWS.map((one) => [one.name, one]));
  for (const row of loadGpuResults().flatMap(({ rows }) => rows)) {
    const one = gpu.get(row.implementation);
    if (!one) continue; // Python's
    assert.deepEqual(
      [row.engine, row.form, row.memory, row.passes, row.clock],
      [one.engine ?? "", one.form ?? "", one.memory, one.passes ?? 1, one.clock],
      row.implementation,
    );
    assert.equal(row.adapter !== null, row.clock !== "cpu", row.implementation);
  }
});

Deno.test("rows: times by implementation and size, with what a figure shows; machines of runs", () => {
  const found = times(rows, { function: "softplus" });
  assert.deepEqual(found.map(({ implementation, n }) => [implementation, n]), [
    ["base", 10],
    ["base", 20],
    ["half", 10],
    ["half", 20],
  ]);
  assert.equal(found[0]!["ns_per_element"], 2);
  assert.equal(found[0]!.wrong, true);
  assert.deepEqual(times(rows, { function: "sigmoid" }), []);
  assert.equal(runs(rows).height, 1);
});

Deno.test("rows: the fastest of each library by its largest size, the kit's plain calls; or all", () => {
  const plain = { kind: "kit", library: "wasm", memory: "given" };
  const many = [
    row("A, out", 10, [9], { library: "A", wrong_input: null }),
    row("A, out", 20, [10], { library: "A", wrong_input: null }),
    row("A", 10, [1], { library: "A" }),
    row("A", 20, [12], { library: "A" }),
    row("wasm", 20, [5], plain),
    row("wasm, own memory", 20, [2], { ...plain, memory: "own" }),
  ];
  const names = (extra: object) =>
    times(many, { function: "softplus", sizes: [20], ...extra })
      .toSorted((a, b) => a.median_ns - b.median_ns)
      .map(({ implementation, wrong }) => [implementation, wrong]);
  assert.deepEqual(names({}), [["wasm", true], ["A, out", false]]);
  assert.equal(names({ all: true }).length, 4);
  assert.deepEqual(names({ oneThread: true }), []);
});

Deno.test("table: a line for each implementation, sizes as columns, gaps named", () => {
  const text = formatResults(rows);
  assert.match(text, /^CPU, 2 cores/);
  assert.match(text, /softplus, f32, normal\(0, 4\)/);
  assert.match(text, /base +2\.00 +2\.00 +50 % .*x = -104: 0, not Infinity/);
  assert.match(text, /Not measured:\n {2}absent: not installed$/);
  assert.ok(text.indexOf("\nbase") < text.indexOf("\nhalf"));
});

Deno.test("table: columns line up", () => {
  assert.equal(
    align([["", "n", "note"], ["name", "10", ""], ["x", "1000", "µ"]]),
    [
      "         n  note",
      "name    10",
      "x     1000  µ",
    ].join("\n"),
  );
});
