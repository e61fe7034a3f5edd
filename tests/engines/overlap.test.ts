/**
 * Outputs that lie on inputs, on every engine: the results are as if the inputs had been copied
 * before anything was written, for any shift between them and in either direction.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "../../kernels/engines/mod.ts";
import { property } from "../support/arbitraries.ts";
import {
  call,
  engines,
  type EngineUnderTest,
  type Kernel,
  kernels,
  precisionsOf,
} from "../support/engines.ts";
import { arrayOf, arrayOn, type Format, FORMATS, type Vector } from "../../lab/floats.ts";
import { equal, mixed } from "../support/vectors.ts";

/** `length` elements of the memory of `all` from `start` on. */
function part(all: Vector, start: number, length: number): Vector {
  const Type = all.constructor as new (b: ArrayBufferLike, at: number, n: number) => Vector;
  return new Type(all.buffer, start * all.BYTES_PER_ELEMENT, length);
}

/**
 * Calls the kernel with an out that starts `shift` elements after x in the same memory, and a
 * second input, or a second output, elsewhere on x.
 */
async function check(
  { name, engine }: EngineUnderTest,
  kernel: Kernel,
  format: Format,
  length: number,
  shift: number,
  seed: number,
): Promise<void> {
  const reach = Math.abs(shift);
  const x0 = reach + length;
  const all = mixed(format, 2 * reach + 3 * length + 1, seed);
  const x = part(all, x0, length);
  const inputs = kernel.inputs === 1 ? [x] : [x, part(all, x0 + (shift >> 1), length)];
  const outs = [part(all, x0 + shift, length)];
  if (kernel.outputs === 2) {
    // The two outputs may not overlap one another: the other one begins where this one ends, or
    // ends where it begins, whichever lies on x.
    const other = shift < 0 ? x0 + shift + length : x0 + shift - length;
    outs.push(part(all, other, length));
    if (seed & 1) outs.reverse();
  }
  for (const precision of precisionsOf(format)) {
    const memory = all.slice();
    const want = await call(engine, kernel, inputs.map((v) => v.slice()), { precision });
    const copy = x.slice();
    const got = await call(engine, kernel, inputs, { precision }, outs);
    const what = `${name} ${format} ${precision} ${kernel.name} length ${length} shift ${shift}`;
    got.forEach((y, k) => {
      assert.equal(y, outs[k], "out itself was expected");
      equal(y, want[k]!, copy, what);
      // Everything that is not out is as it was.
      part(memory, y.byteOffset / y.BYTES_PER_ELEMENT, length).set(y);
    });
    equal(all, memory, memory, `${what}: written beside out`);
    all.set(mixed(format, all.length, seed));
  }
}

for (const { name, engine, formats } of engines) {
  for (const format of formats) {
    Deno.test(`${name} ${format}: the two outputs in one memory, through two buffer objects`, async () => {
      const { bytes } = FORMATS[format];
      const kernel = kernels.find((one) => one.outputs === 2)!;
      for (const length of [8, 20_000]) {
        const x = mixed(format, length, 1);
        const buffer = new SharedArrayBuffer(3 * length * bytes);
        const clone = structuredClone(buffer);
        const value = part(arrayOn(format, buffer), length, length);
        for (const at of [1, length, 2 * length - 1]) {
          const grad = part(arrayOn(format, clone), at, length);
          await assert.rejects(
            async () => await call(engine, kernel, [x], {}, [value, grad]),
            /out\.value and out\.grad must not overlap/,
          );
          assert.ok(new Uint8Array(buffer).every((byte) => byte === 0), "nothing is written");
        }
        const want = await call(engine, kernel, [x]);
        // Side by side in one memory, and in the same place of two memories.
        for (
          const grad of [
            part(arrayOn(format, clone), 0, length),
            part(arrayOn(format, clone), 2 * length, length),
            part(arrayOn(format, new SharedArrayBuffer(3 * length * bytes)), length, length),
          ]
        ) {
          const got = await call(engine, kernel, [x], {}, [value, grad]);
          got.forEach((y, k) => equal(y, want[k]!, x, `${name} ${format}`));
          new Uint8Array(buffer).fill(0);
        }
      }
    });
  }
}

for (const engine of engines) {
  for (const format of engine.formats) {
    for (const kernel of kernels) {
      const label = `${engine.name} ${format} ${kernel.name}`;
      const overlap = fc.record({
        length: fc.integer({ min: 1, max: 70 }),
        shift: fc.integer({ min: -75, max: 75 }),
        seed: fc.integer(),
      });
      property(
        `${label}: out overlaps an input`,
        overlap,
        ({ length, shift, seed }) => check(engine, kernel, format, length, shift, seed),
      );

      Deno.test(`${label}: out overlaps an input over many chunks`, async () => {
        for (const length of [1025, 5000, 20000]) {
          for (const shift of [0, 1, -1, 3, -7, 1000, -1000, 4096, -4096]) {
            await check(engine, kernel, format, length, shift, length + shift);
          }
        }
      });

      Deno.test(`${label}: out overlaps an input through another buffer object`, async () => {
        // A clone of a SharedArrayBuffer, and the buffer of a shared WebAssembly memory after it
        // grew, is another object over the same bytes.
        const { bytes } = FORMATS[format];
        for (const shift of [1, -1, 5, -8]) {
          const length = 3000;
          const buffer = new SharedArrayBuffer((length + 16) * bytes);
          const all = arrayOn(format, buffer);
          all.set(mixed(format, all.length, shift));
          const alias = arrayOn(format, structuredClone(buffer));
          const x = part(all, 8, length);
          const inputs = kernel.inputs === 1 ? [x] : [x, part(all, 4, length)];
          const outs = [part(alias, 8 + shift, length)];
          if (kernel.outputs === 2) outs.push(mixed(format, length, 0));
          const copy = x.slice();
          const want = await call(engine.engine, kernel, inputs.map((v) => v.slice()));
          const got = await call(engine.engine, kernel, inputs, {}, outs);
          got.forEach((y, k) => equal(y, want[k]!, copy, `${label} shift ${shift}`));
        }
      });

      Deno.test(`${label}: in place, arrays and Matrix`, async () => {
        for (const length of [0, 1, 2, 3, 4, 5, 15, 16, 17, 100]) {
          const inputs = Array.from({ length: kernel.inputs }, (_, k) => mixed(format, length, k));
          const want = await call(engine.engine, kernel, inputs);
          // Each input in turn is the out, and the second output of softplusWithGrad in turn x.
          for (let place = 0; place < Math.max(kernel.inputs, kernel.outputs); place++) {
            const xs = inputs.map((v) => v.slice());
            const outs = want.map(() => arrayOf(format, new Array<number>(length).fill(0)));
            outs[place % kernel.outputs] = xs[place % kernel.inputs]!;
            const got = await call(engine.engine, kernel, xs, {}, outs);
            got.forEach((y, k) => equal(y, want[k]!, inputs[0]!, `${label} length ${length}`));

            const batch = (v: Vector) => new Matrix(v, 1, length);
            const rows = inputs.map((v) => batch(v.slice()));
            const results = want.map((v) => batch(v.slice().fill(0)));
            results[place % kernel.outputs] = rows[place % kernel.inputs]!;
            const made = await call(engine.engine, kernel, rows, {}, results);
            made.forEach((y, k) =>
              equal(y.data as Vector, want[k]!, inputs[0]!, `${label} Matrix`)
            );
          }
        }
      });
    }
  }
}
