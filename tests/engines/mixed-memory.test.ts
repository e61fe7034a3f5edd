/** Plain and shared memory in one call: the same bits, and types that say so without a cast. */
import assert from "node:assert/strict";
import {
  type FloatArray,
  Matrix,
  scalar,
  softplus,
  softplusBackward,
  softplusWithGrad,
  threads,
  wasm,
  type WithGrad,
} from "../../kernels/engines/mod.ts";

const values = [-100, -1, 0, 1, 100];
const plain = (): Float32Array<ArrayBuffer> => new Float32Array(values);
const shared = (): Float32Array<SharedArrayBuffer> => {
  const array = new Float32Array(new SharedArrayBuffer(4 * values.length));
  array.set(values);
  return array;
};
const expected = scalar.softplus(plain());
const slope = scalar.sigmoid(plain());

Deno.test("plain x, shared out, and the other way round", () => {
  const toShared: Float32Array<SharedArrayBuffer> = softplus(plain(), { out: shared() });
  const toPlain: Float32Array<ArrayBuffer> = softplus(shared(), { out: plain() });
  const either: Float32Array = shared();
  const toEither: Float32Array = softplus(plain(), { out: either });
  for (const y of [toShared, toPlain, toEither]) assert.deepEqual([...y], [...expected]);

  const pair = { value: shared(), grad: shared() };
  const both: WithGrad<Float32Array<SharedArrayBuffer>> = softplusWithGrad(plain(), { out: pair });
  assert.deepEqual([[...both.value], [...both.grad]], [[...expected], [...slope]]);

  const ones = plain().fill(1);
  const down: Float32Array<SharedArrayBuffer> = softplusBackward(shared(), ones, { out: shared() });
  assert.deepEqual([...down], [...slope]);

  const batch: Matrix<Float32Array<SharedArrayBuffer>> = softplus(new Matrix(plain(), 1, 5), {
    out: new Matrix(shared(), 1, 5),
  });
  assert.deepEqual([...batch.data], [...expected]);
});

Deno.test("arrays of wasm.alloc and pool.alloc beside plain ones", async () => {
  await using pool = await threads({ size: 1 });
  using own = pool.alloc(Float32Array, values.length);
  using mine = wasm.alloc(Float32Array, values.length);
  assert.equal(await pool.softplus(plain(), { out: own }), own);
  assert.deepEqual([...own], [...expected]);
  own.set(values);
  assert.equal(wasm.softplus(own, { out: mine }), mine);
  assert.deepEqual([...mine], [...expected]);
  const ones = plain().fill(1);
  const down: Float32Array = await pool.softplusBackward(own, ones, { out: mine });
  assert.deepEqual([...down], [...slope]);
  using second = pool.alloc(Float32Array, values.length);
  const { grad } = await pool.softplusWithGrad(plain(), { out: { value: own, grad: second } });
  assert.deepEqual([...grad], [...slope]);
  const pair = { value: own, grad: plain() };
  const both = await pool.softplusWithGrad<Float32Array>(plain(), { out: pair });
  assert.deepEqual([[...both.value], [...both.grad]], [[...expected], [...slope]]);
});

Deno.test("other types are refused by the types as by the calls", () => {
  // What is generic stays as generic as it was.
  const inPlace = <T extends FloatArray | Matrix>(x: T): T => softplus(x, { out: x });
  assert.deepEqual([...inPlace(shared())], [...expected]);
  const x = plain();
  const other = new Float64Array(values);
  const batch = new Matrix(shared(), 1, values.length);
  // @ts-expect-error out has another element type
  assert.throws(() => softplus(x, { out: other }), /out must be a Float32Array/);
  // @ts-expect-error out is a Matrix, x is none
  assert.throws(() => softplus(x, { out: batch }), /out must be a Float32Array/);
  // @ts-expect-error upstream has another element type
  assert.throws(() => softplusBackward(x, other), /upstream must be a Float32Array/);
  // @ts-expect-error a number has no out
  assert.throws(() => softplus(1, { out: x }), /out/);
});
