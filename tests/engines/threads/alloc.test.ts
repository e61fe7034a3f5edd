/** Arrays in memory that all threads share: same bits without a copy, whatever happens beside it. */
import assert from "node:assert/strict";
import { Random } from "../../../lab/random.ts";
import { createThreads } from "../../../kernels/engines/threads.ts";
import { Matrix, softplus, threads, wasm } from "../../../kernels/engines/mod.ts";
import { call, kernels, type Methods, precisionsOf } from "../../support/engines.ts";
import { dying, sameElements, within, withWorkers } from "../../support/workers.ts";

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
            outs.forEach((out, k) => sameElements(new Type(out as Float32Array), want[k]!, what));
            inputs.forEach((x, k) => sameElements(new Type(x as Float32Array), plain[k]!, what));
            if (kernel.outputs === 1) {
              await call(pool as unknown as Methods, kernel, inputs, options, [inputs[0]!]);
              sameElements(new Type(inputs[0] as Float32Array), want[0]!, `${what}, in place`);
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
      sameElements(new Float32Array(out), want, `from ${from} to ${to}`);
      if (from === to) {
        assert.ok(own.subarray(0, from).every((value) => value === 5));
        assert.ok(own.subarray(from + x.length).every((value) => value === 5));
      }
    }
  }
  own.subarray(0, x.length).set(x);
  const batch = new Matrix(own.subarray(0, x.length), 250, 200);
  assert.equal(await pool.softplus(batch, { out: batch }), batch);
  sameElements(new Float32Array(batch.data), want);
  // From plain memory, from another arena and from wasm's, and back.
  using elsewhere = pool.alloc(Float32Array, 2 ** 25);
  const ofWasm: Float32Array = wasm.alloc(Float32Array, x.length);
  const out: Float32Array = elsewhere.subarray(0, x.length);
  assert.notEqual(out.buffer, own.buffer);
  sameElements(new Float32Array(await pool.softplus(x, { out })), want);
  own.subarray(0, x.length).set(x);
  out.fill(0);
  await pool.softplus(own.subarray(0, x.length), { out });
  sameElements(new Float32Array(out), want);
  await pool.softplus(own.subarray(0, x.length), { out: ofWasm });
  sameElements(new Float32Array(ofWasm), want);
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
          else sameElements(new Float32Array(out), want);
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

Deno.test("threads.alloc: free once, no use after it, bad arguments, and after dispose", async () => {
  const pool = await createThreads({ size: 1 }, 0);
  const x = pool.alloc(Float32Array, 1000);
  assert.ok(x.buffer instanceof SharedArrayBuffer && x.every((value) => value === 0));
  assert.throws(() => wasm.free(x), /free: array must come from alloc/);
  assert.throws(() => pool.free(new Float32Array(3)), /free: array must come from alloc/);
  pool.free(x);
  assert.throws(() => pool.free(x), /free: array must come from alloc and not have been freed/);
  await assert.rejects(pool.softplus(x), /x has been freed/);
  const again = pool.alloc(Float32Array, 1000);
  await assert.rejects(pool.softplus(again, { out: x.subarray(0, 3) as never }), RangeError);
  const other = pool.alloc(Float32Array, 8);
  pool.free(other);
  await assert.rejects(pool.softplus(new Float32Array(8), { out: other }), /out has been freed/);
  const plain: Float32Array = new Float32Array(8);
  const freed: Float32Array = other;
  const both = { value: plain, grad: freed };
  await assert.rejects(
    pool.softplusWithGrad(plain, { out: both }),
    /out.grad has been freed/,
  );
  await assert.rejects(
    pool.softplusBackward(plain, freed),
    /upstream has been freed/,
  );
  assert.throws(() => pool.alloc(Int8Array as never, 4), /alloc: type must be Float32Array/);
  assert.throws(() => pool.alloc(Float32Array, -1), /alloc: length must be a whole number/);
  await pool.dispose();
  await assert.rejects(pool.softplus(again), /threads: the pool was disposed/);
  assert.deepEqual(softplus(new Float32Array(again)), softplus(new Float32Array(1000)));
});

Deno.test("alloc gives zeros, also where a part of the block was used before", async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  for (const engine of [pool, wasm]) {
    const first = engine.alloc(Float32Array, 1000);
    first.fill(5);
    engine.free(first);
    using longer = engine.alloc(Float32Array, 3000);
    assert.equal(longer.byteOffset, first.byteOffset, "in the same place");
    assert.ok(longer.every((value) => value === 0));
  }
});

Deno.test("free during a call: no new use before its end, and refused for later calls", async () => {
  await using pool = await createThreads({ size: 2 }, 0);
  const input = fillRandom(new Float32Array(1_000_001), 3);
  const want = softplus(input);
  // Of the pool, of another pool and of wasm: whoever owns the memory of a call's array.
  await using elsewhere = await createThreads({ size: 1 }, 0);
  for (const owner of [pool, elsewhere, wasm]) {
    for (const inPlace of [true, false]) {
      const x = owner.alloc(Float32Array, input.length);
      const out: Float32Array = inPlace ? x : owner.alloc(Float32Array, input.length);
      x.set(input);
      const call = pool.softplus(x, { out } as { out: typeof x });
      const again = pool.softplus(x, { out } as { out: typeof x });
      owner.free(x);
      assert.throws(() => owner.free(x), /free: array must come from alloc and not have been/);
      // Before anything is awaited: the calls may be done then.
      const next = owner.alloc(Float32Array, input.length);
      assert.notEqual(next.byteOffset, x.byteOffset);
      next.fill(5);
      await assert.rejects(pool.softplus(x), /x has been freed/);
      await Promise.all([call, again]);
      assert.ok(next.every((value) => value === 5));
      if (!inPlace) sameElements(new Float32Array(out), want);
      const reused = owner.alloc(Float32Array, input.length);
      assert.equal(reused.byteOffset, x.byteOffset, "free when the calls have ended");
      assert.ok(reused.every((value) => value === 0));
      for (const array of inPlace ? [next, reused] : [next, reused, out]) owner.free(array);
    }
  }
});

Deno.test("free during a call that fails: the memory comes back", async () => {
  const pool = await createThreads({ size: 1 }, 0);
  const x = pool.alloc(Float32Array, 2 ** 23);
  const call = pool.softplus(x, { out: x });
  pool.free(x);
  await within(10_000, pool.dispose());
  await assert.rejects(call, /threads: the pool was disposed/);
  assert.equal(pool.alloc(Float32Array, 8).byteOffset, x.byteOffset);
});

Deno.test("free during a float16 call, which goes piece by piece", {
  ignore: typeof Float16Array === "undefined",
}, async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  const own = pool.alloc(Float32Array, 500_000);
  const x = new Float16Array(own.buffer as unknown as ArrayBuffer, own.byteOffset, 1_000_000);
  x.fill(1);
  const call = pool.softplus(x);
  pool.free(own);
  const next = pool.alloc(Float32Array, 500_000);
  next.fill(5);
  const y = await call;
  assert.ok(y.every((value) => value === Math.f16round(Math.log1p(Math.E))));
});

Deno.test("a job whose pieces are longer than the shortest: above 2048 times 8192 elements", async () => {
  await using pool = await createThreads({ size: 2 }, 0);
  const piece = fillRandom(new Float32Array(8192), 5);
  const want = wasm.softplus(piece);
  using x = pool.alloc(Float32Array, 16_800_160);
  for (let i = 0; i < x.length; i += piece.length) {
    x.set(piece.subarray(0, Math.min(piece.length, x.length - i)), i);
  }
  await pool.softplus(x, { out: x });
  const bits = (array: Float32Array) => new Uint32Array(array.slice().buffer);
  for (let i = 0; i < x.length; i += piece.length) {
    const got = x.subarray(i, Math.min(i + piece.length, x.length));
    sameElements(bits(got), bits(want.subarray(0, got.length)), `at ${i}`);
  }
});

Deno.test("a worker that ends in its piece where grad is x: an error; elsewhere the values", async () => {
  await withWorkers("node", async () => {
    await using pool = await createThreads({ size: 1 }, 0);
    const length = 2 ** 21;
    for (let tries = 0, rejected = false; !rejected; tries++) {
      const [x, value, grad] = [0, 1, 2].map(() => pool.alloc(Float32Array, length));
      fillRandom(x!, 1);
      const want = wasm.softplusWithGrad(new Float32Array(x!));
      const apart = { value: value!, grad: grad! };
      await within(10_000, pool.softplusWithGrad(x!, { out: apart }));
      sameElements(new Float32Array(value!), want.value);
      sameElements(new Float32Array(grad!), want.grad);
      const call = pool.softplusWithGrad(x!, { out: { value: value!, grad: x! } });
      rejected = await within(10_000, call).then(() => false, (error: Error) => {
        assert.match(error.message, /a worker ended while it computed in place/);
        return true;
      });
      if (!rejected) sameElements(new Float32Array(x!), want.grad);
      for (const array of [x, value, grad]) pool.free(array!);
      // The calling thread may have taken every piece while the worker was replaced.
      assert.ok(tries < 50, "no worker had a piece");
      await new Promise((next) => setTimeout(next, 50));
    }
  }, dying);
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
    sameElements(new Float32Array(out), softplus(new Float32Array(x)));
  });
});
