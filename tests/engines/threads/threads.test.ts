/** What is particular to the pool: many calls at once, errors, yielding, options, the end. */
import assert from "node:assert/strict";
import { Random } from "../../../lab/random.ts";
import type { Job } from "../../../kernels/engines/threads/job.ts";
import { Pool } from "../../../kernels/engines/threads/pool.ts";
import { slotBytes, slotsPerWorker, viewsIn } from "../../../kernels/engines/threads/slots.ts";
import { createThreads } from "../../../kernels/engines/threads.ts";
import { softplus, threads, wasm } from "../../../kernels/engines/mod.ts";
import { sameElements, within } from "../../support/workers.ts";

function random(length: number, seed: number): Float32Array {
  const source = new Random(seed);
  return new Float32Array(length).map(() => 8 * source.normal());
}

const sleep = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds));

/** Begins a job of four zeros in a slot; resolves to what the worker has written. */
function beginZeros(pool: Pool, kernel: string, compute = () => {}) {
  const slot = pool.takeEntry("slot")!;
  const views = viewsIn(pool.slotMemory, slot, false, 1, 32);
  views[0]!.fill(0);
  let job: Job;
  const settled = new Promise<number[]>((resolve, reject) => {
    job = pool.begin(slot, {
      kernel: pool.kernelNumber(kernel),
      beta: 1,
      wide: false,
      memory: pool.memoryNumber(pool.slotMemory),
      inputs: views,
      outputs: views,
      count: 32,
      step: 32,
      compute,
      settled: (error) => error === undefined ? resolve(Array.from(views[0]!)) : reject(error),
      isRepeatable: true,
    });
  });
  return { settled, job: job! };
}

const ln2 = Array(32).fill(Math.fround(Math.LN2));

Deno.test("an error in a worker reaches the caller, and the pool stays usable", async () => {
  const pool = new Pool(1);
  await pool.start();
  await assert.rejects(
    within(5000, beginZeros(pool, "no such kernel").settled),
    /threads: a worker failed: TypeError/,
  );
  assert.deepEqual(await within(5000, beginZeros(pool, "softplus32").settled), ln2);
  await pool.end(new Error("done"));
});

Deno.test("the calling thread takes pieces that no worker has begun, and their errors", async () => {
  const pool = new Pool(1); // not started: no worker takes anything
  const computed: number[] = [];
  const first = beginZeros(pool, "softplus32", () => void computed.push(1));
  const second = beginZeros(pool, "softplus32", () => {
    throw new Error("lost memory");
  });
  const refused = assert.rejects(second.settled, /lost memory/);
  for (let slot = 2; slot < slotsPerWorker; slot++) {
    assert.ok(pool.takeEntry("slot") !== undefined);
  }
  assert.equal(pool.takeEntry("slot"), undefined);
  assert.ok(pool.computeHere() && pool.computeHere() && !pool.computeHere());
  await Promise.all([first.settled, refused]);
  assert.deepEqual(computed, [1]);
  assert.ok(pool.takeEntry("slot") !== undefined, "slots came back");
  await pool.end(new Error("done"));
});

Deno.test("out transferred away during a call: that call is rejected, others are not", async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  const x = random(2 ** 21, 4); // far more than the slots of one worker hold
  const y = softplus(x);
  for (let tries = 0;; tries++) {
    const out = new Float32Array(x.length);
    const lost = pool.softplus(x, { out }).then(() => undefined, (error: unknown) => error);
    const taken = structuredClone(out, { transfer: [out.buffer] });
    sameElements(await pool.softplus(x), y);
    const error = await lost;
    if (error !== undefined) {
      assert.ok(error instanceof TypeError, `${error}`);
      break;
    }
    // On a busy machine the worker may have kept pace: then all was there before the transfer.
    sameElements(taken, y);
    assert.ok(tries < 20, "no call was caught under way");
  }
  sameElements(await pool.softplus(x), y);
});

Deno.test("x loses its memory during a call: rejected with its name, or all right", async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  const values = random(2 ** 21, 4);
  const bytes = 4 * values.length;
  const takers: ((x: Float32Array<ArrayBuffer>) => void)[] = [
    (x) => structuredClone(x, { transfer: [x.buffer] }),
    // Behind its end now. What lies at the start of the memory is not x.
    (x) => x.buffer.resize(bytes),
  ];
  for (const take of takers) {
    for (let tries = 0;; tries++) {
      const buffer = new ArrayBuffer(2 * bytes, { maxByteLength: 2 * bytes });
      const x = new Float32Array(buffer, bytes, values.length);
      x.set(values);
      const settled = pool.softplus(x).catch((error: unknown) => error);
      take(x);
      const result = await settled;
      if (result instanceof Error) {
        assert.match(String(result), /^TypeError: softplus: x lost its memory during the call/);
        break;
      }
      sameElements(result as Float32Array, softplus(values));
      assert.ok(tries < 20, "no call was caught under way");
    }
  }
});

Deno.test("2e6 elements of plain arrays: every kernel has the bits of wasm", async () => {
  await using pool = await threads({ size: 2 });
  for (const Type of [Float32Array, Float64Array]) {
    const x = new Type(random(2e6, 9));
    const upstream = new Type(random(2e6, 10));
    sameElements(await pool.softplus(x), wasm.softplus(x));
    const both = await pool.softplusWithGrad(x);
    const want = wasm.softplusWithGrad(x);
    sameElements(both.value, want.value);
    sameElements(both.grad, want.grad);
    sameElements(
      await pool.softplusBackward(x, upstream),
      wasm.softplusBackward(x, upstream),
    );
  }
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
  sameElements(big.subarray(31 * x.length), softplus(x));
});

Deno.test("more elements than all slots hold", async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  const x = random((2 * slotsPerWorker * slotBytes) / 4 + 3, 9);
  sameElements(await pool.softplus(x), softplus(x));
});

Deno.test("bad arguments are rejections, and nothing was written", async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  const out = new Float32Array(2).fill(5);
  await assert.rejects(pool.softplus(new Float32Array(3), { out }), RangeError);
  await assert.rejects(pool.softplus("x" as never), /softplus: x must be/);
  sameElements(out, new Float32Array(2).fill(5));
});

Deno.test("dispose: calls under way and later ones are rejected", async () => {
  const pool = await createThreads({ size: 2 }, 0);
  const underWay = pool.softplus(new Float32Array(2 ** 25)); // longer than one turn
  await within(10_000, pool.dispose());
  await assert.rejects(underWay, /threads: the pool was disposed/);
  await assert.rejects(pool.softplus(new Float32Array(4)), /threads: the pool was disposed/);
  await pool.dispose();
});

Deno.test("dispose with many calls under way: what is not done is rejected, and handled in time", async () => {
  const pool = await createThreads({ size: 2 }, 0);
  const x = pool.alloc(Float32Array, 2 ** 23);
  const calls = Array.from(
    { length: 24 },
    (_, i) => i % 2 === 0 ? pool.softplus(x, { out: x }) : pool.softplus(new Float32Array(2 ** 23)),
  );
  await sleep(5);
  await within(10_000, pool.dispose());
  const settled = await within(1000, Promise.allSettled(calls));
  const reasons = settled.flatMap((one) => one.status === "rejected" ? [one.reason.message] : []);
  assert.ok(reasons.length > 0);
  assert.ok(reasons.every((reason) => reason === "threads: the pool was disposed"));
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

Deno.test("fake timers, on which time stands still, do not keep a call from ending", async () => {
  const real = { setTimeout, setInterval, clearInterval, now: performance.now };
  await using pool = await createThreads({ size: 2 }, 0);
  const x = random(300_001, 11);
  const own = pool.alloc(Float32Array, x.length);
  const faked = globalThis as Record<string, unknown>;
  try {
    for (const name of ["setTimeout", "setInterval", "clearInterval"]) faked[name] = () => 1;
    performance.now = () => 0;
    own.set(x);
    sameElements(await pool.softplus(x), softplus(x));
    await pool.softplus(own, { out: own });
  } finally {
    Object.assign(globalThis, real);
    performance.now = real.now;
  }
  sameElements(new Float32Array(own), softplus(x));
});

Deno.test("size: the machine's cores less one unless told; a whole number from 1", async () => {
  await using pool = await threads();
  assert.equal(pool.size, Math.max(navigator.hardwareConcurrency - 1, 1));
  for (const size of [0, -1, 1.5, NaN, 1e9, "2", null]) {
    await assert.rejects(threads({ size: size as number }), /threads: size must be a whole number/);
  }
  await assert.rejects(threads(null as never), /threads: options must be an object/);
  await assert.rejects(threads({ sizes: 2 } as never), {
    name: "TypeError",
    message: 'threads: there is no option "sizes"; the only one is size',
  });
});

Deno.test("a process ends although nobody disposed its pool", async () => {
  const script = `
    import { threads } from "${new URL("../../../mod.ts", import.meta.url)}";
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
