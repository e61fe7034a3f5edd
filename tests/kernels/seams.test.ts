/**
 * Where a kernel goes from one expression to the next: points about each such place, on both sides, so
 * that an expression that is used too far out is beyond its promise somewhere.
 */
import assert from "node:assert/strict";
import { type Format, report, roundTo, same } from "../../lab/floats.ts";
import { exact, ulpError } from "../../lab/oracle/mpfr.ts";
import { engines, precisionsOf } from "../support/engines.ts";

/** The places, as the tables on top of the kernels name them. */
const seams: Readonly<Record<"f32" | "f64", readonly number[]>> = {
  f32: [2 ** -10, Math.LN2 / 2, 0.875, 16, 87.3, 104],
  f64: [Math.LN2 / 2, 32, 700, 746],
};

/** Points from so much less than a place to so much more, of both signs. */
function about(seam: number, format: Format): number[] {
  return Array.from({ length: 300 }, (_, i) => seam * (0.75 + i / 600))
    .flatMap((x) => [x, -x]).map((x) => roundTo(x, format));
}

for (const { name, engine, formats, bound } of engines) {
  for (const format of ["f32", "f64"] as const) {
    if (!formats.includes(format)) continue;
    const x = seams[format].flatMap((seam) => about(seam, format));
    Deno.test(`${name} ${format}: on both sides of every seam`, async () => {
      const array = format === "f32" ? Float32Array.from(x) : Float64Array.from(x);
      for (const precision of precisionsOf(format)) {
        for (const fn of ["softplus", "sigmoid", "sigmoidGrad"] as const) {
          const y = await engine[fn](array, { precision });
          const promised = bound(format, precision, 1, fn);
          x.forEach((v, i) => {
            const want = exact(fn, v, format);
            if (same(y[i]!, want)) return;
            const error = ulpError(fn, v, y[i]!, format);
            const message = report(`${fn} ${precision} ${error} ULP`, v, y[i]!, want, format);
            assert.ok(promised > 0.5 && error <= promised, message);
          });
        }
      }
    });
  }
}
