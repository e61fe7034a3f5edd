/** What is particular to the WebAssembly engine: tiles, builds, and arrays in its own memory. */
import assert from "node:assert/strict";
import { createWasm } from "../../kernels/engines/wasm.ts";
import { Matrix, scalar, wasm } from "../../kernels/engines/mod.ts";

/** Both signs, every binade, specials; as many as wanted. */
function inputs(length: number): Float32Array<ArrayBuffer> {
  const x = new Float32Array(length);
  for (let i = 0; i < length; i++) x[i] = (i % 2 ? 1 : -1) * 2 ** ((i % 37) / 3 - 5);
  if (length > 3) x.set([Infinity, -Infinity, -0, 0]);
  return x;
}

const plain = createWasm({ fused: false });

Deno.test("lengths around a tile, two inputs and two outputs", () => {
  for (const length of [4079, 4080, 4081, 4095, 4096, 4097, 8191, 8192, 8193, 12289]) {
    const x = inputs(length);
    const upstream = x.toReversed();
    const { value, grad } = wasm.softplusWithGrad(x);
    assert.deepEqual(value, scalar.softplus(x));
    assert.deepEqual(grad, scalar.sigmoid(x));
    assert.deepEqual(
      wasm.softplusBackward(x, upstream),
      scalar.softplusBackward(x, upstream),
    );
    const wide = Float64Array.from(x.subarray(0, length >> 1));
    const alone = wide.map((v) => plain.softplus(Float64Array.of(v))[0]!);
    assert.deepEqual(plain.softplus(wide), alone);
  }
});

Deno.test("every 1,021st float32: all CPU engines and builds give the bits of scalar", async () => {
  const { createThreads } = await import("../../kernels/engines/threads.ts");
  await using pool = await createThreads({ size: 2 }, 0);
  const stride = 1021;
  const bits = new Uint32Array(Math.ceil(2 ** 32 / stride)).map((_, i) => i * stride);
  const x = new Float32Array(bits.buffer);
  for (const name of ["softplus", "sigmoid", "logSigmoid"] as const) {
    const want = new Uint32Array(scalar[name](x).buffer);
    for (const engine of [wasm, plain, createWasm({}), pool]) {
      const y = await engine[name](x as never) as unknown as Float32Array;
      const got = new Uint32Array(y.buffer);
      let differ = 0;
      for (let i = 0; i < got.length; i++) {
        if (got[i] !== want[i] && !(Number.isNaN(y[i]) && Number.isNaN(x[i]))) differ++;
      }
      assert.equal(differ, 0, `${engine.name} ${name}: ${differ} of ${got.length} differ`);
    }
  }
});

Deno.test("alloc: zeros, in place, views, and nothing beside out is touched", () => {
  for (const Type of [Float32Array, Float64Array] as const) {
    const x = wasm.alloc(Type as Float32ArrayConstructor, 1003);
    const out = wasm.alloc(Type as Float32ArrayConstructor, 1003);
    assert.equal(x.length, 1003);
    assert.ok(x instanceof Type && x.every((v) => v === 0));
    assert.equal(x.buffer, out.buffer, "one memory, so nothing is copied");
    x.set(inputs(1003));
    const copy = Type.from(x) as Float32Array;
    out.fill(7);
    for (const [begin, end] of [[0, 1003], [1, 18], [5, 5], [3, 34], [990, 1003]] as const) {
      wasm.sigmoid(x.subarray(begin, end), { out: out.subarray(begin, end) });
      assert.deepEqual(out.slice(begin, end), wasm.sigmoid(copy.subarray(begin, end)));
      assert.ok(out.subarray(0, begin).every((v) => v === 7), "before out");
      assert.ok(out.subarray(end).every((v) => v === 7), "behind out");
      out.fill(7);
    }
    assert.equal(wasm.softplus(x, { out: x }), x);
    assert.deepEqual(Type.from(x), wasm.softplus(copy));
    wasm.free(x);
    wasm.free(out);
  }
});

Deno.test("alloc: an array keeps its memory, whatever is allocated after it", () => {
  const engine = createWasm();
  const first = engine.alloc(Float32Array, 1000).fill(-20);
  const others = Array.from({ length: 40 }, () => engine.alloc(Float64Array, 2 ** 20));
  const buffers = new Set(others.map(({ buffer }) => buffer));
  assert.ok(buffers.size > 1, "one memory did not hold them all");
  assert.ok([first, ...others].every(({ length }) => length > 0), "nobody lost memory");
  assert.equal(first[999], -20);
  const last = others.at(-1)!;
  last[0] = 1;
  assert.equal(engine.softplus(first, { out: first })[0], Math.fround(2.061153620314381e-9));
  // Across two memories: right, by copying.
  const far = others.find(({ buffer }) => buffer !== last.buffer)!;
  engine.softplus(last, { out: far });
  assert.equal(far[0], engine.softplus(last)[0]);
});

Deno.test("alloc: a Matrix on it, and another engine's arrays, are all right", () => {
  using x = wasm.alloc(Float32Array, 6);
  x.set([-1, 0, 1, 2, 3, 4]);
  const y = wasm.softplus(new Matrix(x, 2, 3));
  assert.deepEqual(y.data, wasm.softplus(Float32Array.from(x)));
  assert.deepEqual(scalar.softplus(x), y.data);
  assert.deepEqual(plain.softplus(x), y.data);
});

Deno.test("free: once, only what alloc gave, and no use after it", () => {
  const x = wasm.alloc(Float32Array, 100);
  const beside = wasm.alloc(Float32Array, 100);
  assert.throws(() => wasm.free(x.subarray(1)), /free: array must come from alloc/);
  wasm.free(x);
  assert.throws(() => wasm.free(x), /free: array must come from alloc and not have been freed/);
  assert.throws(() => wasm.free(new Float32Array(3)), /free: array must come from alloc/);
  assert.throws(() => wasm.free([1] as never), /free: array must come from alloc, got/);
  assert.throws(() => wasm.softplus(x), /given back/);
  assert.throws(() => wasm.softplus(beside, { out: x }), /out must not have been given back/);
  beside.fill(1);
  const again = wasm.alloc(Float32Array, 100);
  assert.ok(again.every((v) => v === 0), "memory that is used again is zero");
  assert.ok(beside.every((v) => v === 1));
  wasm.free(again);
  wasm.free(beside);
});

Deno.test("free: what was given back is known, also where another array lies in its place", () => {
  for (const length of [100, 20_000]) {
    const old = wasm.alloc(Float32Array, length);
    wasm.free(old);
    const young = wasm.alloc(Float32Array, length).fill(-20);
    assert.equal(young.byteOffset, old.byteOffset);
    assert.throws(() => wasm.free(old), /free: array must come from alloc and not have been freed/);
    assert.throws(() => old[Symbol.dispose](), /not have been freed/);
    assert.throws(() => wasm.free(new Float32Array(old.buffer, old.byteOffset, length)), TypeError);
    for (const engine of [wasm, scalar, plain]) {
      assert.throws(() => engine.softplus(old), /softplus: x has been freed/);
      assert.throws(() => engine.softplus(new Matrix(old, 1, length)), /x has been freed/);
      assert.throws(() => engine.softplus(young, { out: old as never }), /out has been freed/);
      assert.throws(() => engine.softplusBackward(young, old as never), /upstream has been freed/);
    }
    assert.equal(young[length - 1], -20);
    wasm.softplus(young, { out: young });
    wasm.free(young);
  }
});

Deno.test("using gives an array back", () => {
  let kept: Float32Array;
  {
    using x = wasm.alloc(Float32Array, 10);
    kept = x;
    wasm.softplus(x, { out: x });
  }
  assert.throws(() => wasm.softplus(kept), /given back/);
});

Deno.test("alloc: bad arguments", () => {
  const alloc = wasm.alloc as (type: unknown, length: unknown) => unknown;
  assert.throws(() => alloc(Int8Array, 4), { name: "TypeError", message: /alloc: type must be/ });
  for (const length of [-1, 1.5, NaN, Infinity, "4", undefined]) {
    assert.throws(() => alloc(Float32Array, length), {
      name: "RangeError",
      message: /alloc: length must be a whole number/,
    });
  }
  assert.throws(() => alloc(Float64Array, 2 ** 29), { message: /length must fit in 4 GiB/ });
  assert.equal(wasm.alloc(Float32Array, 0).length, 0);
});

Deno.test("every CPU engine runs without a permission", async () => {
  const script = `
    import { naive, scalar, softplus, threads, wasm } from "${new URL(
    "../../mod.ts",
    import.meta.url,
  )}";
    await using pool = await threads({ size: 2 });
    const x = new Float32Array(200_000).fill(-1);
    using own = wasm.alloc(Float32Array, 3);
    const results = [softplus(x), scalar.softplus(x), await pool.softplus(x), naive.softplus(x)];
    console.log(results.map((y) => y[199_999]).join(" "), wasm.softplus(own)[2]);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, script);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-lock", "--no-config", file],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const y = Math.fround(Math.log1p(Math.exp(-1)));
    const text = new TextDecoder().decode(stdout);
    assert.equal(text.trim(), `${y} ${y} ${y} ${naiveAt(-1)} ${Math.fround(Math.LN2)}`);
  } finally {
    await Deno.remove(file);
  }
});

/** The textbook form, every step rounded. */
function naiveAt(x: number): number {
  const round = Math.fround;
  return round(round(Math.log(round(1 + round(Math.exp(-Math.abs(x)))))) + Math.max(x, 0));
}
