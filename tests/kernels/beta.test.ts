/**
 * softplus(x; beta) = log(1 + e^(beta x)) / beta and its slope sigmoid(beta x), on every engine,
 * against the oracle, in which beta x is the exact product.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { anyFloat, BOUNDARIES, finite, finiteVector, property } from "../support/arbitraries.ts";
import { BACKWARD, type BackwardName, engines, precisionsOf, UNARY } from "../support/engines.ts";
import { arrayOf, type Format, hex, report, roundTo, same, step, ulp } from "../../lab/floats.ts";
import { exact, type GradName, productError, ulpError } from "../../lab/oracle/mpfr.ts";

/** Betas of either sign: small numbers, powers of two, any digits, and any finite double at all. */
const ordinary = fc.oneof(
  fc.constantFrom(2, -1, 0.5, 3, -2.5, 10, 1e-3, Math.PI),
  fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -20, max: 10 }))
    .map(([m, e]) => (m === 0 ? 1 : m) * 2 ** e),
  fc.integer({ min: 1, max: 2 ** 31 - 1 }).map((n) => n / 2 ** 28),
);
const anyBeta = fc.oneof(ordinary, ordinary, finite("f64").filter((beta) => beta !== 0));

/** x where beta x is about a place where something happens, and x anywhere. */
const pair = (format: Format, beta: fc.Arbitrary<number>) =>
  fc.tuple(finite(format), beta, fc.boolean()).map(([x, b, shaped]) =>
    [shaped && Number.isFinite(x / b) ? arrayOf(format, [x / b])[0]! : x, b] as const
  ).filter(([x]) => Number.isFinite(x));

for (const { name, engine, formats, bound } of engines) {
  for (const format of formats) {
    for (const precision of precisionsOf(format)) {
      const label = `${name} ${format} ${precision}`;
      property(
        `${label}: beta within the stated bound`,
        pair(format, anyBeta),
        async ([x, beta]) => {
          for (const fn of UNARY) {
            const got = (await engine[fn](arrayOf(format, [x]), { precision, beta }))[0]!;
            const error = ulpError(fn, x, got, format, beta);
            const message = () =>
              report(
                `${fn} beta=${hex(beta, "f64")} error=${error}`,
                x,
                got,
                exact(fn, x, format, beta),
                format,
              );
            assert.ok(error <= bound(format, precision, beta, fn), message());
          }
        },
        2000,
      );

      property(
        `${label}: beta = 1 is no beta, logSigmoid(x; b) = -softplus(-x; b), grad = sigmoid`,
        fc.tuple(finiteVector(format), anyBeta),
        async ([x, beta]) => {
          for (const fn of UNARY) {
            const one = await engine[fn](x, { precision, beta: 1 });
            const none = await engine[fn](x, { precision });
            x.forEach((v, i) =>
              assert.ok(same(one[i]!, none[i]!), report(fn, v, one[i]!, none[i]!, format))
            );
          }
          const left = await engine.logSigmoid(x, { precision, beta });
          const right = await engine.softplus(x.map((v) => -v), { precision, beta });
          const both = await engine.softplusWithGrad(x, { precision, beta });
          const value = await engine.softplus(x, { precision, beta });
          const grad = await engine.sigmoid(x, { precision, beta });
          x.forEach((v, i) => {
            const what = `beta=${beta}`;
            assert.ok(same(left[i]!, -right[i]!), report(what, v, left[i]!, -right[i]!, format));
            assert.ok(
              same(both.value[i]!, value[i]!),
              report(what, v, both.value[i]!, value[i]!, format),
            );
            assert.ok(
              same(both.grad[i]!, grad[i]!),
              report(what, v, both.grad[i]!, grad[i]!, format),
            );
          });
          const upstream = x.toReversed();
          for (const [fn, grad] of Object.entries(BACKWARD) as [BackwardName, GradName][]) {
            const back = await engine[fn](x, upstream, { precision, beta });
            x.forEach((v, i) => {
              const error = productError(grad, v, upstream[i]!, back[i]!, format, beta);
              assert.ok(
                error <= bound(format, precision, beta, fn),
                `${fn} beta=${beta} upstream=${upstream[i]} x=${v} got=${back[i]}: ${error} ULP`,
              );
            });
          }
        },
      );

      // Multiplying by a power of two is exact while nothing leaves the normal numbers, so both
      // sides approximate one number, each within its own bound.
      const scaled = fc.tuple(finite(format), fc.integer({ min: -8, max: 8 }), fc.boolean()).filter(
        ([x, e]) =>
          x === 0 || Math.abs(x) > 1e-30 && Math.abs(x) < 1e30 &&
            roundTo(x * 2 ** e, format) === x * 2 ** e,
      );
      property(
        `${label}: softplus(x; beta) = softplus(beta x) / beta`,
        scaled,
        async ([x, e, minus]) => {
          const beta = (minus ? -1 : 1) * 2 ** e;
          const got = (await engine.softplus(arrayOf(format, [x]), { precision, beta }))[0]!;
          const plain = (await engine.softplus(arrayOf(format, [beta * x]), { precision }))[0]! /
            beta;
          const unit = ulp(exact("softplus", x, format, beta), format);
          // Where the plain result is subnormal, dividing by beta < 1 makes its last place coarser.
          const coarser = ulp(exact("softplus", beta * x, format), format) / Math.abs(beta);
          const allowed = bound(format, precision, beta) * unit +
            bound(format, precision) * coarser;
          assert.ok(
            Math.abs(got - plain) <= allowed,
            report(`beta=${beta}`, x, got, plain, format),
          );
          const slope = (await engine.sigmoid(arrayOf(format, [x]), { precision, beta }))[0]!;
          const other = (await engine.sigmoid(arrayOf(format, [beta * x]), { precision }))[0]!;
          const slopeUnit = ulp(exact("sigmoid", x, format, beta), format);
          const slopeAllowed =
            (bound(format, precision, beta, "sigmoid") + bound(format, precision, 1, "sigmoid")) *
            slopeUnit;
          assert.ok(
            Math.abs(slope - other) <= slopeAllowed,
            report(`sigmoid beta=${beta}`, x, slope, other, format),
          );
        },
      );

      Deno.test(`${label}: special values with beta`, async () => {
        const largest = step(Infinity, -1, format);
        for (const beta of [2, 0.5, 1e300, 5e-324, Number.MAX_VALUE]) {
          const at = async (fn: typeof UNARY[number], x: number, b: number) =>
            (await engine[fn](arrayOf(format, [x]), { precision, beta: b }))[0]!;
          for (const fn of UNARY) {
            for (const b of [beta, -beta]) {
              assert.ok(Number.isNaN(await at(fn, NaN, b)), `${fn} NaN`);
            }
          }
          assert.equal(await at("softplus", Infinity, beta), Infinity);
          assert.equal(await at("softplus", -Infinity, beta), 0);
          assert.equal(await at("softplus", Infinity, -beta) + 0, 0);
          assert.equal(await at("softplus", -Infinity, -beta), -Infinity);
          assert.equal(await at("sigmoid", Infinity, beta), 1);
          assert.equal(await at("sigmoid", -Infinity, beta), 0);
          assert.equal(await at("sigmoid", Infinity, -beta), 0);
          assert.equal(await at("sigmoid", -Infinity, -beta), 1);
          assert.equal(await at("logSigmoid", -Infinity, beta), -Infinity);
          assert.equal(await at("logSigmoid", Infinity, beta) + 0, 0);
          if (Math.abs(beta) < 0.1) continue;
          // No overflow where the result is finite: softplus(x; beta) is x at the largest number.
          assert.equal(await at("softplus", largest, beta), largest);
          assert.equal(await at("softplus", -largest, -beta), -largest);
          assert.equal(await at("logSigmoid", -largest, beta), -largest);
        }
      });
    }

    property(
      `${name} ${format}: beta is the same wherever the element stands`,
      fc.tuple(fc.array(anyFloat(format), { maxLength: 30 }), anyBeta),
      async ([list, beta]) => {
        const all = await engine.softplus(arrayOf(format, list), { beta });
        for (const [i, x] of list.entries()) {
          const one = (await engine.softplus(arrayOf(format, [x]), { beta }))[0]!;
          assert.ok(same(all[i]!, one), report(`beta=${beta}`, x, all[i]!, one, format));
        }
      },
    );
  }
}

Deno.test("the boundaries in use here are those of the oracle", () => {
  for (const format of ["f16", "f32", "f64"] as const) {
    assert.equal(exact("softplus", BOUNDARIES[format].zero, format), 0);
    assert.equal(
      exact("softplus", BOUNDARIES[format].identity, format),
      BOUNDARIES[format].identity,
    );
  }
});
