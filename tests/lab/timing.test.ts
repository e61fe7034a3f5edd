/** The stopwatch, its rounds, and what others do meanwhile. */
import assert from "node:assert/strict";
import type { Runner } from "../../lab/implementation.ts";
import { Others } from "../../lab/race/machine_load.ts";
import { stopwatch, takeRounds } from "../../lab/race/timing.ts";

Deno.test("stopwatch: who times itself is told how long to wake up, before every sample", async () => {
  const told: [number, number][] = [];
  const runner: Runner = {
    run: () => {},
    output: () => [],
    time: (calls, wake) => {
      told.push([calls, wake ?? 0]);
      return calls * 1e6;
    },
  };
  const watch = await stopwatch(runner, { warmUp: 0, sample: 2, wake: 30 });
  assert.deepEqual(told[0], [1, 30]);
  told.length = 0;
  assert.equal(await watch.sample(), 1e6);
  assert.deepEqual(told, [[3, 30]]);
});

Deno.test("stopwatch: calls that wake a pool up are not timed, and are left out where none is", async () => {
  // A clock that only calls move: what the machine does meanwhile is of no account.
  const { now } = performance;
  let time = now.call(performance);
  performance.now = () => time;
  try {
    for (const pool of [true, false]) {
      let calls = 0;
      const call = () => {
        calls++;
        // The first call after a pause takes long.
        time += calls === 1 ? 20 : 0.5;
      };
      for (const run of [call, () => Promise.resolve().then(call)]) {
        calls = 10;
        const watch = await stopwatch({ run, output: () => [] }, {
          warmUp: 0,
          sample: 0.5,
          wake: pool ? 40 : 0,
        });
        calls = 0;
        const ns = await watch.sample();
        const slow = (20 + 0.5 * (watch.calls - 1)) / watch.calls;
        assert.ok(Math.abs(ns - 1e6 * (pool ? 0.5 : slow)) < 1, `${ns} ns, pool: ${pool}`);
        if (!pool) assert.equal(calls, watch.calls);
      }
    }
  } finally {
    performance.now = now;
  }
});

Deno.test("stopwatch: a call of 100 ms is a sample by itself, whoever is to be woken up", async () => {
  for (const [ms, calls, wake] of [[99, 2, 30], [100, 1, 0]] as const) {
    const told: [number, number][] = [];
    const runner: Runner = {
      run: () => {},
      output: () => [],
      time(calls, wake = 0) {
        told.push([calls, wake]);
        return calls * ms * 1e6;
      },
    };
    const watch = await stopwatch(runner, { warmUp: 0, sample: 120, wake: 30 });
    assert.equal(told.length, ms < 100 ? 3 : 1);
    told.length = 0;
    assert.equal(await watch.sample(), ms * 1e6);
    assert.deepEqual(told, [[calls, wake]]);
  }
});

Deno.test("rounds: one in which others were at work is taken again, as often as is taken at least", async () => {
  const trouble = async (disturbed: (round: number) => boolean) => {
    let taken = 0;
    let round = 0;
    const watch = { calls: 1, sample: () => ++taken };
    const [samples] = await takeRounds([watch], { least: 3, most: 4, budget: 1e4 }, {
      disturbed: () => disturbed(++round),
    });
    return samples;
  };
  assert.deepEqual(await trouble(() => false), [1, 2, 3, 4]);
  assert.deepEqual(await trouble((round) => round === 2), [1, 3, 4, 5]);
  assert.deepEqual(await trouble(() => true), [4, 5, 6, 7]);
});

Deno.test("rounds: everybody once in each, in an order that changes and that the seed decides", async () => {
  const ordersOf = async (seed?: number) => {
    const taken: number[] = [];
    const watches = [0, 1, 2, 3, 4].map((k) => ({ calls: 1, sample: () => taken.push(k) }));
    const rounds = { least: 6, most: 6, budget: 0 };
    await takeRounds(watches, rounds, seed === undefined ? {} : { seed });
    return Array.from({ length: 6 }, (_, round) => taken.slice(5 * round, 5 * round + 5).join(""));
  };
  const orders = await ordersOf(7);
  for (const order of orders) assert.equal([...order].sort().join(""), "01234");
  assert.ok(new Set(orders).size > 3, orders.join());
  assert.deepEqual(await ordersOf(7), orders);
  assert.notDeepEqual(await ordersOf(8), orders);
  assert.deepEqual(await ordersOf(), await ordersOf(1));
});

Deno.test("others: what a stranger does is seen, what we and our children do is not", async () => {
  const root = await Deno.makeTempDir();
  const write = async (name: string, text: string) => {
    await Deno.mkdir(`${root}/${name}`.replace(/\/stat$/, ""), { recursive: true });
    await Deno.writeTextFile(`${root}/${name}`, text);
  };
  /** Ticks of the machine, of us, of a child, of those of its children that have ended. */
  const tell = async (all: number, ours: number, child: number, ended: number) => {
    await Deno.writeTextFile(`${root}/stat`, `cpu  ${all} 0 0 77777 88888 0 0 0 0 0\ncpu0 1\n`);
    const zeros = "0 ".repeat(9);
    await write(`${Deno.pid}/stat`, `${Deno.pid} (deno) R 1 ${zeros}${ours} 0 0 0 0\n`);
    await write(
      "2000000001/stat",
      `2000000001 (a) b c) S ${Deno.pid} ${zeros}0 ${child} 0 ${ended}`,
    );
    await write("2000000002/stat", `2000000002 (other) S 1 ${zeros}${all} 0 0 0`);
  };
  const seen = async (ticks: [number, number, number, number]) => {
    await tell(1000, 100, 100, 100);
    const others = new Others(root);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await tell(...ticks);
    return others.disturbed();
  };
  try {
    assert.equal(await seen([1300, 100, 100, 100]), true);
    assert.equal(await seen([1300, 400, 100, 100]), false);
    assert.equal(await seen([1300, 100, 400, 100]), false);
    assert.equal(await seen([1300, 100, 100, 400]), false);
    assert.equal(await seen([1002, 100, 100, 100]), false);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  assert.equal(new Others(root).disturbed(), false);
});
