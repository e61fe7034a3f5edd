/** Calls that few programs make at once: numbers, and views with something behind them. */
import assert from "node:assert/strict";
import { scalar, wasm } from "../../../kernels/engines/mod.ts";
import { createThreads } from "../../../kernels/engines/threads.ts";

Deno.test("numbers: many at a time, each with its own result", async () => {
  await using pool = await createThreads({ size: 1 }, 0);
  const x = Array.from({ length: 20 }, (_, i) => i - 10);
  assert.deepEqual(
    await Promise.all(x.map((v) => pool.softplus(v))),
    x.map((v) => scalar.softplus(v)),
  );
  const both = await Promise.all(x.map((v) => pool.softplusWithGrad(v)));
  assert.deepEqual(both.map(({ grad }) => grad), x.map((v) => scalar.sigmoid(v)));
});

Deno.test("threads.alloc: nothing behind a view is touched, whoever computes its last piece", async () => {
  await using pool = await createThreads({ size: 2 }, 0);
  // The last piece is short: to its end it is 8,160 elements more.
  const length = 2 * 8192 + 32;
  using x = pool.alloc(Float32Array, length + 8192);
  for (let round = 0; round < 40; round++) {
    x.fill(-1);
    const view = x.subarray(0, length);
    await pool.softplus(view, { out: view });
    assert.ok(x.subarray(length).every((v) => v === -1), `round ${round}`);
    assert.ok(view.every((v) => v === Math.fround(Math.log1p(Math.exp(-1)))), `round ${round}`);
  }
});

Deno.test("beta reaches the workers, of plain arrays and of alloc's, in both types", async () => {
  await using pool = await createThreads({ size: 2 }, 0);
  for (const Type of [Float32Array, Float64Array as unknown as typeof Float32Array]) {
    const x = new Type(300_000).map((_, i) => i / 10_000 - 15);
    using own = pool.alloc(Type, x.length);
    own.set(x);
    for (const beta of [-1, 2.5, 1e-300]) {
      const want = wasm.softplus(x, { beta });
      const plain = await pool.softplus(x, { beta });
      using out = pool.alloc(Type, x.length);
      await pool.softplus(own, { beta, out });
      assert.ok(want.every((y, i) => Object.is(y, plain[i]) && Object.is(y, out[i])), `${beta}`);
    }
  }
});
