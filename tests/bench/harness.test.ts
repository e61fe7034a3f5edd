/** The harness on planted implementations: wrong ones are caught, slow ones come out slow. */
import assert from "node:assert/strict";
import type { Case } from "../../bench/plans/cases.ts";
import { benchmark, type BenchmarkOptions } from "../../bench/race/harness.ts";
import type { Implementation, Inputs, Loaded } from "../../bench/peers/implementation.ts";
import type { Runner } from "../../lab/implementation.ts";
import { fillRunner } from "../../bench/peers/implementation.ts";
import { copy } from "../../bench/peers/copy.ts";
import { mathLoop } from "../../bench/peers/math-loop.ts";
import type { Row } from "../../bench/results/schema.ts";
import { threadsAtWork } from "../../lab/race/threads_at_work.ts";
import { BoundError } from "../../bench/race/validate.ts";

const small: Case = { fn: "softplus", dtype: "f32", distribution: "normal", rows: 8, columns: 9 };

function run(implementations: Implementation[], options: Partial<BenchmarkOptions> = {}) {
  const rounds = { least: 3, most: 5 };
  return benchmark({ cases: [small], budgetSeconds: 0.2, rounds, implementations, ...options });
}

/** An implementation of softplus from a function of one number, run `times` over. */
function planted(
  name: string,
  f: (x: number) => number,
  extra: Partial<Implementation> & { times?: number } = {},
): Implementation {
  const { times = 1, ...rest } = extra;
  const prepare = (inputs: Inputs) =>
    fillRunner(inputs, () => {
      for (let t = 0; t < times; t++) {
        for (let i = 0; i < inputs.x.length; i++) inputs.out[0]![i] = f(inputs.x[i]!);
      }
    });
  return {
    name,
    kind: "peer",
    library: name,
    precision: "",
    includes: "output given",
    load: () => Promise.resolve({ version: "1", threads: 1, prepare }),
    ...rest,
  };
}

const stable = (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
const rowOf = (rows: Row[], name: string) => rows.find((row) => row.implementation === name)!;

Deno.test("harness: a kit implementation that breaks its bound fails the run, with the input", async () => {
  const broken = planted("broken", (x) => x > 3 && x < 4 ? stable(x) * (1 + 2 ** -20) : stable(x), {
    kind: "kit",
    bound: () => 0.5,
  });
  await assert.rejects(run([mathLoop, broken]), (error: Error) => {
    assert.ok(error instanceof BoundError);
    assert.match(error.message, /^broken promises 0\.5 ULP and is \d+.* off: softplus f32 x=0x40/);
    return true;
  });
});

Deno.test("harness: a kit implementation within its bound passes", async () => {
  const rows = await run([planted("right", stable, { kind: "kit", bound: () => 0.5 })]);
  assert.ok(rowOf(rows, "right").sweep_max_ulp! <= 0.5);
});

Deno.test("harness: a wrong peer is timed, and marked with an input that shows it", async () => {
  const textbook = planted("textbook", (x) => Math.log(1 + Math.exp(x)), { kind: "textbook" });
  const row = rowOf(await run([textbook]), "textbook");
  assert.ok(row.median_ns! > 0);
  assert.equal(row.gap, null);
  // exp(x) is lost in 1 + exp(x) below -37, in float64, and overflows from 709.8 on.
  assert.equal(row.wrong_got, 0);
  assert.ok(row.wrong_input! < -36 && row.wrong_input! > -38, String(row.wrong_input));
  assert.ok(row.wrong_want! > 0);
  assert.ok(row.sweep_max_ulp! > 1e6);
});

Deno.test("harness: NaN and Infinity are wrong, a flushed last subnormal is only inexact", async () => {
  const rows = await run([
    planted("not a number", (x) => x > 50 ? NaN : stable(x)),
    planted("flush", (x) => stable(x) < 1e-45 ? 0 : stable(x)),
  ]);
  assert.ok(Number.isNaN(rowOf(rows, "not a number").wrong_got));
  assert.equal(rowOf(rows, "not a number").max_ulp! < 1, true);
  assert.equal(rowOf(rows, "not a number").sweep_max_ulp, Infinity);
  assert.equal(rowOf(rows, "flush").wrong_input, null);
});

Deno.test("harness: ten times the work ranks behind, in the median and in every pair", async () => {
  const rows = await run([planted("slow", stable, { times: 10 }), planted("quick", stable)]);
  const [slow, quick] = [rowOf(rows, "slow"), rowOf(rows, "quick")];
  assert.ok(slow.median_ns! > 2 * quick.median_ns!);
  assert.equal(slow.round_ns!.length, quick.round_ns!.length);
  assert.equal(slow.samples, slow.round_ns!.length);
  assert.ok(quick.calls_per_sample! > slow.calls_per_sample!);
  assert.ok(quick.q1_ns! <= quick.median_ns! && quick.median_ns! <= quick.q3_ns!);
});

Deno.test("harness: derived columns", async () => {
  const row = rowOf(await run([copy]), "copy");
  assert.equal(row.elements, 72);
  assert.equal(row.ns_per_element, row.median_ns! / 72);
  assert.equal(row.elements_per_s, 72 / row.median_ns! * 1e9);
  assert.equal(row.gb_per_s, 2 * 72 * 4 / row.median_ns!);
  assert.equal(row.max_ulp, null);
  assert.ok(row.noise! >= 0);
  assert.match(row.date!, /^\d{4}-/);
});

Deno.test("harness: asynchronous runners are awaited, others time themselves", async () => {
  let waiting = 0;
  const make = (name: string, wrap: (runner: Runner) => Runner): Implementation => {
    const base = planted(name, stable);
    const load: Implementation["load"] = async () => {
      const loaded = await base.load();
      if ("gap" in loaded) return loaded;
      return { ...loaded, prepare: async (inputs) => wrap(await loaded.prepare(inputs) as Runner) };
    };
    return { ...base, load };
  };
  const later = make("later", (runner) => ({
    ...runner,
    async run() {
      assert.equal(waiting++, 0, "one call at a time");
      await new Promise((resolve) => setTimeout(resolve, 1));
      runner.run();
      waiting--;
    },
  }));
  const own = make("own clock", (runner) => ({ ...runner, time: (calls) => calls * 5e6 }));
  const rows = await run([later, own]);
  assert.ok(rowOf(rows, "later").median_ns! > 1e6);
  assert.ok(Math.abs(rowOf(rows, "own clock").median_ns! - 5e6) < 1);
});

Deno.test("harness: what is absent, not offered or failing is a gap with its reason", async () => {
  const absent = planted("absent", stable, {
    load: () => Promise.resolve({ gap: "not installed" }),
  });
  const broken = planted("broken", stable, { load: () => Promise.reject(new Error("no driver")) });
  const partial = planted("partial", stable, {
    load: () =>
      Promise.resolve({ version: "2", threads: 4, prepare: () => ({ gap: "no float32" }) }),
  });
  const failing = planted("failing", () => {
    throw new Error("out of memory");
  });
  const rows = await run([absent, broken, partial, failing, mathLoop]);
  assert.equal(rows.length, 5);
  const gap = (name: string) => rowOf(rows, name).gap;
  assert.equal(gap("absent"), "not installed");
  assert.equal(gap("broken"), "no driver");
  assert.equal(gap("partial"), "no float32");
  assert.equal(rowOf(rows, "partial").function, "softplus");
  assert.equal(rowOf(rows, "partial").threads, 4);
  assert.equal(gap("failing"), "out of memory");
  assert.equal(gap("Math loop"), null);
});

Deno.test("harness: an aborted run returns nothing and frees everything", async () => {
  const stop = new AbortController();
  let [loads, runners] = [0, 0];
  const counted = planted("counted", stable, {
    load() {
      loads++;
      return Promise.resolve({
        version: "1",
        threads: 1,
        prepare(inputs) {
          runners++;
          const runner = fillRunner(inputs, () => inputs.out[0]!.set(inputs.x));
          return { ...runner, dispose: () => void runners-- };
        },
        dispose: () => void loads--,
      });
    },
  });
  const reason = new Error("stopped by the test");
  const onCase = () => stop.abort(reason);
  await assert.rejects(run([counted], { signal: stop.signal, onCase }), reason);
  assert.deepEqual([loads, runners], [0, 0]);
});

Deno.test("harness: names are unique", async () => {
  await assert.rejects(run([planted("twin", stable), planted("twin", stable)]), /named twin/);
});

Deno.test("harness: every function of the comparison, by the Math loop and the copy", async () => {
  const cases = ["softplus", "softplusGrad", "softplusGradKnown", "sigmoid", "softplusWithGrad"]
    .flatMap((fn) => ["f32", "f64"].map((dtype) => ({ ...small, fn, dtype }) as Case));
  const rows = await run([copy, mathLoop], { cases });
  assert.equal(rows.filter(({ gap }) => gap === null).length, 2 * cases.length);
  const ulps = (fn: string, dtype: string) =>
    rows.find((row) =>
      row.implementation === "Math loop" && row.function === fn && row.dtype === dtype
    )!.sweep_max_ulp!;
  assert.ok(ulps("softplus", "f64") < 3);
  assert.ok(ulps("sigmoid", "f32") <= 0.5 + 1e-6);
  // 1 - e^-y cancels where y is small: the value alone does not give the gradient.
  assert.ok(ulps("softplusGradKnown", "f64") > 1e6);
});

Deno.test("harness: who fails while it is timed becomes a gap, and the others go on", async () => {
  let calls = 0;
  const fails = planted("fails", (x) => {
    if (x === x && ++calls > 20_000) throw new Error("device lost");
    return stable(x);
  });
  const rows = await run([fails, mathLoop], { budgetSeconds: 1, rounds: { least: 5, most: 9 } });
  assert.equal(rowOf(rows, "fails").gap, "device lost");
  assert.ok(rowOf(rows, "Math loop").samples! >= 5);
});

Deno.test("harness: a call that would take too long is a gap that says how long", async () => {
  const slow = planted("slow", stable, { times: 5 });
  const at = (n: number): Case => ({ ...small, rows: n, columns: n });
  const rows = await run([slow, copy], { cases: [at(100), at(400)], longestCall: 5 });
  const found = rows.filter(({ implementation }) => implementation === "slow");
  assert.equal(found.length, 2);
  assert.ok(found[0]!.median_ns! > 0);
  assert.match(
    found[1]!.gap!,
    /^a call of this size takes about [\d.]+ s, longer than the 0.005 s/,
  );
});

Deno.test("harness: a case may be for some of the implementations only", async () => {
  const rows = await run([mathLoop, copy], { takesPart: (_, name) => name === "copy" });
  assert.deepEqual(rows.map(({ implementation }) => implementation), ["copy"]);
});

/** Work of some 60 ms on a processor, however often it has to wait for one. */
function work(): number {
  let sum = 0;
  for (let i = 0; i < 2e7; i++) sum = sum * 0.75 + 1;
  return sum;
}

/** Another thread that works when it is told to. */
function secondThread(): { work(): Promise<unknown> } & Disposable {
  const code = `${work}\nonmessage = () => postMessage(work());`;
  const worker = new Worker(`data:application/javascript,${encodeURIComponent(code)}`, {
    type: "module",
  });
  return {
    work() {
      const { promise, resolve } = Promise.withResolvers();
      worker.onmessage = resolve;
      worker.postMessage(0);
      return promise;
    },
    [Symbol.dispose]: () => worker.terminate(),
  };
}

Deno.test("threadsAtWork: one that works alone, and two", async () => {
  using second = secondThread();
  await second.work();
  assert.equal(await threadsAtWork("self", () => void work()), 1);
  const both = async () => {
    const other = second.work();
    work();
    await other;
  };
  assert.equal(await threadsAtWork("self", both), 2);
});

Deno.test("threadsAtWork: somebody who works beside it once is not counted", async () => {
  using second = secondThread();
  await second.work();
  for (const disturbed of [1, 2]) {
    let runs = 0;
    const sometimes = async () => {
      const other = ++runs === disturbed ? second.work() : undefined;
      work();
      await other;
    };
    assert.equal(await threadsAtWork("self", sometimes), 1);
    assert.equal(runs, 3, "the first two counts differed");
  }
});

/** `planted`, whose loads and disposals are counted, and whose `fails`th load cannot prepare. */
function loadedAnew(fails?: number) {
  const count = { loads: 0, disposals: 0 };
  const one = planted("anew", stable);
  const implementation: Implementation = {
    ...one,
    async load() {
      const loaded = await one.load() as Loaded;
      const prepare = ++count.loads === fails
        ? () => Promise.reject(new Error("no more"))
        : loaded.prepare;
      return { ...loaded, prepare, dispose: () => void count.disposals++ };
    },
  };
  return { count, implementation };
}

Deno.test("harness: every sitting loads anew, and the samples of all are taken together", async () => {
  const { count, implementation } = loadedAnew();
  const names: (string | undefined)[] = [];
  const rows = await run([implementation], {
    sittings: 3,
    rounds: { least: 6, most: 6 },
    onCase: (name, index) => void names.push(`${index} ${name}`),
  });
  assert.deepEqual(count, { loads: 3, disposals: 3 });
  assert.deepEqual(rows.map(({ samples, round_ns }) => [samples, round_ns!.length]), [[6, 6]]);
  assert.deepEqual(names.map((name) => name!.split(" ")[0]), ["0", "1", "2", "3"]);
});

Deno.test("harness: another order in every run", async () => {
  const orderOf = async (drawn: number) => {
    const order: string[] = [];
    const timed = (name: string): Implementation => ({
      ...planted(name, stable),
      load: () =>
        Promise.resolve({
          ...{ version: "1", threads: 1 },
          prepare: (inputs: Inputs) => ({
            ...fillRunner(inputs, () => inputs.out[0]!.set(inputs.x.map(stable))),
            time(calls: number) {
              order.push(name);
              return 2e6 * calls;
            },
          }),
        }),
    });
    const { random } = Math;
    Math.random = () => drawn;
    try {
      await run(["a", "b", "c", "d", "e"].map(timed), { rounds: { least: 5, most: 5 } });
    } finally {
      Math.random = random;
    }
    return order.join("").match(/e{9,}(.{20})/)![1]; // what follows the warm-up of e
  };
  const first = await orderOf(0.25);
  assert.equal(await orderOf(0.25), first);
  assert.notEqual(await orderOf(0.75), first);
});

Deno.test("harness: what fails in one sitting is a gap, whatever the others found", async () => {
  for (const fails of [1, 2, 3]) {
    const { count, implementation } = loadedAnew(fails);
    const rows = await run([implementation], { sittings: 3 });
    assert.deepEqual(rows.map(({ gap }) => gap), ["no more"]);
    assert.equal(count.disposals, 3);
  }
});
