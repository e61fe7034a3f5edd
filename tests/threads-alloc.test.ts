/** Arrays in memory that all threads share: same bits without a copy, whatever happens beside it. */
import assert from "node:assert/strict";
import { Random } from "../bench/random.ts";
import { type Job, job, Jobs, owner, type Work } from "../kernels/engines/threads/job.ts";
import { Homes } from "../kernels/engines/threads/homes.ts";
import type { News } from "../kernels/engines/threads/worker.ts";
import { Pool } from "../kernels/engines/threads/pool.ts";
import { newMemory, sharedBuild } from "../kernels/engines/wasm/module.ts";
import { createRunner, heapStart } from "../kernels/engines/wasm/runner.ts";
import { createThreads } from "../kernels/engines/threads.ts";
import { Matrix, softplus, threads, wasm } from "../mod.ts";
import { call, kernels, type Methods, precisionsOf } from "./engines.ts";
import { withWorkers } from "./workers.ts";

type Vector = Float32Array | Float64Array;

const lengths = [0, 1, 31, 32, 33, 8191, 8192, 8193, 100_000, 131_073];
const types = [Float32Array, Float64Array] as const;

function fillRandom<T extends Vector>(x: T, seed: number): T {
  const source = new Random(seed);
  for (let i = 0; i < x.length; i++) x[i] = 12 * source.normal();
  // Subnormal results, and the special values, in the middle of everything.
  [NaN, Infinity, -Infinity, -0, -90, -103.9, 1e-30].forEach((special, k) => {
    if (x.length > 40) x[(k * 37) % x.length] = special;
  });
  return x;
}

for (const Type of types) {
  const format = Type === Float32Array ? "f32" : "f64";
  Deno.test(`threads.alloc ${format}: every kernel, precision and length has the bits of wasm`, async () => {
    await using pool = await createThreads({ size: 3 }, 0);
    for (const length of lengths) {
      for (const kernel of kernels) {
        for (const precision of precisionsOf(format)) {
          for (const beta of [1, -1, 3]) {
            const arrays = [...Array(kernel.inputs + kernel.outputs)]
              .map(() => pool.alloc(Type as Float32ArrayConstructor, length));
            const inputs = arrays.slice(0, kernel.inputs).map(fillRandom);
            const outs = arrays.slice(kernel.inputs);
            const plain = inputs.map((x) => new Type(x as Float32Array));
            const want = await call(wasm as unknown as Methods, kernel, plain, { precision, beta });
            const options = { precision, beta };
            await call(pool as unknown as Methods, kernel, inputs, options, outs);
            const what = `${kernel.name} ${precision} ${length} beta ${beta}`;
            outs.forEach((out, k) =>
              assert.deepEqual(new Type(out as Float32Array), want[k], what)
            );
            inputs.forEach((x, k) => assert.deepEqual(new Type(x as Float32Array), plain[k], what));
            if (kernel.outputs === 1) {
              await call(pool as unknown as Methods, kernel, inputs, options, [inputs[0]!]);
              assert.deepEqual(new Type(inputs[0] as Float32Array), want[0], `${what}, in place`);
            }
            arrays.forEach((array) => pool.free(array));
          }
        }
      }
    }
  });
}

Deno.test("threads.alloc: views, overlaps, a Matrix, and arrays from elsewhere", async () => {
  await using pool = await createThreads({ size: 2 }, 0);
  const own: Float32Array = pool.alloc(Float32Array, 50_003);
  const x: Float32Array = fillRandom(new Float32Array(50_000), 7);
  const want = softplus(x);
  for (const from of [0, 1, 3]) {
    for (const to of [0, 1, 3]) {
      own.fill(5);
      const [source, out] = [own.subarray(from, from + x.length), own.subarray(to, to + x.length)];
      source.set(x);
      assert.equal(await pool.softplus(source, { out }), out);
      assert.deepEqual(new Float32Array(out), want, `from ${from} to ${to}`);
      if (from === to) {
        assert.ok(own.subarray(0, from).every((value) => value === 5));
        assert.ok(own.subarray(from + x.length).every((value) => value === 5));
      }
    }
  }
  own.subarray(0, x.length).set(x);
  const batch = new Matrix(own.subarray(0, x.length), 250, 200);
  assert.equal(await pool.softplus(batch, { out: batch }), batch);
  assert.deepEqual(new Float32Array(batch.data), want);
  // From plain memory, from another arena and from wasm's, and back.
  using elsewhere = pool.alloc(Float32Array, 2 ** 25);
  const ofWasm: Float32Array = wasm.alloc(Float32Array, x.length);
  const out: Float32Array = elsewhere.subarray(0, x.length);
  assert.notEqual(out.buffer, own.buffer);
  assert.deepEqual(new Float32Array(await pool.softplus(x, { out })), want);
  own.subarray(0, x.length).set(x);
  out.fill(0);
  await pool.softplus(own.subarray(0, x.length), { out });
  assert.deepEqual(new Float32Array(out), want);
  await pool.softplus(own.subarray(0, x.length), { out: ofWasm });
  assert.deepEqual(new Float32Array(ofWasm), want);
  assert.deepEqual(wasm.softplus(own.subarray(0, x.length), { out: ofWasm }), ofWasm);
});

for (const kind of ["node", "web"] as const) {
  Deno.test(`threads.alloc: 64 calls in flight on ${kind} workers, one killed: right, or a clear error`, async () => {
    await withWorkers(kind, async (kill) => {
      await using pool = await createThreads({ size: 2 }, 0);
      let rejected = 0;
      const round = (killsAt: number) =>
        Promise.all(Array.from({ length: 64 }, async (_, i) => {
          const length = [40, 4096, 65_537, 300_001][i % 4]!;
          const x = fillRandom(pool.alloc(Float32Array, length), i);
          const out = i % 3 === 0 ? x : pool.alloc(Float32Array, length);
          const want = softplus(new Float32Array(x));
          const done = pool.softplus(x, { out });
          if (i === killsAt) kill[0]!();
          const failed = await done.then(() => false, (error: Error) => {
            assert.ok(out === x, "only where it is in place");
            assert.match(error.message, /a worker ended while it computed in place/);
            return true;
          });
          if (failed) rejected++;
          else assert.deepEqual(new Float32Array(out), want);
          pool.free(x);
          if (out !== x) pool.free(out);
        }));
      await round(20);
      // New workers know the old memories.
      await round(-1);
      assert.ok(rejected <= 4, `${rejected} calls were rejected`);
      assert.ok(kind === "web" || kill.length >= 3, "the worker was replaced");
    });
  });
}

/** A job of three pieces beside which nobody works but the test. */
function aJob({ inPlace, fails = -1 }: { inPlace: boolean; fails?: number }) {
  const jobs = new Jobs();
  const memory = new SharedArrayBuffer(2 ** 20);
  const x = new Float32Array(memory, 1024, 3 * 8192) as unknown as Float32Array<ArrayBuffer>;
  const out = new Float32Array(memory, 2 ** 19, x.length) as unknown as Float32Array<ArrayBuffer>;
  const computed: number[] = [];
  const begin = (): Job | undefined =>
    jobs.begin({
      ...{ kernel: "softplus32", kernelNumber: 0, beta: 1, memory: 1, count: x.length },
      ...{ inputs: [x], outputs: [inPlace ? x : out] },
      runner: {
        run(...args) {
          if (args[4] === fails) throw new Error("out of luck");
          computed.push(args[4]);
        },
      },
    } as Work);
  const begun = begin()!;
  /** As a worker does it; false where the piece is not free. */
  const claim = (piece: number, id: number, generation = 1): boolean => {
    const free = generation << owner.bits;
    const at = job.words + piece;
    return Atomics.compareExchange(jobs.table, at, free, free + id) === free;
  };
  return { jobs, begun, begin, claim, computed };
}

Deno.test("a job: the pieces of a lost worker are computed again, out of place", () => {
  const { begun, claim, computed } = aJob({ inPlace: false });
  assert.ok(claim(1, 7) && !claim(1, 8));
  while (begun.computeHere());
  assert.deepEqual(computed, [0, 16384]);
  assert.ok(!begun.isDone);
  assert.deepEqual([...begun.owners()], [7]);
  begun.takeBack(7, new Error("lost"));
  assert.ok(begun.computeHere() && !begun.computeHere());
  assert.deepEqual(computed, [0, 16384, 8192]);
  assert.ok(begun.isDone);
  assert.equal(begun.failure, undefined);
});

Deno.test("a job: in place, the pieces of a lost worker are an error", () => {
  const { begun, claim } = aJob({ inPlace: true });
  assert.ok(claim(2, 7));
  while (begun.computeHere());
  begun.takeBack(7, new Error("lost"));
  assert.ok(begun.isDone);
  assert.equal(begun.failure?.message, "lost");
});

Deno.test("a job: an error on the calling thread; who is at work may end, nobody begins", () => {
  const { begun, claim, computed } = aJob({ inPlace: true, fails: 0 });
  assert.ok(claim(1, 7));
  assert.ok(begun.computeHere());
  assert.equal(begun.failure?.message, "out of luck");
  begun.abandon();
  while (begun.computeHere());
  assert.ok(!claim(2, 8));
  assert.ok(!begun.isDone, "the worker still writes");
  assert.deepEqual([...begun.owners()], [7]);
  begun.takeBack(7, new Error("lost"));
  assert.ok(begun.isDone);
  assert.deepEqual(computed, []);
});

Deno.test("a job: an error in a worker reaches the caller, and the pool stays usable", async () => {
  const pool = new Pool(1);
  await pool.start();
  const memory = newMemory(heapStart + 2 ** 20, true);
  const runner = createRunner(sharedBuild(), memory);
  const array = (at: number) =>
    new Float32Array(memory.buffer, heapStart + at, 65_536) as Float32Array<ArrayBuffer>;
  const [x, out] = [array(0), array(2 ** 19)];
  const work = { beta: 1, runner, inputs: [x], outputs: [out], count: x.length };
  const bad = pool.beginJob({ ...work, kernel: "no such kernel" }, memory)!;
  // Until the worker has failed at a piece: the calling thread would fail at it too, in other words.
  while (!bad.owners().has(owner.failed)) await new Promise((next) => setTimeout(next, 1));
  await assert.rejects(pool.endJob(bad), /threads: a worker failed: TypeError/);
  const good = pool.beginJob({ ...work, kernel: "softplus32" }, memory)!;
  while (good.computeHere());
  await pool.endJob(good);
  assert.ok(out.every((value) => value === Math.fround(Math.LN2)));
  pool.end(new Error("done"));
});

Deno.test("a job: who comes late neither takes nor ends a piece of the next one", () => {
  const { jobs, begun, begin, claim } = aJob({ inPlace: false });
  assert.ok(claim(0, 7));
  begun.takeBack(7, new Error("lost"));
  while (begun.computeHere());
  jobs.end(begun);
  const next = begin()!;
  assert.ok(!claim(0, 7), "of the first job");
  assert.ok(claim(0, 7, 2));
  const [free, at] = [1 << owner.bits, job.words];
  assert.notEqual(
    Atomics.compareExchange(jobs.table, at, free + 7, free + owner.done),
    free + 7,
  );
  assert.ok(!next.isDone);
  assert.equal(begin() && begin() && begin() && begin(), undefined, "four at a time");
});

Deno.test("memories have numbers, and are told of once", () => {
  const news: News[] = [];
  const homes = new Homes((one) => void news.push(one));
  const memories = [0, 0].map(() =>
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  );
  assert.deepEqual(memories.map((memory) => homes.idOf(memory)), [1, 2]);
  assert.deepEqual(memories.map((memory) => homes.idOf(memory)), [1, 2]);
  assert.deepEqual(news, memories.map((memory, k) => ({ id: k + 1, memory })));
  assert.deepEqual(homes.all(), news);
});

Deno.test("threads.alloc: free once, no use after it, bad arguments, and after dispose", async () => {
  const pool = await createThreads({ size: 1 }, 0);
  const x = pool.alloc(Float32Array, 1000);
  assert.ok(x.buffer instanceof SharedArrayBuffer && x.every((value) => value === 0));
  assert.throws(() => wasm.free(x), /free: array must come from alloc/);
  assert.throws(() => pool.free(new Float32Array(3)), /free: array must come from alloc/);
  pool.free(x);
  assert.throws(() => pool.free(x), /free: array must come from alloc and not have been freed/);
  await assert.rejects(pool.softplus(x), /must not have been given back/);
  const again = pool.alloc(Float32Array, 1000);
  await assert.rejects(pool.softplus(again, { out: x.subarray(0, 3) as never }), RangeError);
  assert.throws(() => pool.alloc(Int8Array as never, 4), /alloc: type must be Float32Array/);
  assert.throws(() => pool.alloc(Float32Array, -1), /alloc: length must be a whole number/);
  await pool.dispose();
  await assert.rejects(pool.softplus(again), /threads: the pool was disposed/);
  assert.deepEqual(softplus(new Float32Array(again)), softplus(new Float32Array(1000)));
});

Deno.test("threads.alloc: dispose while a job is under way rejects it", async () => {
  const pool = await threads({ size: 2 });
  const x = pool.alloc(Float32Array, 2 ** 25); // longer than one turn
  const underWay = pool.softplus(x, { out: x });
  await pool.dispose();
  await assert.rejects(underWay, /threads: the pool was disposed/);
});

Deno.test("threads.alloc: without a second thread's help every piece is still computed", async () => {
  await withWorkers("web", async (kill) => {
    await using pool = await createThreads({ size: 1 }, 0);
    kill[0]!(); // the web tells nobody
    const x = fillRandom(pool.alloc(Float32Array, 500_000), 3);
    const out = pool.alloc(Float32Array, x.length);
    await pool.softplus(x, { out });
    assert.deepEqual(new Float32Array(out), softplus(new Float32Array(x)));
  });
});
