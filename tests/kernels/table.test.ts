/** The tables of table.simd.ts: where one row ends and the next begins, where they end, and what stands beside. */
import assert from "node:assert/strict";
import { createWasm } from "../../kernels/engines/wasm.ts";
import { compile } from "../../kernels/engines/wasm/module.ts";
import { ulpError } from "../../lab/oracle/mpfr.ts";
import { step } from "../../lab/floats.ts";

const builds = [true, false].filter((fused) => compile(fused) !== undefined);
const names = ["softplus", "sigmoid", "logSigmoid"] as const;

/** Middles between rows and their neighbours, ends of the tables, and sums that look like a row. */
function places(): Float64Array {
  const x: number[] = [];
  for (let row = -1026; row <= 1026; row += 3) {
    const middle = (row + 0.5) / 32;
    x.push(step(middle, -1, "f64"), middle, step(middle, 1, "f64"), row / 32);
  }
  for (const end of [32 - 1 / 64, 32, 32 + 1 / 64, 33, 64]) {
    for (const by of [-2, -1, 0, 1, 2]) x.push(step(end, by, "f64"), -step(end, by, "f64"));
  }
  const shift = 1.5 * 2 ** 47;
  for (const sum of [0, 1 / 32, 2 ** 33, 2 ** 45, 2 ** 46, 2 ** 47, 1.5 * 2 ** 46, 2 * shift]) {
    for (const by of [-96, -64, 0, 64, 96]) x.push(sum - shift + by, shift - sum + by);
  }
  x.push(-Infinity, Infinity, NaN, -0, 0, 5e-324, -5e-324, -746, -720, 720, 1e300, -1e300);
  return new Float64Array(x);
}

/**
 * Blocks of every kind: edges of the tables, then numbers that all have rows, some of which the
 * rounding test sends to the accurate phase, then numbers without.
 */
function mixed(Type: typeof Float32Array): Float32Array {
  const edges = places();
  const inside = Array.from({ length: 20_000 }, (_, i) => 31 * Math.sin(i));
  const outside = Array.from({ length: 2_000 }, (_, i) => 120 * Math.sin(i));
  return new Type([...edges, ...inside, ...outside]);
}

for (const fused of builds) {
  const engine = createWasm({ fused });
  const build = fused ? "fused" : "plain";

  for (const name of names) {
    Deno.test(`${build}: ${name} keeps 0.62 ULP at every edge of the tables`, () => {
      const x = places();
      const y = engine[name](x);
      x.forEach((v, i) => {
        if (Number.isNaN(v)) return assert.ok(Number.isNaN(y[i]));
        const error = ulpError(name, v, y[i]!, "f64");
        assert.ok(error <= 0.62, `${name}(${v}) = ${y[i]}: ${error} ULP`);
      });
    });

    Deno.test(`${build}: ${name} of a float64 does not depend on what stands beside it`, () => {
      const x = places();
      const y = engine[name](x);
      // Alone, then each between numbers that the tables have not.
      x.forEach((v, i) => assert.ok(Object.is(engine[name](Float64Array.of(v))[0], y[i]), `${v}`));
      for (const other of [100, -800, NaN, 1]) {
        const spread = new Float64Array(3 * x.length).fill(other);
        x.forEach((v, i) => spread[3 * i + 1] = v);
        const z = engine[name](spread);
        y.forEach((v, i) => assert.ok(Object.is(z[3 * i + 1], v), `${x[i]} beside ${other}`));
      }
    });
  }

  // One type stands for both: the overloads take no union.
  for (const Type of [Float32Array, Float64Array as unknown as typeof Float32Array]) {
    Deno.test(`${build}: softplusWithGrad of ${Type.name} has the bits of its parts, in place too`, () => {
      const x = mixed(Type);
      const [value, grad] = [engine.softplus(x), engine.sigmoid(x)];
      const check = (got: unknown) => assert.deepEqual(got, { value, grad });
      check(engine.softplusWithGrad(x));
      // In the engine's own memory the kernel itself computes in place.
      const own = [engine.alloc(Type, x.length), engine.alloc(Type, x.length)] as const;
      for (const [at, other] of [[0, 1], [1, 0]] as const) {
        own[at].set(x);
        own[other].fill(NaN);
        const [a, b] = own;
        engine.softplusWithGrad(own[at], { out: { value: a, grad: b } });
        check({ value: a.slice(), grad: b.slice() });
      }
      own.forEach((array) => engine.free(array));
    });
  }
}
