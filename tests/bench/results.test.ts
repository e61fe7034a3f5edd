/** Results on their way to a file and back, into frames, and onto a terminal. */
import assert from "node:assert/strict";
import { join } from "node:path";
import pl from "nodejs-polars";
import type { Case } from "../../bench/plans/cases.ts";
import { gaps, runs, speedUps, timings, valueCheck } from "../../bench/results/rows.ts";
import type { Implementation, Kind } from "../../bench/peers/implementation.ts";
import {
  gapRow,
  readResults,
  type Row,
  saveResults,
  SCHEMA_VERSION,
  timedRow,
} from "../../bench/results/schema.ts";
import { align, formatResults } from "../../bench/report/table.ts";

const loaded = { version: "1.2", threads: 2, prepare: () => ({ gap: "" }) };
const caseOf = (n: number): Case => ({
  ...{ fn: "softplus", dtype: "f32", distribution: "normal", rows: n, columns: n },
});

const ENVIRONMENT = {
  ...{ cpu: "CPU", cores: 2, os: "os", deno: "2", v8: "15", commit: "", noise: 0.01 },
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
    saveResults([{ ...rows[0]!, schema_version: 0 }], path);
    assert.throws(() => readResults(path), /schema version 0/);
    saveResults([{ ...rows[0]!, schema_version: SCHEMA_VERSION + 1 }], path);
    assert.throws(() => readResults(path), /schema version/, "of a later kit");
    pl.DataFrame({ other: [1] }).writeParquet(path);
    assert.throws(() => readResults(path), /schema version/);
  }));

Deno.test("frames: times by size, speed-up pair by pair, value check, gaps, runs", () => {
  const which = { function: "softplus" } as const;
  const times = timings(rows, which).toRecords();
  assert.deepEqual(times.map(({ implementation, n }) => [implementation, n]), [
    ["base", 10],
    ["half", 10],
    ["base", 20],
    ["half", 20],
  ]);
  assert.equal(times[0]!["ns_per_element"], 2);
  const ups = speedUps(rows, "base", which).toRecords();
  assert.deepEqual(ups.map(({ implementation, ratio }) => [implementation, ratio]), [
    ["half", 0.5],
    ["half", 0.5],
  ]);
  const floor = row("copy", 10, [1, 1, 1], { kind: "floor" });
  assert.deepEqual(speedUps([...rows, floor], "base", which).toRecords(), ups);
  assert.equal(valueCheck(rows, which).toRecords()[0]!["wrong_at"], -104);
  assert.deepEqual(gaps(rows).toRecords(), [
    { implementation: "absent", what: "everything", gap: "not installed" },
  ]);
  assert.equal(gaps(rows.slice(0, 2)).height, 0);
  assert.equal(runs(rows).height, 1);
});

Deno.test("frames: the fastest of each library by its largest size, the kit's plain calls; or all", () => {
  const plain = { kind: "kit", library: "wasm", includes: "output given" };
  const many = [
    row("A, out", 10, [9], { library: "A", wrong_input: null }),
    row("A, out", 20, [10], { library: "A", wrong_input: null }),
    row("A", 10, [1], { library: "A" }),
    row("A", 20, [12], { library: "A" }),
    row("wasm", 20, [5], plain),
    row("wasm, own memory", 20, [2], { ...plain, includes: "arrays in WASM memory" }),
  ];
  const names = (extra: object) =>
    timings(many, { function: "softplus", sizes: [20], ...extra }).toRecords()
      .map(({ implementation, wrong }) => [implementation, wrong]);
  assert.deepEqual(names({}), [["wasm", true], ["A, out", false]]);
  assert.equal(names({ all: true }).length, 4);
  assert.throws(() => names({ oneThread: true }), /no results/);
});

Deno.test("frames: what is not there is named", () => {
  assert.throws(() => timings(rows, { function: "sigmoid" }), /no results for .*sigmoid/);
  assert.throws(() => speedUps(rows, "nobody", { function: "softplus" }), /nobody.*base, half/);
});

Deno.test("frames: samples of another run are not paired", () => {
  const other = row("later", 10, [1, 1, 1], { date: "2027-01-01T00:00:00.000Z" });
  const found = speedUps([...rows, other], "base", { function: "softplus", sizes: [10] });
  assert.deepEqual(found.toRecords().map(({ implementation }) => implementation), ["half"]);
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
