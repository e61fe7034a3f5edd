/** Where arrays lie: side by side, in and outside an engine's memory, on buffers that shrink or are shared. */
import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { isShared } from "../../kernels/engines/arrays.ts";
import { Matrix, scalar, wasm } from "../../kernels/engines/mod.ts";

Deno.test("value and grad side by side in one buffer, in either order, next to x", () => {
  for (const engine of [scalar, wasm]) {
    for (const length of [1, 7, 40_000]) {
      const all = new Float32Array(3 * length);
      const part = (k: number) => all.subarray(k * length, (k + 1) * length);
      const [a, b, c] = [part(0), part(1), part(2)];
      for (const [value, grad] of [[a, c], [c, a], [a, b], [b, a]] as const) {
        b.fill(-0.5);
        const x = b.slice();
        engine.softplusWithGrad(b, { out: { value, grad } });
        assert.deepEqual(value.slice(), engine.softplus(x), `${engine.name}: value`);
        assert.deepEqual(grad.slice(), engine.sigmoid(x), `${engine.name}: grad`);
      }
    }
  }
});

Deno.test("value and grad in and outside the memory of alloc, each where it belongs", () => {
  const length = 5000;
  const x = new Float32Array(length).map((_, i) => i / 300 - 8);
  const want = [scalar.softplus(x), scalar.sigmoid(x)];
  const make = (isInside: boolean): Float32Array =>
    isInside ? wasm.alloc(Float32Array, length) : new Float32Array(length);
  for (const [first, second, third] of [[1, 1, 0], [1, 0, 1], [1, 0, 0], [0, 1, 1], [0, 1, 0]]) {
    const [input, value, grad] = [make(!!first), make(!!second), make(!!third)];
    using guard = wasm.alloc(Float32Array, length); // what a wrong address would hit
    guard.fill(7);
    input.set(x);
    wasm.softplusWithGrad(input as typeof x, { out: { value, grad } as never });
    assert.deepEqual([Float32Array.from(value), Float32Array.from(grad)], want);
    assert.deepEqual(Float32Array.from(input), x);
    assert.ok(guard.every((v) => v === 7));
    assert.deepEqual(wasm.softplus(x), want[0], "the next call");
  }
});

Deno.test("alloc: a gap that is too small stays free, and is used by what fits", () => {
  const [first, second] = [wasm.alloc(Float32Array, 100), wasm.alloc(Float32Array, 100)];
  second.fill(7);
  wasm.free(first);
  using large = wasm.alloc(Float32Array, 1000);
  large.fill(1);
  assert.ok(second.every((v) => v === 7));
  using small = wasm.alloc(Float32Array, 100);
  small.fill(2);
  assert.ok(second.every((v) => v === 7) && large.every((v) => v === 1));
  wasm.free(second);
});

Deno.test("a Matrix whose buffer has shrunk is refused", () => {
  const buffer = new ArrayBuffer(24, { maxByteLength: 24 });
  const x = new Matrix(new Float32Array(buffer), 2, 3);
  buffer.resize(16);
  for (const engine of [scalar, wasm]) {
    assert.throws(() => engine.softplus(x), {
      name: "TypeError",
      message: /x must have its memory/,
    });
  }
});

Deno.test("a Matrix of rows of different lengths is refused, whichever is longer", () => {
  for (const rows of [[[1], [2, 3]], [[1, 2], [3]], [[], [1]]]) {
    assert.throws(() => Matrix.from(rows), { name: "RangeError", message: /rows\[1\] must have/ });
  }
});

Deno.test("shared memory is known, of whatever realm", () => {
  const from = (code: string) => runInNewContext(code) as ArrayBufferLike;
  for (const buffer of [new SharedArrayBuffer(8), from("new SharedArrayBuffer(8)")]) {
    assert.equal(isShared(buffer), true);
  }
  for (const buffer of [new ArrayBuffer(8), from("new ArrayBuffer(8)")]) {
    assert.equal(isShared(buffer), false);
  }
});
