/**
 * How the kernels meet arrays, on every engine: every element as if it came alone, whatever the
 * length, the offset, the memory and the overlap, and nothing touched beside the output.
 */
import assert from "node:assert/strict";
import { Matrix } from "../../kernels/engines/mod.ts";
import { property, vector } from "../support/arbitraries.ts";
import { call, engines, type Kernel, kernels, precisionsOf, UNARY } from "../support/engines.ts";
import {
  arrayOf,
  type Format,
  FORMATS,
  report,
  roundTo,
  same,
  ulp,
  type Vector,
} from "../../lab/floats.ts";
import { equal, growable, inputsOf, viewOf } from "../support/vectors.ts";

/** Runs `body` for every engine, format and kernel. */
function everywhere(
  body: (label: string, engine: typeof engines[number], format: Format, kernel: Kernel) => void,
): void {
  for (const engine of engines) {
    for (const format of engine.formats) {
      for (const kernel of kernels) {
        body(`${engine.name} ${format} ${kernel.name}`, engine, format, kernel);
      }
    }
  }
}

for (const { name, engine, formats, numbers } of engines) {
  for (const format of formats) {
    for (const precision of precisionsOf(format)) {
      property(`${name} ${format} ${precision}: element by element`, vector(format), async (x) => {
        for (const kernel of kernels) {
          const inputs = kernel.inputs === 1 ? [x] : [x, x.toReversed()];
          const got = await call(engine, kernel, inputs, { precision });
          for (let i = 0; i < x.length; i++) {
            const one = await call(engine, kernel, inputs.map((v) => v.slice(i, i + 1)), {
              precision,
            });
            got.forEach((y, k) =>
              assert.ok(
                same(y[i]!, one[k]![0]!),
                report(kernel.name, x[i]!, y[i]!, one[k]![0]!, format),
              )
            );
          }
        }
      });
    }
    if (!numbers) continue;
    property(`${name} ${format}: an array and its numbers`, vector(format), async (x) => {
      for (const kernel of kernels) {
        // An array rounds the sigmoid before the product, a number does not.
        if (format !== "f64" && kernel.name === "softplusBackward") continue;
        const inputs = kernel.inputs === 1 ? [x] : [x, x.toReversed()];
        const got = await call(engine, kernel, inputs);
        for (let i = 0; i < x.length; i++) {
          const one = await call(engine, kernel, inputs.map((v) => v[i]!));
          // What one unit of the last place of the sigmoid makes of the product.
          const carried = kernel.inputs === 1
            ? 0
            : Math.abs(inputs[1]![i]!) * ulp(await engine.sigmoid(x[i]!), "f64");
          got.forEach((y, k) => {
            const number = one[k]!;
            assert.equal(typeof number, "number");
            const message = report(kernel.name, x[i]!, y[i]!, number, format);
            const want = roundTo(number, format);
            if (same(y[i]!, want)) return;
            // A number is float64. Half a unit of the format, and one of the float64 result.
            const unit = Math.max(ulp(y[i]!, "f64"), ulp(number, "f64"));
            const allowed = format !== "f64"
              ? ulp(y[i]!, format) / 2 + ulp(number, "f64")
              : name === "scalar"
              ? 0
              // An array is not computed by the scalar engine: fused, its last bit may be another.
              : unit + carried;
            assert.ok(Math.abs(y[i]! - number) <= allowed, message);
          });
        }
      }
    });
  }
}

/** Lengths about the widths of vectors and the sizes of chunks that an engine may cut at. */
const LENGTHS = [
  ...Array.from({ length: 18 }, (_, n) => n),
  ...[32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 65536].flatMap((
    n,
  ) => [n - 1, n, n + 1]),
];

// Long: one test after another, of one engine, format and kernel.
everywhere((label, { engine }, format, kernel) => {
  Deno.test(`${label}: lengths 0 to 17 and about powers of two`, async () => {
    const longest = inputsOf(kernel, format, 65537);
    for (const precision of precisionsOf(format)) {
      const want = await call(engine, kernel, longest, { precision });
      for (const length of LENGTHS) {
        const inputs = longest.map((v) => v.slice(65537 - length));
        const before = inputs.map((v) => v.slice());
        const got = await call(engine, kernel, inputs, { precision });
        got.forEach((y, k) => {
          const expected = want[k]!.subarray(65537 - length);
          equal(y, expected, inputs[0]!, `${label} ${precision} length ${length}`);
          assert.ok(inputs.every((v) => v.buffer !== y.buffer), "a new array was expected");
        });
        inputs.forEach((v, k) => equal(v, before[k]!, v, "an input was changed"));
      }
    }
  });

  Deno.test(`${label}: views at any offset, inputs and out, with nothing beside out touched`, async () => {
    for (const length of [0, 1, 3, 4, 7, 16, 17, 130]) {
      const inputs = inputsOf(kernel, format, length);
      const want = await call(engine, kernel, inputs);
      for (const offset of [0, 1, 2, 3, 5, 7]) {
        for (const outOffset of [0, 1, 3, 6]) {
          const views = inputs.map((v, k) => viewOf(v, offset + k));
          const outs = want.map(() =>
            viewOf(arrayOf(format, new Array(length).fill(7)), outOffset)
          );
          const around = outs.map((out) => new Uint8Array(out.buffer).slice());
          const got = await call(engine, kernel, views, {}, outs);
          got.forEach((y, k) => {
            assert.equal(y, outs[k], "out itself was expected");
            equal(y, want[k]!, inputs[0]!, `${label} offset ${offset} -> ${outOffset}`);
            outs[k]!.fill(7);
            assert.deepEqual(new Uint8Array(outs[k]!.buffer), around[k], "written beside out");
          });
        }
      }
    }
  });

  Deno.test(`${label}: arrays on shared and on resizable memory`, async () => {
    for (const length of [0, 1, 5, 64, 1000]) {
      const inputs = inputsOf(kernel, format, length);
      const want = await call(engine, kernel, inputs);
      for (const shared of [false, true]) {
        const views = inputs.map((v) => viewOf(v, 1, shared));
        (await call(engine, kernel, views)).forEach((y, k) => {
          equal(y, want[k]!, inputs[0]!, `${label} shared=${shared}`);
        });
        const outs = want.map((v) => viewOf(v.slice().fill(0), 3, shared));
        const got = await call(engine, kernel, views, {}, outs);
        got.forEach((y, k) => {
          assert.equal(y, outs[k]);
          equal(y, want[k]!, inputs[0]!, `${label} out, shared=${shared}`);
        });
        const growing = inputs.map((v) => growable(v, shared));
        (await call(engine, kernel, growing, {}, growing.slice(0, 1).concat(want.slice(1))))
          .forEach((y, k) => equal(y, want[k]!, inputs[0]!, `${label} length-tracking`));
      }
    }
  });

  Deno.test(`${label}: Matrix in, Matrix of the same shape out`, async () => {
    for (
      const [rows, columns] of [[0, 0], [0, 3], [3, 0], [1, 1], [1, 17], [17, 1], [5, 7], [
        64,
        33,
      ]] as const
    ) {
      const data = inputsOf(kernel, format, rows * columns);
      const want = await call(engine, kernel, data);
      const batches = data.map((v, k) => new Matrix(viewOf(v, k + 1), rows, columns));
      const outs = want.map((v) => new Matrix(viewOf(v.slice().fill(0), 2), rows, columns));
      const inPlace = outs.map((out, k) =>
        k === 0 ? new Matrix(data[0]!.slice(), rows, columns) : out
      );
      for (const out of [undefined, outs, inPlace]) {
        const xs = out === inPlace ? [inPlace[0]!, ...batches.slice(1)] : batches;
        const got = await call(engine, kernel, xs, {}, out);
        got.forEach((y, k) => {
          assert.ok(y instanceof Matrix);
          assert.deepEqual([y.rows, y.columns], [rows, columns]);
          if (out) assert.equal(y, out[k]);
          equal(y.data as Vector, want[k]!, data[0]!, `${label} ${rows}x${columns}`);
        });
      }
    }
  });
});

for (const { name, engine, formats } of engines) {
  for (const format of formats.filter((one) => precisionsOf(one).length === 1)) {
    property(
      `${name} ${format}: precision "fast" is the one level of the format`,
      vector(format),
      async (x) => {
        for (const fn of UNARY) {
          const fast = await engine[fn](x, { precision: "fast" });
          equal(fast, await engine[fn](x), x, `${name} ${fn}`);
        }
      },
    );
  }
  Deno.test(`${name}: an input keeps its type`, async () => {
    for (const format of formats) {
      const y = await engine.softplus(arrayOf(format, [1, 2]));
      assert.equal(y.BYTES_PER_ELEMENT, FORMATS[format].bytes);
    }
  });
}
