/** What is particular to the pool: many calls at once, lost workers, errors, the end. */
import assert from "node:assert/strict";
import { Random } from "../bench/random.ts";
import { Pool } from "../kernels/engines/threads/pool.ts";
import { slotBytes, slotsPerWorker } from "../kernels/engines/threads/seat.ts";
import { createThreads } from "../kernels/engines/threads.ts";
import { softplus, softplusWithGrad, threads } from "../mod.ts";
import { process, withWorkers } from "./workers.ts";

function random(length: number, seed: number): Float32Array {
  const source = new Random(seed);
  return new Float32Array(length).map(() => 8 * source.normal());
}

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
          assert.deepEqual(value, want.value);
          assert.deepEqual(grad, want.grad);
        } else {
          const want = softplus(x);
          const out = i % 3 === 1 ? x : new Float32Array(x.length);
          assert.equal(await pool.softplus(x, { out }), out);
          assert.deepEqual(out, want);
        }
        if (i === 5) kill[0]!();
      });
      await Promise.all(calls);
      // The pool is whole again, and has not stopped working.
      const x = random(400_000, 1);
      assert.deepEqual(await pool.softplus(x), softplus(x));
      assert.ok(kind === "web" || kill.length >= 3, "the worker was replaced");
    });
  });
}

Deno.test("all workers killed: the pool hires new ones", async () => {
  await withWorkers("node", async (kill) => {
    await using pool = await createThreads({ size: 2 }, 0);
    kill.splice(0).forEach((end) => end());
    const x = random(100_000, 3);
    assert.deepEqual(await pool.softplus(x), softplus(x));
    // The calling thread may have done it all before the runtime tells that workers have ended.
    for (let tries = 0; kill.length === 0 && tries < 500; tries++) {
      await new Promise((next) => setTimeout(next, 10));
    }
    assert.ok(kill.length >= 1);
    assert.deepEqual(await pool.softplus(x), softplus(x));
  });
});

/** A piece of four zeros, and what its parts have been given. */
function pieceOfZeros(compute = () => {}) {
  const result: number[] = [];
  return {
    ...{ kernel: "softplus32", beta: 1, wide: false, count: 4, inputs: 1, outputs: 1, result },
    fill: (parts: readonly { fill(value: number): unknown }[]) => void parts[0]!.fill(0),
    take: (parts: readonly ArrayLike<number>[]) => void result.push(...Array.from(parts[0]!)),
    compute,
  };
}

Deno.test("an error in a worker reaches the caller, and the pool stays usable", async () => {
  const pool = new Pool(1);
  await pool.start();
  await assert.rejects(
    pool.compute(pool.freeSlot()!, { ...pieceOfZeros(), kernel: "no such kernel" }),
    /threads: a worker failed: TypeError/,
  );
  const piece = pieceOfZeros();
  await pool.compute(pool.freeSlot()!, piece);
  assert.deepEqual(piece.result, Array(4).fill(Math.fround(Math.LN2)));
  pool.end(new Error("done"));
});

Deno.test("the calling thread takes pieces that no worker has begun, and their errors", async () => {
  const pool = new Pool(1); // not started: no worker takes anything
  const computed: number[] = [];
  const first = pool.compute(pool.freeSlot()!, pieceOfZeros(() => void computed.push(1)));
  const second = pool.compute(
    pool.freeSlot()!,
    pieceOfZeros(() => {
      throw new Error("lost memory");
    }),
  );
  const refused = assert.rejects(second, /lost memory/);
  for (let slot = 2; slot < slotsPerWorker; slot++) assert.ok(pool.freeSlot() !== undefined);
  assert.equal(pool.freeSlot(), undefined);
  assert.ok(pool.computeHere() && pool.computeHere() && !pool.computeHere());
  await Promise.all([first, refused]);
  assert.deepEqual(computed, [1]);
  assert.ok(pool.freeSlot() !== undefined, "slots came back");
  pool.end(new Error("done"));
});

Deno.test("a piece whose arrays are gone fails alone, and its slot comes back", async () => {
  const pool = new Pool(1);
  await pool.start();
  const gone = () => {
    throw new TypeError("detached");
  };
  await assert.rejects(
    pool.compute(pool.freeSlot()!, { ...pieceOfZeros(), fill: gone }),
    TypeError,
  );
  await assert.rejects(
    pool.compute(pool.freeSlot()!, { ...pieceOfZeros(), take: gone }),
    TypeError,
  );
  const piece = pieceOfZeros();
  await pool.compute(pool.freeSlot()!, piece);
  assert.deepEqual(piece.result, Array(4).fill(Math.fround(Math.LN2)));
  for (let slot = 0; slot < slotsPerWorker; slot++) assert.ok(pool.freeSlot() !== undefined);
  pool.end(new Error("done"));
});

Deno.test("out transferred away during a call: that call is rejected, others are not", async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  const x = random(2 ** 21, 4); // far more than the slots of one worker hold
  const y = softplus(x);
  for (let tries = 0;; tries++) {
    const out = new Float32Array(x.length);
    const lost = pool.softplus(x, { out }).then(() => undefined, (error: unknown) => error);
    const taken = structuredClone(out, { transfer: [out.buffer] });
    assert.deepEqual(await pool.softplus(x), y);
    const error = await lost;
    if (error !== undefined) {
      assert.ok(error instanceof TypeError, `${error}`);
      break;
    }
    // On a busy machine the worker may have kept pace: then all was there before the transfer.
    assert.deepEqual(taken, y);
    assert.ok(tries < 20, "no call was caught under way");
  }
  assert.deepEqual(await pool.softplus(x), y);
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
      assert.deepEqual(await pool.softplus(x), softplus(x));
      await new Promise((next) => setTimeout(next, 10));
      if (attempts > 0) more--;
    }
    assert.equal(attempts, 1);
  });
});

Deno.test("a long call lets other tasks of the calling thread run", async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const x = random(2 ** 20, 5);
  const big = new Float32Array(2 ** 25);
  for (let i = 0; i < big.length; i += x.length) big.set(x, i);
  await pool.softplus(big, { out: big });
  clearInterval(timer);
  assert.ok(ticks > 0);
  assert.deepEqual(big.subarray(31 * x.length), softplus(x));
});

Deno.test("more elements than all slots hold", async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  const x = random((2 * slotsPerWorker * slotBytes) / 4 + 3, 9);
  assert.deepEqual(await pool.softplus(x), softplus(x));
});

Deno.test("bad arguments are rejections, and nothing was written", async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  const out = new Float32Array(2).fill(5);
  await assert.rejects(pool.softplus(new Float32Array(3), { out }), RangeError);
  await assert.rejects(pool.softplus("x" as never), /softplus: x must be/);
  assert.deepEqual(out, new Float32Array(2).fill(5));
});

Deno.test("dispose: calls under way and later ones are rejected", async () => {
  const pool = await createThreads({ size: 2 }, 0);
  const underWay = pool.softplus(new Float32Array(2 ** 25)); // longer than one turn
  await pool.dispose();
  await assert.rejects(underWay, /threads: the pool was disposed/);
  await assert.rejects(pool.softplus(new Float32Array(4)), /threads: the pool was disposed/);
  await pool.dispose();
});

Deno.test("a call lets others have the thread also while slots are free", async () => {
  await using pool = await createThreads({ size: 2 }, 0);
  const x = new Float32Array(2 ** 20);
  // A clock on which every turn is over at the first look.
  const { now } = performance;
  let time = now.call(performance);
  performance.now = () => time += 20;
  let during = 0;
  try {
    let timer = setTimeout(function others() {
      during++;
      timer = setTimeout(others);
    });
    await pool.softplus(x);
    clearTimeout(timer);
  } finally {
    performance.now = now;
  }
  // It has sixteen pieces, for twelve slots.
  assert.ok(during >= 16, `${during} turns`);
});

Deno.test("size: the machine's cores unless told; a whole number from 1", async () => {
  await using pool = await threads();
  assert.equal(pool.size, navigator.hardwareConcurrency);
  for (const size of [0, -1, 1.5, NaN, 1e9, "2", null]) {
    await assert.rejects(threads({ size: size as number }), /threads: size must be a whole number/);
  }
  await assert.rejects(threads(null as never), /threads: options must be an object/);
});

Deno.test("without shared memory threads says what is missing", async () => {
  const { SharedArrayBuffer } = globalThis;
  try {
    Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
    await assert.rejects(threads(), { name: "ThreadsUnavailableError", message: /Cross-Origin/ });
  } finally {
    globalThis.SharedArrayBuffer = SharedArrayBuffer;
  }
});

Deno.test("a process ends although nobody disposed its pool", async () => {
  const script = `
    import { threads } from "${new URL("../mod.ts", import.meta.url)}";
    const pool = await threads({ size: 2 });
    console.log((await pool.softplus(new Float32Array(300_000)))[299_999]);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-lock", `data:text/typescript,${encodeURIComponent(script)}`],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const late = setTimeout(() => child.kill(), 20_000);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(late);
  const text = new TextDecoder();
  assert.equal(code, 0, `it did not end: ${text.decode(stdout)} ${text.decode(stderr)}`);
  assert.equal(text.decode(stdout).trim(), String(Math.fround(Math.LN2)));
});
