/** Workers that are killed, that end in their work or are held up: calls settle right, and once. */
import assert from "node:assert/strict";
import { Random } from "../../../lab/random.ts";
import { createThreads } from "../../../kernels/engines/threads.ts";
import { softplus, softplusWithGrad } from "../../../kernels/engines/mod.ts";
import { dying, process, sameElements, slow, within, withWorkers } from "../../support/workers.ts";

function random(length: number, seed: number): Float32Array {
  const source = new Random(seed);
  return new Float32Array(length).map(() => 8 * source.normal());
}

const sleep = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds));

for (const kind of ["node", "web"] as const) {
  Deno.test(`64 calls in flight on ${kind} workers, one worker killed: every result is right`, async () => {
    await withWorkers(kind, async (kill) => {
      await using pool = await createThreads({ size: 2 }, 0);
      assert.equal(kill.length, 2);
      const sizes = [1, 17, 100, 4096, 65537, 300_001];
      const calls = Array.from({ length: 64 }, async (_, i) => {
        const x = random(sizes[i % sizes.length]!, i);
        if (i % 3 === 0) {
          const { value, grad } = await pool.softplusWithGrad(x);
          const want = softplusWithGrad(x);
          sameElements(value, want.value);
          sameElements(grad, want.grad);
        } else {
          const want = softplus(x);
          const out = i % 3 === 1 ? x : new Float32Array(x.length);
          assert.equal(await pool.softplus(x, { out }), out);
          sameElements(out, want);
        }
        if (i === 5) kill[0]!();
      });
      await within(20_000, Promise.all(calls));
      // The pool is whole again, and has not stopped working.
      const x = random(400_000, 1);
      sameElements(await pool.softplus(x), softplus(x));
      assert.ok(kind === "web" || kill.length >= 3, "the worker was replaced");
    });
  });
}

Deno.test("all workers killed: the pool starts new ones", async () => {
  await withWorkers("node", async (kill) => {
    await using pool = await createThreads({ size: 2 }, 0);
    kill.splice(0).forEach((end) => end());
    const x = random(100_000, 3);
    sameElements(await within(10_000, pool.softplus(x)), softplus(x));
    // The calling thread may have done it all before the runtime tells that workers have ended.
    for (let tries = 0; kill.length === 0 && tries < 500; tries++) await sleep(10);
    assert.ok(kill.length >= 1);
    sameElements(await within(10_000, pool.softplus(x)), softplus(x));
  });
});

Deno.test("workers that end in the midst of a piece: it is computed again", async () => {
  await withWorkers("node", async (kill) => {
    await using pool = await createThreads({ size: 1 }, 0);
    const x = random(400_000, 3);
    sameElements(await within(10_000, pool.softplus(x, { out: x.slice() })), softplus(x));
    for (let tries = 0; kill.length < 2 && tries < 500; tries++) await sleep(10);
    assert.ok(kill.length >= 2, "the worker was replaced");
  }, dying);
});

Deno.test("a worker that is held up is waited for, and writes nothing later", async () => {
  await withWorkers("node", async () => {
    await using pool = await createThreads({ size: 1 }, 0);
    const x = random(200_000, 7);
    const out = new Float32Array(x.length);
    // On a busy machine the calling thread may have done it all before the worker wakes.
    let took = 0;
    for (let call = 0; call < 50 && took < 2000; call++) {
      const start = performance.now();
      await within(20_000, pool.softplus(x, { out }));
      took = performance.now() - start;
    }
    assert.ok(took > 2000, "the worker had a piece");
    sameElements(out, softplus(x));
    out.fill(5);
    await sleep(300);
    assert.ok(out.every((value) => value === 5));
  }, slow(2500));
});

Deno.test("dispose while a worker is held up: rejected, and nobody writes when it has resolved", async () => {
  await withWorkers("node", async () => {
    const pool = await createThreads({ size: 1 }, 0);
    const x = pool.alloc(Float32Array, 2 ** 21);
    const call = pool.softplus(x, { out: x });
    await sleep(60); // until the worker has a piece
    const start = performance.now();
    await within(20_000, pool.dispose());
    await within(1000, assert.rejects(call, /threads: the pool was disposed/));
    assert.ok(performance.now() - start > 100, "it waited for the worker");
    x.fill(5);
    await sleep(600);
    assert.ok(x.every((value) => value === 5));
  }, slow(400));
});

Deno.test("grad transferred away during a call: nothing is written when it has been rejected", async () => {
  await withWorkers("node", async () => {
    await using pool = await createThreads({ size: 2 }, 0);
    const x = random(4e6, 8);
    const value = new Float32Array(x.length);
    const grad = new Float32Array(x.length);
    const call = within(20_000, pool.softplusWithGrad(x, { out: { value, grad } }));
    const lost = assert.rejects(call, TypeError);
    structuredClone(grad, { transfer: [grad.buffer] });
    await lost;
    const then = value.slice();
    await sleep(300);
    sameElements(value, then);
  }, slow(60)); // the workers still have pieces when the calling thread fails
});

Deno.test("a worker that cannot be replaced: one attempt, and the calling thread computes", async () => {
  await withWorkers("node", async (kill) => {
    await using pool = await createThreads({ size: 2 }, 0);
    const { getBuiltinModule } = process;
    const { Worker } = getBuiltinModule!("node:worker_threads");
    let attempts = 0;
    process.getBuiltinModule = () => ({
      Worker: new Proxy(Worker, {
        construct(target, [, options]) {
          attempts++;
          return Reflect.construct(target, ["throw new Error('no')", options]);
        },
      }),
    });
    kill[0]!();
    const x = random(1_000_000, 6);
    // Until the runtime tells that the worker has ended, and some calls more.
    for (let more = 10, tries = 0; more > 0 && tries < 1000; tries++) {
      sameElements(await within(10_000, pool.softplus(x)), softplus(x));
      await sleep(10);
      if (attempts > 0) more--;
    }
    assert.equal(attempts, 1);
  });
});
