/**
 * Directed tests, on every engine: special values, and the places where the correctly rounded
 * functions change their nature, with the float on either side of each.
 */
import assert from "node:assert/strict";
import { BOUNDARIES } from "../support/arbitraries.ts";
import {
  engines,
  type EngineUnderTest,
  precisionsOf,
  UNARY,
  type UnaryName,
} from "../support/engines.ts";
import {
  arrayOf,
  arrayOfBits,
  type Format,
  FORMATS,
  fromBits,
  report,
  same,
  step,
  ulp,
} from "../../lab/floats.ts";
import { exact, ulpError } from "../../lab/oracle/mpfr.ts";

const NAMES = UNARY;

/** Results for a list, as an array and, where the engine takes numbers, one by one too. */
async function results(
  { engine, numbers, bound }: EngineUnderTest,
  name: UnaryName,
  list: number[],
  format: Format,
  precision: "exact" | "fast",
): Promise<number[]> {
  const y = Array.from(await engine[name](arrayOf(format, list), { precision }));
  if (numbers && format === "f64") {
    for (const [i, x] of list.entries()) {
      // Numbers go through plain TypeScript, whose last bit may differ from a fused array kernel's.
      const one = await engine[name](x);
      if (same(one, y[i]!)) continue;
      const error = ulpError(name, x, one, "f64");
      const message = report(`${name}(number) error=${error}`, x, one, y[i]!, "f64");
      assert.ok(error <= bound("f64", precision), message);
    }
  }
  return y;
}

for (const under of engines) {
  for (const format of under.formats) {
    for (const precision of precisionsOf(format)) {
      const label = `${under.name} ${format} ${precision}`;

      Deno.test(`${label}: special values`, async () => {
        const list = [NaN, Infinity, -Infinity, 0, -0];
        const ln2 = exact("softplus", 0, format);
        const want: Record<UnaryName, number[]> = {
          softplus: [NaN, Infinity, 0, ln2, ln2],
          sigmoid: [NaN, 1, 0, 0.5, 0.5],
          softplusGrad: [NaN, 1, 0, 0.5, 0.5],
          sigmoidGrad: [NaN, 0, 0, 0.25, 0.25],
          logSigmoid: [NaN, -0, -Infinity, -ln2, -ln2],
          logSigmoidGrad: [NaN, 0, 1, 0.5, 0.5],
        };
        for (const name of NAMES) {
          const got = await results(under, name, list, format, precision);
          list.forEach((x, i) => {
            const y = want[name][i]!;
            assert.ok(same(got[i]!, y), report(`${name} ${precision}`, x, got[i]!, y, format));
          });
        }
      });

      Deno.test(`${label}: NaN of every sign and payload is NaN`, async () => {
        const { bytes, precision: digits } = FORMATS[format];
        const sign = 1n << BigInt(8 * bytes - 1);
        const infinity = sign - (1n << BigInt(digits - 1));
        const patterns = [1n, 2n, 1n << BigInt(digits - 2), (1n << BigInt(digits - 1)) - 1n]
          .flatMap((payload) => [infinity | payload, sign | infinity | payload]);
        const x = arrayOfBits(format, patterns);
        assert.ok(patterns.every((bits) => Number.isNaN(fromBits(bits, format))));
        for (const name of NAMES) {
          const y = await under.engine[name](x, { precision });
          assert.ok(y.every((v) => Number.isNaN(v)), `${name}: ${y}`);
        }
      });

      Deno.test(`${label}: thresholds and the floats on either side`, async () => {
        const list = thresholds(format).flatMap((x) =>
          Array.from({ length: 17 }, (_, i) => step(x, i - 8, format))
        );
        for (const name of NAMES) {
          const got = await results(under, name, list, format, precision);
          list.forEach((x, i) => {
            const want = exact(name, x, format);
            if (same(got[i]!, want)) return;
            const error = ulpError(name, x, got[i]!, format);
            const allowed = under.bound(format, precision, 1, name);
            const message = report(`${label} ${name} error=${error}`, x, got[i]!, want, format);
            assert.ok(allowed > 0.5 && error <= allowed, message);
          });
        }
      });

      Deno.test(`${label}: beyond the thresholds nothing is left to round`, async () => {
        const largest = step(Infinity, -1, format);
        const far = [50, 88, 100, 105, 700, 800, 1e4, 1e10, 1e38, largest]
          .map((x) => arrayOf(format, [x])[0]!);
        const bottom = far.filter((x) => x > -BOUNDARIES[format].zero + 1).map((x) => -x);
        const softplus = await results(under, "softplus", far, format, precision);
        const sigmoid = await results(under, "sigmoid", far, format, precision);
        far.forEach((x, i) => {
          assert.ok(same(softplus[i]!, x), report("softplus", x, softplus[i]!, x, format));
          assert.ok(same(sigmoid[i]!, 1), report("sigmoid", x, sigmoid[i]!, 1, format));
        });
        for (const name of ["softplus", "sigmoid"] as const) {
          const y = await results(under, name, bottom, format, precision);
          bottom.forEach((x, i) => assert.ok(same(y[i]!, 0), report(name, x, y[i]!, 0, format)));
        }
      });
    }

    Deno.test(`${under.name} ${format}: subnormal results are not flushed`, async () => {
      const { subnormal, zero } = BOUNDARIES[format];
      const list = Array.from(
        { length: 2000 },
        (_, i) => subnormal + (zero - subnormal) * (i / 2000),
      );
      // Float16 is coarse: the last of them round to where the result is zero.
      const x = arrayOf(format, list).filter((v) => v > zero);
      assert.ok(x.length > 1990);
      for (const name of ["softplus", "sigmoid"] as const) {
        const y = await under.engine[name](x);
        x.forEach((v, i) => {
          const want = exact(name, v, format);
          assert.ok(want < 2 ** FORMATS[format].minExponent && want >= ulp(0, format));
          const error = same(y[i]!, want) ? 0 : ulpError(name, v, y[i]!, format);
          const allowed = under.bound(format, "exact", 1, name);
          const message = report(`${name} error=${error}`, v, y[i]!, want, format);
          assert.ok(error === 0 || allowed > 0.5 && error <= allowed, message);
        });
      }
    });
  }
}

/** Every place worth a look: the boundaries, the cuts of the reductions, powers of two, extremes. */
function thresholds(format: Format): number[] {
  const boundaries = Object.values(BOUNDARIES).flatMap((b) => Object.values<number>(b));
  const points = [...boundaries, 13.993, 16.6355, 20, Math.LN2, Math.LN2 / 2, 88.72283905206835];
  points.push(709.782712893384, step(Infinity, -10, format), 2 ** FORMATS[format].minExponent);
  for (let e = -60; e <= 11; e++) points.push(2 ** e);
  for (let n = 0; n < (format === "f32" ? 152 : 1077); n += n < 60 ? 1 : 13) {
    points.push((n + 0.5) * Math.LN2, n * Math.LN2);
  }
  return Array.from(arrayOf(format, points.flatMap((x) => [x, -x])));
}
