/** The target table: how lines are judged, and engines of either kind behind the same rows. */
import assert from "node:assert/strict";
import { benchmark } from "../../bench/race/harness.ts";
import { isGap } from "../../lab/implementation.ts";
import { IMPLEMENTATIONS } from "../../bench/peers/implementations.ts";
import { kitImplementation, type Methods } from "../../bench/peers/kit.ts";
import type { Row } from "../../bench/results/schema.ts";
import { formatTargets, loadTargets, type Targets } from "../../bench/targets/run.ts";
import { judgeLine } from "../../bench/targets/judge.ts";
import { type Line, targetLines, type TimeLine } from "../../bench/targets/lines.ts";
import { memoryOf } from "../../bench/targets/memory.ts";
import { scalar } from "../../kernels/engines/mod.ts";
import { targetsTable } from "../../tools/readme.ts";

const item = { fn: "softplus", dtype: "f32", distribution: "normal", rows: 9, columns: 9 } as const;
const line: TimeLine = {
  kind: "faster",
  title: "a against b and c",
  item,
  subject: "a",
  target: 2,
  against: ["b", "c"],
};

function row(implementation: string, round_ns: number[], extra: Partial<Row> = {}): Row {
  const median_ns = round_ns.toSorted((a, b) => a - b)[round_ns.length >> 1];
  const { fn, ...rest } = item;
  return {
    implementation,
    version: "1",
    function: fn,
    ...rest,
    round_ns,
    median_ns,
    gap: null,
    ...extra,
  } as Row;
}

Deno.test("targets: the fastest of the others counts, in pairs of one round", () => {
  const rows = [row("a", [1, 10, 2]), row("b", [2.5, 25, 5]), row("c", [90, 90, 90])];
  const found = judgeLine(line, rows, {});
  assert.deepEqual([found.figure, found.q1, found.q3, found.verdict], [2.5, 2.5, 2.5, "pass"]);
  assert.match(found.note, /against b 1/);
  assert.equal(judgeLine({ ...line, target: 2.6 }, rows, {}).verdict, "falls short");
  const share = judgeLine({ ...line, kind: "share", target: 0.39 }, rows, {});
  assert.deepEqual([share.figure, share.verdict], [0.4, "falls short"]);
  const time = judgeLine({ ...line, kind: "time", against: [], target: 2 }, rows, {});
  assert.deepEqual([time.figure, time.verdict], [2, "pass"]);
});

Deno.test("targets: what is missing is named, and never passes", () => {
  const gone = row("b", [], { gap: "not installed", function: null });
  const alone = judgeLine(line, [row("a", [1]), gone], {});
  assert.equal(alone.verdict, "gap");
  assert.match(alone.note, /without b: not installed; without c: not measured/);
  const other = judgeLine(line, [row("a", [1]), gone, row("c", [3])], {});
  assert.deepEqual([other.verdict, other.figure], ["pass", 3]);
  assert.match(other.note, /against c 1; without b: not installed/);
  const none = judgeLine(line, [row("a", [], { gap: "no engine" }), row("c", [3])], {});
  assert.deepEqual([none.verdict, none.note], ["gap", "a: no engine"]);
});

Deno.test("targets: memory is the most of all sizes, for each thread", () => {
  const memory: Line = { kind: "memory", title: "memory", engine: "e", target: 4 };
  const sizes = [{ elements: 10, mib: 3, controlMib: 0 }, { elements: 20, mib: 9, controlMib: 1 }];
  const of = (threads: number) => judgeLine(memory, [], { e: { engine: "e", threads, sizes } });
  assert.deepEqual([of(1).figure, of(1).verdict], [9, "falls short"]);
  assert.deepEqual([of(3).figure, of(3).verdict], [3, "pass"]);
  assert.deepEqual(judgeLine(memory, [], { e: "no engine" }).note, "no engine");
});

Deno.test("targets: every implementation that a line names exists", () => {
  const names = new Set(IMPLEMENTATIONS.map(({ name }) => name));
  for (const found of targetLines({ single: "wasm", pool: "threads" })) {
    if (found.kind === "memory") continue;
    for (const name of [found.subject, ...found.against]) {
      assert.ok(names.has(name.replace(", two calls", "")), `${found.title}: ${name}`);
    }
  }
});

Deno.test("targets: the table says figure, verdict and reason", () => {
  const run = { cpu: "CPU", cores: 2, os: "", deno: "2", v8: "", commit: "c", date: "d" };
  const outcomes = [judgeLine(line, [row("a", [1]), row("b", [3])], {}), judgeLine(line, [], {})];
  const text = formatTargets({ ...run, noise: 0.05, outcomes });
  assert.match(text, /CPU, 2 cores; Deno 2; commit c; d; machine noise 5\.0 %/);
  assert.match(text, /a against b and c +>= 2 +3 +pass +against b 1; without c: not measured/);
  assert.match(text, /gap +a: not measured/);
});

Deno.test("targets: reference runs stand side by side, in the order of their names", async () => {
  const folder = await Deno.makeTempDir({ prefix: "softplus-targets-" });
  const address = new URL(`file://${folder}/`);
  const save = (name: string, run: Targets) =>
    Deno.writeTextFile(`${folder}/${name}.json`, JSON.stringify(run));
  const run = {
    cores: 2,
    os: "",
    deno: "2",
    v8: "",
    commit: "c",
    noise: null,
    date: "2026-01-01T",
  };
  const outcomes = [judgeLine(line, [row("a", [1]), row("b", [3])], {})];
  const short = [judgeLine(line, [row("a", [1]), row("b", [1.5])], {})];
  const gap = [judgeLine(line, [], {})];
  try {
    assert.deepEqual(loadTargets(address), []);
    assert.match(targetsTable([]), /^Not measured yet/);
    await save("targets-b", { ...run, cpu: "Second", outcomes: short });
    await save("targets-a", { ...run, cpu: "First", noise: 0.05, outcomes });
    await save("targets-c", { ...run, cpu: "Third", outcomes: gap });
    await save("first-call", { ...run, cpu: "None", outcomes: gap });
    const text = targetsTable(loadTargets(address));
    assert.match(text, /First, 2 cores, 2026-01-01, machine noise 5\.0 %; Second, 2 cores/);
    assert.match(text, /\| +\| target \| First +\| Second +\| Third +\|/);
    assert.match(text, /\| ≥ 2 +\| pass: 3 +\| falls short: 1\.5 +\| not measured +\|$/m);
    const other = [judgeLine({ ...line, target: 3 }, [row("a", [1]), row("b", [3])], {})];
    await save("targets-d", { ...run, cpu: "Other", outcomes: other });
    assert.throws(
      () => loadTargets(address),
      /targets-d\.json and targets-a\.json have different lines/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("memory: an engine that needs little is seen to, in a process of its own", async () => {
  const found = await memoryOf("scalar");
  assert.ok(typeof found !== "string", String(found));
  assert.equal(found.sizes.length, 5);
  // 16e6 floats are 64 MiB: a copy of them would show.
  assert.ok(found.sizes.every(({ mib }) => mib < 32), JSON.stringify(found.sizes));
  assert.match(String(await memoryOf("nobody")), /no engine is called nobody/);
});

/** The scalar engine with methods that return promises, as a pool's do. */
const later = Object.fromEntries(
  (["softplus", "softplusGrad", "sigmoid", "softplusWithGrad"] as const).map((name) => [
    name,
    async (...args: unknown[]) => {
      await Promise.resolve();
      return (scalar[name] as (...args: unknown[]) => unknown)(...args);
    },
  ]),
) as unknown as Methods;

Deno.test("kit rows: an engine whose methods return promises, and one that hands out arrays", async () => {
  const freed: number[] = [];
  const lending: Methods = {
    ...later,
    alloc: (Type, length) => new Type(length),
    free: ({ length }) => void freed.push(length),
  };
  const open = () => ({ methods: lending, threads: 2 });
  const implementations = [
    ...(["given", "allocated", "own"] as const).map((memory) =>
      kitImplementation({ engine: "later", precision: "exact", memory, open })
    ),
    kitImplementation({ engine: "later", precision: "exact", twoCalls: true, open }),
    kitImplementation({ engine: "gone", precision: "exact", open: () => ({ gap: "no engine" }) }),
  ];
  const both = { ...item, fn: "softplusWithGrad" } as const;
  const rows = await benchmark({
    cases: [item, both],
    implementations,
    budgetSeconds: 0.2,
    rounds: { least: 3, most: 5 },
  });
  const timed = rows.filter(({ gap }) => gap === null);
  assert.equal(timed.length, 7);
  assert.ok(timed.every(({ max_ulp, threads }) => max_ulp! <= 0.5 && threads === 2));
  assert.deepEqual(freed.toSorted((a, b) => a - b).slice(0, 5), [81, 81, 81, 81, 81]);
  assert.equal(
    rows.find(({ implementation }) => implementation === "gone exact")!.gap,
    "no engine",
  );
  const alone = await kitImplementation({
    engine: "scalar",
    precision: "exact",
    memory: "own",
    open: () => ({ methods: scalar as unknown as Methods, threads: 1 }),
  }).load();
  assert.ok(isGap(alone));
});
