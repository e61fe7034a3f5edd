/**
 * Bad input, on every engine: the error of the contract, its message naming the argument, what was
 * given and what was expected, and nothing written.
 */
import assert from "node:assert/strict";
import { Matrix } from "../../kernels/engines/mod.ts";
import { engines, type EngineUnderTest, type Kernel, kernels } from "../support/engines.ts";
import { arrayOf, type Format, type Vector } from "../../lab/floats.ts";
import * as garbage from "../support/garbage.ts";
import { refused } from "../support/garbage.ts";
import { inputsOf, viewOf } from "../support/vectors.ts";

/** Something to write on: a view inside a larger buffer, filled. */
const target = (format: Format, length: number) =>
  viewOf(arrayOf(format, new Array<number>(length).fill(7)), 1);

/** The `out` of a kernel: the array itself, or one for each of two outputs. */
function outOf(kernel: Kernel, first: unknown, second: unknown): unknown {
  return kernel.outputs === 2 ? { value: first, grad: second } : first;
}

/** Runs `body` for every engine and format in a test, which goes through the kernels. */
function everywhere(
  what: string,
  body: (engine: EngineUnderTest, format: Format, kernel: Kernel) => Promise<void>,
): void {
  for (const engine of engines) {
    for (const format of engine.formats) {
      Deno.test(`${engine.name} ${format}: ${what}`, async () => {
        for (const kernel of kernels) await body(engine, format, kernel);
      });
    }
  }
}

everywhere("x and upstream of a wrong type are a TypeError", async ({ engine }, format, kernel) => {
  for (const [what, make] of Object.entries(garbage.NOT_INPUT)) {
    const out = outOf(kernel, target(format, 3), target(format, 3));
    const watched = kernel.outputs === 2 ? Object.values(out as object) : [out];
    const good = inputsOf(kernel, format, 3);
    const x = [{ type: TypeError, names: "x" }];
    const bad = [make(), ...good.slice(1)];
    await refused(engine, kernel, bad, x, `x: ${what}`, watched);
    await refused(engine, kernel, [make(), ...good.slice(1), { out }], x, `x: ${what}`, watched);
    if (kernel.inputs === 1) continue;
    const upstream = [{ type: TypeError, names: "upstream" }];
    await refused(engine, kernel, [good[0], make()], upstream, `upstream: ${what}`);
    await refused(
      engine,
      kernel,
      [good[0], make(), { out }],
      upstream,
      `upstream: ${what}`,
      watched,
    );
  }
});

everywhere("messages say what was given and expected", async ({ engine }, format, kernel) => {
  const good = inputsOf(kernel, format, 3);
  const typeError = [{ type: TypeError, names: "x" }];
  const ofX = await refused(engine, kernel, [new Int16Array(3), ...good.slice(1)], typeError, "x");
  assert.match(ofX.message, /Int16Array/);
  assert.match(ofX.message, /Float32Array/);
  const outs = [{ type: RangeError, names: "out" }];
  const short = outOf(kernel, target(format, 41), target(format, 3));
  const ofOut = await refused(engine, kernel, [...good, { out: short }], outs, "out");
  assert.match(ofOut.message, /41/);
  assert.match(ofOut.message, /\b3\b/);
  const betas = [{ type: RangeError, names: "beta" }];
  const ofBeta = await refused(engine, kernel, [...good, { beta: -Infinity }], betas, "beta");
  assert.match(ofBeta.message, /-Infinity/);
  assert.match(ofBeta.message, /finite/);
  const precisions = [{ type: RangeError, names: "precision" }];
  const ofPrecision = await refused(
    engine,
    kernel,
    [...good, { precision: "rough" }],
    precisions,
    "precision",
  );
  assert.match(ofPrecision.message, /rough/);
  assert.match(ofPrecision.message, /exact.*fast/);
});

everywhere("options, precision and beta", async ({ engine }, format, kernel) => {
  const good = inputsOf(kernel, format, 3);
  const outs = [target(format, 3), target(format, 3)];
  const out = outOf(kernel, outs[0], outs[1]);
  const check = (options: unknown, fault: garbage.Fault, value: unknown) =>
    refused(
      engine,
      kernel,
      [...good, options],
      [fault],
      `${fault.names}: ${garbage.describe(value)}`,
      outs,
    );
  for (const options of garbage.NOT_OPTIONS) {
    await check(options, { type: TypeError, names: "options" }, options);
  }
  for (const precision of garbage.NOT_PRECISION) {
    const fault = { type: RangeError, names: "precision" };
    await check({ precision, out }, fault, precision);
    await check({ precision }, fault, precision);
  }
  for (const { value, fault } of garbage.NOT_BETA) {
    await check({ beta: value, out }, { type: fault, names: "beta" }, value);
    await check({ beta: value, precision: "fast" }, { type: fault, names: "beta" }, value);
  }
});

everywhere(
  "out of a wrong type, length or shape is a RangeError",
  async ({ engine }, format, kernel) => {
    const other = format === "f32" ? "f64" : "f32";
    const fault = [{ type: RangeError, names: "out" }];
    const bad: Record<string, () => unknown> = {
      "too short": () => target(format, 5),
      "too long": () => target(format, 7),
      "empty": () => target(format, 0),
      "of the other float type": () => target(other, 6),
      "a number": () => 1,
      "a Matrix": () => new Matrix(target(format, 6), 2, 3),
      "detached": () => garbage.detached(arrayOf(format, [1, 2, 3, 4, 5, 6])),
      "out of bounds": () => garbage.outOfBounds(format, 6),
      ...garbage.NOT_INPUT,
    };
    delete bad["undefined"]; // the same as no out
    for (const [what, make] of Object.entries(bad)) {
      const good = inputsOf(kernel, format, 6);
      for (const swap of kernel.outputs === 2 ? [false, true] : [false]) {
        const outs = swap ? [target(format, 6), make()] : [make(), target(format, 6)];
        const out = outOf(kernel, outs[0], outs[1]);
        await refused(engine, kernel, [...good, { out }], fault, `out: ${what}`, outs);
      }
    }
    // An out that lost its memory is no out, even where its length, 0, is the right one.
    const none = inputsOf(kernel, format, 0);
    const lost = garbage.detached(arrayOf(format, [1]));
    const out = outOf(kernel, lost, target(format, 0));
    await refused(engine, kernel, [...none, { out }], fault, "out: detached, x empty");
  },
);

everywhere(
  "out of a Matrix is a Matrix of its shape and type",
  async ({ engine }, format, kernel) => {
    const other = format === "f32" ? "f64" : "f32";
    const fault = [{ type: RangeError, names: "out" }];
    const good = inputsOf(kernel, format, 6).map((v) => new Matrix(v, 2, 3));
    const bad: Record<string, unknown> = {
      "the shape turned": new Matrix(target(format, 6), 3, 2),
      "one row": new Matrix(target(format, 6), 1, 6),
      "another size": new Matrix(target(format, 8), 2, 4),
      "the other float type": new Matrix(target(other, 6), 2, 3),
      "an array": target(format, 6),
      "an object like a Matrix, too short": { data: target(format, 5), rows: 2, columns: 3 },
      "detached": garbage.NOT_INPUT["a Matrix on detached data"]!(),
    };
    for (const [what, out] of Object.entries(bad)) {
      const fine = new Matrix(target(format, 6), 2, 3);
      await refused(engine, kernel, [...good, { out: outOf(kernel, out, fine) }], fault, what, [
        out,
      ]);
      if (kernel.outputs === 1) continue;
      await refused(engine, kernel, [...good, { out: outOf(kernel, fine, out) }], fault, what, [
        fine,
      ]);
    }
  },
);

everywhere("out with a number is a RangeError", async ({ engine, numbers }, format, kernel) => {
  if (!numbers) return;
  const good = kernel.inputs === 1 ? [1] : [1, 2];
  const outs = [target(format, 1), target(format, 1)];
  for (const first of [outs[0], 1, null, {}]) {
    const out = outOf(kernel, first, outs[1]);
    await refused(
      engine,
      kernel,
      [...good, { out }],
      [{ type: RangeError, names: "out" }],
      "out",
      outs,
    );
  }
});

everywhere(
  "upstream of another type, length or shape",
  async ({ engine, numbers }, format, kernel) => {
    if (kernel.inputs === 1) return;
    const other = format === "f32" ? "f64" : "f32";
    const type = { type: TypeError, names: "upstream" };
    const range = { type: RangeError, names: "upstream" };
    const x = target(format, 6);
    const batch = new Matrix(target(format, 6), 2, 3);
    const cases: [unknown, unknown, garbage.Fault[]][] = [
      [x, target(format, 5), [range]],
      [x, target(format, 7), [range]],
      [x, target(format, 0), [range]],
      [batch, new Matrix(target(format, 6), 3, 2), [range]],
      [batch, new Matrix(target(format, 3), 1, 3), [range]],
      [x, target(other, 6), [type]],
      [batch, new Matrix(target(other, 6), 2, 3), [type]],
      [x, 1, [type]],
      // An array for a Matrix: a wrong type as much as a wrong shape.
      [x, batch, [type, range]],
      [batch, x, [type, range]],
    ];
    if (numbers) cases.push([1, x, [type]], [1, batch, [type]]);
    for (const [given, upstream, faults] of cases) {
      const what = `x ${garbage.describe(given)}, upstream ${garbage.describe(upstream)}`;
      await refused(engine, kernel, [given, upstream], faults, what);
      if (typeof given === "number") continue;
      const out = given === x ? target(format, 6) : new Matrix(target(format, 6), 2, 3);
      await refused(engine, kernel, [given, upstream, { out }], faults, what, [out]);
    }
  },
);

everywhere("the two outputs of softplusWithGrad", async ({ engine }, format, kernel) => {
  if (kernel.outputs === 1) return;
  const fault = [{ type: RangeError, names: "out" }];
  const [x] = inputsOf(kernel, format, 6) as [Vector];
  const memory = target(format, 20);
  const at = (start: number) => memory.subarray(start, start + 6);
  const pairs: unknown[] = [
    { value: at(0), grad: at(0) },
    { value: at(0), grad: at(5) },
    { value: at(9), grad: at(4) },
    { value: x, grad: x },
    { value: at(0) },
    { grad: at(0) },
    { value: at(0), grad: undefined },
    {},
    [at(0), at(6)],
    at(0),
    1,
    "out",
    null,
  ];
  for (const out of pairs) {
    await refused(engine, kernel, [x, { out }], fault, `out ${garbage.describe(out)}`, [memory]);
  }
});

Deno.test("Matrix refuses data that does not fill its shape", () => {
  const data = new Float32Array(6);
  const make = (...args: unknown[]) => () =>
    new (Matrix as unknown as new (...a: unknown[]) => unknown)(...args);
  for (const [rows, columns] of [[2, 2], [3, 3], [0, 6], [-2, -3], [6, 0]]) {
    assert.throws(make(data, rows, columns), RangeError, `${rows} x ${columns}`);
  }
  for (const size of [1.5, NaN, Infinity, "2", 2n, null, undefined, {}]) {
    assert.throws(make(data, size, 3), /rows/, `rows ${garbage.describe(size)}`);
    assert.throws(make(data, 2, size), /columns/, `columns ${garbage.describe(size)}`);
  }
  for (const [what, value] of Object.entries(garbage.NOT_INPUT)) {
    // Memory that is gone is a wrong length as much as a wrong type.
    const lost = /detached|out-of-bounds/.test(what) && !what.includes("Matrix");
    const wanted = (error: unknown) =>
      error instanceof TypeError || lost && error instanceof RangeError;
    assert.throws(make(value(), 1, 3), wanted, what);
  }
  const from = Matrix.from as unknown as (...args: unknown[]) => unknown;
  assert.throws(() => from([[1, 2], [3]]), RangeError);
  for (const rows of [null, undefined, 3, "12", [1, 2], [[1], 2], [["1"]], [[1], null]]) {
    assert.throws(() => from(rows), TypeError, garbage.describe(rows));
  }
  for (const Type of [Int32Array, Array, null, 1, "Float32Array", Object]) {
    assert.throws(() => from([[1]], Type), TypeError, garbage.describe(Type));
  }
});
