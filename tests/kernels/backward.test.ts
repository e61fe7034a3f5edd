/**
 * The backward passes on every engine: the product is formed before the one rounding, so the bound
 * holds also where the derivative alone would be subnormal or 0.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { anyFloat, property } from "../support/arbitraries.ts";
import {
  BACKWARD,
  BACKWARD_NAMES,
  type BackwardName,
  engines,
  precisionsOf,
} from "../support/engines.ts";
import { arrayOf, arrayOfBits, type Format, hex, report, same, step } from "../../lab/floats.ts";
import { exact, exactProduct, productError } from "../../lab/oracle/mpfr.ts";

/** What an exact product has to give; from users' reports of other libraries and of this one. */
const WITNESSES: readonly [Format, BackwardName, number, number, number][] = [
  ["f16", "softplusBackward", -15, 1024, 0.0003132820],
  ["f32", "softplusBackward", -95, 65536, 3.6183e-37],
  ["f32", "softplusBackward", -103, 1e38, 1.8521167e-7],
  ["f64", "softplusBackward", -740, 1e300, 4.18874e-22],
  ["f64", "softplusBackward", -1400, 1e308, 9.72132e-301],
  ["f64", "sigmoidBackward", 1400, 1e308, 9.72132e-301],
  ["f64", "logSigmoidBackward", 1400, 1e308, 9.72132e-301],
];

for (const { name, engine, formats, bound } of engines) {
  for (const format of formats) {
    for (const precision of precisionsOf(format)) {
      const label = `${name} ${format} ${precision}`;

      const check = async (fn: BackwardName, x: readonly number[], upstream: readonly number[]) => {
        const [a, u] = [arrayOf(format, x), arrayOf(format, upstream)];
        const got = await engine[fn](a, u, { precision });
        a.forEach((v, i) => {
          const error = productError(BACKWARD[fn], v, u[i]!, got[i]!, format);
          assert.ok(
            error <= bound(format, precision, 1, fn),
            `${fn} x=${hex(v, format)} upstream=${hex(u[i]!, format)} ` +
              `got=${hex(got[i]!, format)}: ${error} ULP`,
          );
        });
      };

      Deno.test(`${label}: backward passes where the derivative alone has lost its digits`, async () => {
        for (const [of, fn, x, upstream, about] of WITNESSES) {
          if (of !== format) continue;
          const u = arrayOf(format, [upstream])[0]!;
          await check(fn, [x], [u]);
          const want = exactProduct(BACKWARD[fn], x, u, format);
          assert.ok(Math.abs(want / about - 1) < 1e-5, `the witness itself: ${want}`);
        }
      });

      Deno.test(`${label}: backward passes from the smallest derivative to the largest upstream`, async () => {
        const largest = step(Infinity, -1, format);
        const reach = { f16: 30, f32: 200, f64: 1480 }[format];
        const upstreams = [largest, -largest, largest / 3, 1e4, 1, -0.3, 2 ** -13, largest ** -0.5]
          .concat([step(0, 1, format), step(0, 5, format), -step(0, 1000, format), 0, -0]);
        const places = Array.from({ length: 160 }, (_, i) => (i - 80) / 80 * reach);
        for (const fn of BACKWARD_NAMES) {
          for (const upstream of upstreams) {
            await check(fn, [...places, 0, -0], Array(places.length + 2).fill(upstream));
          }
        }
      });

      property(
        `${label}: backward passes of any floats`,
        fc.array(fc.tuple(anyFloat(format), anyFloat(format)), { maxLength: 40 }),
        async (pairs) => {
          const [x, u] = [pairs.map(([x]) => x), pairs.map(([, u]) => u)];
          for (const fn of BACKWARD_NAMES) await check(fn, x, u);
        },
      );

      property(
        `${label}: a product is the same wherever its element stands`,
        fc.array(fc.tuple(anyFloat(format), anyFloat(format)), { minLength: 1, maxLength: 70 }),
        async (pairs) => {
          const x = arrayOf(format, pairs.map(([x]) => x));
          const u = arrayOf(format, pairs.map(([, u]) => u));
          for (const fn of BACKWARD_NAMES) {
            const all = await engine[fn](x, u, { precision });
            const i = pairs.length >> 1;
            const one = await engine[fn](x.slice(i, i + 1), u.slice(i, i + 1), { precision });
            assert.ok(same(all[i]!, one[0]!), `${fn} x=${hex(x[i]!, format)} ${all[i]} ${one[0]}`);
          }
        },
      );
    }

    Deno.test(`${name} ${format}: at 0 half and a quarter of upstream, ties to even`, async () => {
      const smallest = step(0, 1, format);
      const upstream = arrayOf(format, Array.from({ length: 64 }, (_, i) => (i - 32) * smallest));
      const x = arrayOf(format, Array(64).fill(0));
      for (const [fn, factor] of [["softplusBackward", 0.5], ["sigmoidBackward", 0.25]] as const) {
        const got = await engine[fn](x, upstream);
        upstream.forEach((u, i) => {
          const want = arrayOf(format, [u * factor])[0]!;
          assert.ok(same(got[i]!, want), report(fn, 0, got[i]!, want, format));
        });
      }
    });

    Deno.test(`${name} ${format}: limits of the derivatives, times anything`, async () => {
      const cases: [BackwardName, number, number, number][] = [
        ["softplusBackward", -Infinity, Infinity, NaN],
        ["softplusBackward", -Infinity, -3, -0],
        ["softplusBackward", Infinity, 3, 3],
        ["softplusBackward", -9, Infinity, Infinity],
        ["softplusBackward", NaN, 1, NaN],
        ["softplusBackward", 1, NaN, NaN],
        ["sigmoidBackward", Infinity, 3, 0],
        ["sigmoidBackward", -Infinity, -3, -0],
        ["sigmoidBackward", Infinity, -Infinity, NaN],
        ["sigmoidBackward", 9, -Infinity, -Infinity],
        ["logSigmoidBackward", Infinity, Infinity, NaN],
        ["logSigmoidBackward", -Infinity, 3, 3],
      ];
      for (const [fn, x, upstream, want] of cases) {
        for (const length of [1, 33, 64]) {
          const fill = (v: number) => arrayOf(format, Array(length).fill(v));
          const got = await engine[fn](fill(x), fill(upstream));
          got.forEach((y) => assert.ok(same(y, want), `${fn}(${x}, ${upstream}): ${y}`));
        }
      }
    });
  }

  Deno.test(`${name} f16: backward passes of every x, on a grid of upstreams`, async () => {
    const x = arrayOfBits("f16", Array.from({ length: 65536 }, (_, i) => BigInt(i)));
    const sizes = [
      2 ** -24,
      3 * 2 ** -24,
      2 ** -14,
      0.0999755859375,
      1,
      1.9990234375,
      3,
      1024,
      65504,
    ];
    for (const fn of BACKWARD_NAMES) {
      // In float64 the derivative is within 2^-53, and times a float16 the product within 2^-52.
      const derivative = Float64Array.from(x, (v) => exact(BACKWARD[fn], v, "f64"));
      for (const upstream of sizes.flatMap((u) => [u, -u])) {
        const got = await engine[fn](x, x.map(() => upstream));
        for (let i = 0; i < x.length; i++) {
          const product = upstream * derivative[i]!;
          const unit = 2 ** Math.max(Math.floor(Math.log2(Math.abs(product))) - 10, -24);
          const off = Math.abs(got[i]! - product) / unit;
          if (off <= 0.501 || (Number.isNaN(product) && Number.isNaN(got[i]!))) continue;
          assert.ok(
            Object.is(Math.f16round(product), got[i]!),
            `${fn}(${x[i]}, ${upstream}) = ${got[i]}`,
          );
        }
      }
    }
  });

  Deno.test(`${name} f16: every NaN as upstream gives NaN`, async () => {
    const all = Array.from({ length: 2046 }, (_, i) => BigInt((i < 1023 ? 0x7c01 : 0xf802) + i));
    const nans = arrayOfBits("f16", all).filter(Number.isNaN);
    assert.ok(nans.length > 2000);
    for (const fn of BACKWARD_NAMES) {
      const got = await engine[fn](nans.map(() => 1), nans);
      assert.ok(got.every(Number.isNaN), fn);
    }
  });
}
