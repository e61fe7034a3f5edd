/** The encoder of formulas: bits as asc makes them, guards, fences, constants, modules in one memory. */
import assert from "node:assert/strict";
import { encode } from "../../kernels/formula/emit/wasm/encode.ts";
import { call } from "../../kernels/formula/primitives.ts";
import type { Lowered } from "../../kernels/formula/step.ts";
import { Random } from "../../lab/random.ts";
import { compileText } from "../../tools/build/assemblyscript.ts";
import { first, load, lower, runIn, second } from "../support/lanes.ts";

/** Lane functions of one operand, by the file they are in. */
const unary = {
  exp: ["exp", "expFlushed", "exp_32"],
  expm1: ["expm1", "expm1_32"],
  log: ["log", "logFrom1", "log_32"],
  log1p: ["log1p", "log1pFrom0", "log1pUnit", "log1p_32"],
  tanh: ["tanh", "tanhShort", "tanh_32"],
  sigmoid: ["sigmoid", "sigmoidFlushed", "sigmoid_32"],
  softplus: ["softplus"],
  erf: ["erf", "erfc", "erf_32"],
};

const names = Object.values(unary).flat();

/** The same functions as AssemblyScript, and mish in float64 lanes. */
function text(): string {
  const imports = Object.entries(unary).map(([file, functions]) =>
    `import { ${functions.join(", ")} } from "./primitives/${file}.simd";\n`
  ).join("");
  const kernels = names.map((name) =>
    `export function ${name}Of(x: usize, y: usize, begin: u32, end: u32): void {
  for (let i: usize = 0; i < (end << ${name.endsWith("_32") ? 2 : 3}); i += 16) {
    v128.store(y + i, ${name}(v128.load(x + i)));
  }
}
`
  ).join("");
  return `${imports}import { highHalf, lowHalf, narrow } from "./lanes.simd";
import { plusLog1p } from "./primitives/log1p.simd";
${kernels}
function mish(x: v128): v128 {
  const t = expFlushed(f64x2.neg(f64x2.abs(x)));
  return f64x2.mul(x, tanhShort(plusLog1p(f64x2.pmax(x, f64x2.splat(0)), t)));
}
export function mishOf(x: usize, y: usize, begin: u32, end: u32): void {
  for (let i: usize = 0; i < (end << 2); i += 16) {
    const v = v128.load(x + i);
    v128.store(y + i, narrow(mish(lowHalf(v)), mish(highHalf(v))));
  }
}
`;
}

/** Bit patterns of every kind: specials, then all binades. */
function inputs(width: 32 | 64): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  const random = new Random(7);
  const values = width === 64 ? new Float64Array(8192) : new Float32Array(16384);
  const words = new Uint32Array(values.buffer);
  for (let k = 0; k < words.length; k++) words[k] = random.uint32();
  values.set([
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    0.5,
    -0.5,
    87,
    -87,
    710,
    -745.2,
    2 ** -126,
    2 ** -149,
  ]);
  for (let k = 64; k < values.length / 2; k++) {
    values[k] = (random.uint32() / 2 ** 32 - 0.5) * 2 ** (k % 12);
  }
  return values;
}

/** Bits of an array, every NaN alike: which NaN an instruction gives is the machine's affair. */
function bits(values: Float32Array | Float64Array): bigint[] {
  const view = new DataView(new ArrayBuffer(8));
  return Array.from(values, (value) => {
    view.setFloat64(0, value);
    return Number.isNaN(value) ? -1n : view.getBigUint64(0);
  });
}

for (const fused of [true, false]) {
  const build = fused ? "fused" : "plain";
  Deno.test(`the encoder's kernels have the bits of asc's, ${build}`, async () => {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
    const bytes = await compileText(text(), { fused }) as Uint8Array<ArrayBuffer>;
    const asc = runIn(new WebAssembly.Module(bytes), memory);
    for (const name of names) {
      const width = name.endsWith("_32") ? 32 : 64;
      const result = call(name, first);
      const kernel: Lowered = { lanes: width, elements: width, outputs: [result], guards: [] };
      const x = inputs(width);
      const ours = load({ kernel }, { fused }).run("kernel", x);
      assert.deepEqual(bits(ours), bits(asc(`${name}Of`, x)), name);
    }
    const mish = lower("accurate", (f) => f("mul", first, f("tanh", f("softplus", first))));
    const x = inputs(32);
    assert.deepEqual(
      bits(load({ mish }, { fused }).run("mish", x)),
      bits(asc("mishOf", x)),
      "mish",
    );
  });
}

Deno.test("a block that a guard refuses has the accurate kernel's bits, every other the fast one's", () => {
  const accurate = lower("accurate", (f) => f("exp", first));
  const fast = lower("fast", (f) => f("exp", first));
  const { run } = load({ accurate, fast }, { fused: false });
  const x = Float32Array.from({ length: 96 }, (_, k) => k / 7 - 3);
  const plain = run("fast", x);
  const right = run("accurate", x);
  assert.notDeepEqual(plain.slice(32, 64), right.slice(32, 64), "float32 lanes round more often");
  for (const outside of [87.4, -87.4, NaN, Infinity, -Infinity, -104]) {
    x[40] = outside;
    const got = run("fast", x);
    assert.deepEqual(got.slice(0, 32), plain.slice(0, 32));
    assert.deepEqual(got.slice(32, 64), run("accurate", x).slice(32, 64), `${outside}`);
    assert.deepEqual(got.slice(64), plain.slice(64));
  }
});

Deno.test("several inputs, equal steps once, in place", () => {
  const accurate = lower(
    "accurate",
    (f) => f("sub", f("softplus", first), f("mul", second, first)),
  );
  const { run, bytes } = load({ accurate }, { fused: false, inputs: 2 });
  assert.ok(WebAssembly.validate(bytes));
  const z = Float32Array.from({ length: 64 }, (_, k) => k / 4 - 8);
  const y = Float32Array.from({ length: 64 }, (_, k) => k % 2);
  const got = run("accurate", z, y);
  for (let k = 0; k < z.length; k++) {
    const want = Math.log1p(Math.exp(-Math.abs(z[k]!))) + Math.max(z[k]!, 0) - y[k]! * z[k]!;
    assert.equal(got[k], Math.fround(want), `${z[k]}, ${y[k]}`);
  }
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const { f } = new WebAssembly.Instance(
    new WebAssembly.Module(
      encode({
        inputs: 2,
        parameters: 0,
        kernels: [{ name: "f", lowered: accurate }],
        fused: false,
        base: 16,
        shared: false,
      })
        .bytes,
    ),
    { env: { memory } },
  ).exports as { f: (...numbers: number[]) => void };
  const here = new Float32Array(memory.buffer, 65536, 64);
  const there = new Float32Array(memory.buffer, 66048, 64);
  for (const target of [here, there]) {
    here.set(z);
    there.set(y);
    f(65536, 66048, target.byteOffset, 32, 64);
    assert.deepEqual(target.slice(32), got.slice(32), "in place");
    assert.deepEqual(
      target.slice(0, 32),
      (target === here ? z : y).slice(0, 32),
      "nothing before begin",
    );
  }
});

Deno.test("a parameter is in every lane, and rounded to float32 in float32 lanes", () => {
  const beta = { kind: "parameter", place: 0 } as const;
  for (const column of ["accurate", "fast"] as const) {
    const lowered = lower(column, (f) => f("mul", beta, first));
    const kernels = [{ name: "f", lowered }];
    const { bytes } = encode({
      inputs: 1,
      parameters: 1,
      kernels,
      fused: false,
      base: 16,
      shared: false,
    });
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
      .exports as { f: (...numbers: number[]) => void };
    const x = new Float32Array(memory.buffer, 65536, 64);
    for (let k = 0; k < 64; k++) x[k] = k - 20;
    const want = x.map((v) =>
      Math.fround(column === "fast" ? Math.fround(Math.fround(0.1) * v) : 0.1 * v)
    );
    f(65536, 65536, 0, 64, 0.1);
    assert.deepEqual(x, want, column);
  }
});

Deno.test("two modules with bases of their own share a memory; the same base overwrites", () => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });
  const at = (name: "exp" | "tanh", base: number) => {
    const kernels = [{ name: "f", lowered: lower("accurate", (f) => f(name, first)) }];
    const { bytes, constantBytes } = encode({
      inputs: 1,
      parameters: 0,
      kernels,
      fused: false,
      base,
      shared: false,
    });
    const run = runIn(new WebAssembly.Module(bytes), memory);
    return { constantBytes, run };
  };
  const x = Float32Array.from({ length: 32 }, (_, k) => k / 8 - 2);
  const exp = at("exp", 16);
  const want = exp.run("f", x);
  at("tanh", 16 + exp.constantBytes);
  assert.deepEqual(exp.run("f", x), want);
  at("tanh", 16);
  assert.notDeepEqual(exp.run("f", x), want);
});

Deno.test("guards without a careful kernel, and a careful kernel that is not there, are refused", () => {
  const lowered = lower("fast", (f) => f("exp", first));
  const encoding = { inputs: 1, parameters: 0, fused: false, base: 16, shared: false };
  assert.throws(() => encode({ ...encoding, kernels: [{ name: "f", lowered }] }), /f has guards/);
  assert.throws(
    () => encode({ ...encoding, kernels: [{ name: "f", lowered, careful: "g" }] }),
    /no kernel g before f/,
  );
  const accurate = { name: "a", lowered: lower("accurate", (f) => f("exp", first)) };
  const astray = { ...lowered, guards: [{ kind: "within", step: second }] as const };
  assert.throws(
    () =>
      encode({ ...encoding, kernels: [accurate, { name: "f", lowered: astray, careful: "a" }] }),
    /f: a guarded step leads to no output/,
  );
});
