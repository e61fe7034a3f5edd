/**
 * What softplus, its slope and its logarithmic twin owe each other, on every engine.
 *
 * All sums and comparisons are exact (BigInt fixed point), so the only slack in a bound is the
 * promised error of the kernels, propagated. Write u(y) for one unit in the last place at a result
 * and b for the promised error in ULP; then |y - exact| <= b u(y).
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { finite, finiteVector, property, vector } from "../support/arbitraries.ts";
import {
  BACKWARD_NAMES,
  type Bound,
  engines,
  type EngineUnderTest,
  type Precision,
  precisionsOf,
  type UnaryName,
} from "../support/engines.ts";
import { atanh, fixed, ONE, SERIES_ERROR } from "../../lab/oracle/fixed_point.ts";
import {
  arrayOf,
  type Format,
  hex,
  report,
  roundTo,
  same,
  step,
  toOrdered,
  ulp,
  type Vector,
} from "../../lab/floats.ts";
import { centralDifference } from "../../lab/oracle/mpfr.ts";

/** ln 2 from below and above. */
const LN2 = 2n * atanh(1n, 3n);
const LN2_ABOVE = LN2 + SERIES_ERROR;

/**
 * b u(y) in thousandths of the fixed point's unit. b counts units of the correctly rounded result,
 * which may lie one float further from 0 and so in the binade above: the larger unit is taken.
 */
function slackOf(
  bound: Bound,
  y: number,
  format: Format,
  precision: Precision,
  name: UnaryName,
): bigint {
  const outward = step(Math.abs(y), 1, format);
  const unit = ulp(Number.isFinite(outward) ? outward : y, format);
  return fixed(unit) * BigInt(Math.round(1000 * bound(format, precision, 1, name)));
}

const absolute = (n: bigint) => n < 0n ? -n : n;

/** Runs `body` on every engine, format and precision. */
function everywhere(
  body: (label: string, engine: EngineUnderTest, format: Format, precision: Precision) => void,
): void {
  for (const engine of engines) {
    for (const format of engine.formats) {
      for (const precision of precisionsOf(format)) {
        body(`${engine.name} ${format} ${precision}`, engine, format, precision);
      }
    }
  }
}

/** The same numbers with the other sign. */
const negated = (x: Vector): Vector => x.map((v) => -v);

// Long: one property after another, of one engine, format and precision.
everywhere((label, { engine, bound }, format, precision) => {
  const options = { precision };
  const slack = (name: UnaryName, y: number) => slackOf(bound, y, format, precision, name);

  property(
    `${label}: the central difference of softplus is sigmoid`,
    finiteVector(format),
    async (x) => {
      // The exact quotient is sigmoid within 2^-82 of itself, less than 2^-29 units, and is rounded
      // to a double: half a unit of float64, which is 2^-30 units of float32 and less of float16.
      const rounding = format === "f64" ? 500n : 1n; // thousandths
      const slope = await engine.sigmoid(x, options);
      x.forEach((v, i) => {
        if (Math.abs(v) > 800) return; // saturated, and the quotient would need more digits
        const y = slope[i]!;
        const quotient = centralDifference(v);
        const error = absolute(fixed(y) - fixed(quotient)) * 1000n;
        const unit = slack("sigmoid", y) + fixed(ulp(y, format)) * (rounding + 1n);
        assert.ok(error <= unit, report("central difference", v, y, quotient, format));
      });
    },
  );

  property(
    `${label}: softplusWithGrad is softplus and sigmoid, bit for bit`,
    vector(format),
    async (x) => {
      const { value, grad } = await engine.softplusWithGrad(x, options);
      const softplus = await engine.softplus(x, options);
      const sigmoid = await engine.sigmoid(x, options);
      const softplusGrad = await engine.softplusGrad(x, options);
      x.forEach((v, i) => {
        assert.ok(
          same(value[i]!, softplus[i]!),
          report("value", v, value[i]!, softplus[i]!, format),
        );
        assert.ok(same(grad[i]!, sigmoid[i]!), report("grad", v, grad[i]!, sigmoid[i]!, format));
        assert.ok(
          same(softplusGrad[i]!, sigmoid[i]!),
          report("softplusGrad", v, softplusGrad[i]!, sigmoid[i]!, format),
        );
      });
    },
  );

  property(`${label}: logSigmoid(x) = -softplus(-x), bit for bit`, vector(format), async (x) => {
    const left = await engine.logSigmoid(x, options);
    const right = negated(await engine.softplus(negated(x), options));
    x.forEach((v, i) =>
      assert.ok(same(left[i]!, right[i]!), report("logSigmoid", v, left[i]!, right[i]!, format))
    );
  });

  property(`${label}: logSigmoidGrad(x) = sigmoid(-x), bit for bit`, vector(format), async (x) => {
    const left = await engine.logSigmoidGrad(x, options);
    const right = await engine.sigmoid(negated(x), options);
    x.forEach((v, i) =>
      assert.ok(same(left[i]!, right[i]!), report("logSigmoidGrad", v, left[i]!, right[i]!, format))
    );
  });

  property(`${label}: sigmoidGrad is even, bit for bit`, vector(format), async (x) => {
    const left = await engine.sigmoidGrad(x, options);
    const right = await engine.sigmoidGrad(negated(x), options);
    x.forEach((v, i) =>
      assert.ok(same(left[i]!, right[i]!), report("sigmoidGrad", v, left[i]!, right[i]!, format))
    );
  });

  property(
    `${label}: sigmoidGrad(x) = sigmoid(x) sigmoid(-x) within their bounds`,
    finiteVector(format),
    async (x) => {
      const grad = await engine.sigmoidGrad(x, options);
      const s = await engine.sigmoid(x, options);
      const mirrored = await engine.sigmoid(negated(x), options);
      x.forEach((v, i) => {
        const [g, a, b] = [grad[i]!, s[i]!, mirrored[i]!];
        // |a b - s s'| <= |a - s| b + |b - s'| s, and s is within one unit of a.
        const allowed = slack("sigmoidGrad", g) * ONE +
          slack("sigmoid", a) * fixed(b) + slack("sigmoid", b) * (fixed(a) + fixed(ulp(a, format)));
        const off = absolute(fixed(a) * fixed(b) - fixed(g) * ONE) * 1000n;
        assert.ok(off <= allowed, report("sigmoidGrad", v, g, a * b, format));
      });
    },
  );

  const pairs = vector(format).chain((x) =>
    fc.tuple(fc.constant(x), vector(format, { minLength: x.length, maxLength: x.length }))
  );
  property(
    `${label}: a backward pass is linear in upstream, to the bit for powers of two`,
    pairs,
    async ([x, upstream]) => {
      const least = 2 ** { f16: -14, f32: -126, f64: -1022 }[format];
      for (const name of BACKWARD_NAMES) {
        const once = await engine[name](x, upstream, options);
        const minus = await engine[name](x, negated(upstream), options);
        const twice = await engine[name](x, upstream.map((u) => 2 * u), options);
        x.forEach((v, i) => {
          const what = `${name} upstream=${hex(upstream[i]!, format)}`;
          assert.ok(same(minus[i]!, -once[i]!), report(what, v, minus[i]!, -once[i]!, format));
          // Subnormal numbers have fewer digits, and beyond the largest there are none.
          const [u, y] = [upstream[i]!, once[i]!].map(Math.abs) as [number, number];
          if (u < least || y < least || !Number.isFinite(roundTo(2 * u, format))) return;
          assert.ok(
            same(twice[i]!, 2 * y * Math.sign(once[i]!)),
            report(what, v, twice[i]!, y, format),
          );
        });
      }
    },
  );

  property(
    `${label}: logSigmoidBackward(x) = softplusBackward(-x), sigmoidBackward(x) = sigmoidBackward(-x)`,
    pairs,
    async ([x, upstream]) => {
      for (
        const [name, other] of [
          ["logSigmoidBackward", "softplusBackward"],
          ["sigmoidBackward", "sigmoidBackward"],
        ] as const
      ) {
        const left = await engine[name](x, upstream, options);
        const right = await engine[other](negated(x), upstream, options);
        x.forEach((v, i) =>
          assert.ok(same(left[i]!, right[i]!), report(name, v, left[i]!, right[i]!, format))
        );
      }
    },
  );

  property(
    `${label}: sigmoid(x) + sigmoid(-x) = 1 within b u(s) + b u(s')`,
    finiteVector(format),
    async (x) => {
      const s = await engine.sigmoid(x, options);
      const mirrored = await engine.sigmoid(negated(x), options);
      x.forEach((v, i) => {
        const [a, b] = [s[i]!, mirrored[i]!];
        assert.ok(a >= 0 && a <= 1, `sigmoid(${hex(v, format)}) = ${hex(a, format)}`);
        const off = absolute(fixed(a) + fixed(b) - ONE) * 1000n;
        const allowed = slack("sigmoid", a) + slack("sigmoid", b);
        assert.ok(off <= allowed, `x=${hex(v, format)} s=${hex(a, format)} s'=${hex(b, format)}`);
      });
    },
  );

  property(
    `${label}: softplus(x) - softplus(-x) = x within b u(p) + b u(p')`,
    finiteVector(format),
    async (x) => {
      const p = await engine.softplus(x, options);
      const mirrored = await engine.softplus(negated(x), options);
      x.forEach((v, i) => {
        const [a, b] = [p[i]!, mirrored[i]!];
        const off = absolute(fixed(a) - fixed(b) - fixed(v)) * 1000n;
        const allowed = slack("softplus", a) + slack("softplus", b);
        assert.ok(off <= allowed, `x=${hex(v, format)} p=${hex(a, format)} p'=${hex(b, format)}`);
      });
    },
  );

  property(
    `${label}: max(x, 0) <= softplus(x) <= max(x, 0) + ln 2`,
    finiteVector(format),
    async (x) => {
      const p = await engine.softplus(x, options);
      x.forEach((v, i) => {
        const floor = Math.max(v, 0);
        // max(x, 0) is a float and rounding is monotone: no slack below.
        assert.ok(p[i]! >= floor, `x=${hex(v, format)} softplus=${hex(p[i]!, format)} is below`);
        const above = fixed(p[i]!) - fixed(floor) - LN2_ABOVE;
        assert.ok(
          above * 1000n <= slack("softplus", p[i]!),
          `x=${hex(v, format)} softplus=${hex(p[i]!, format)} is above`,
        );
      });
    },
  );

  // Correct rounding is monotone. With an error of b ULP a later result may lie below an earlier
  // one, by b units of each at most.
  const floats = fc.oneof(
    finiteVector(format),
    fc.tuple(finite(format), fc.integer({ min: 1, max: 40 })).map(([x, stride]) =>
      arrayOf(format, Array.from({ length: 24 }, (_, i) => step(x, i * stride, format)))
        .filter(Number.isFinite)
    ),
  );
  property(`${label}: monotone over the ordered floats`, floats, async (unordered) => {
    const x = unordered.sort((a, b) => Number(toOrdered(a, format) - toOrdered(b, format)));
    for (const name of ["softplus", "sigmoid", "logSigmoid"] as const) {
      const y = await engine[name](x, options);
      for (let i = 1; i < x.length; i++) {
        const [before, after] = [y[i - 1]!, y[i]!];
        if (after >= before) continue;
        const drop = (fixed(before) - fixed(after)) * 1000n;
        const allowed = bound(format, precision, 1, name) === 0.5
          ? 0n
          : slack(name, before) + slack(name, after);
        assert.ok(
          drop <= allowed,
          `${name} falls from x=${hex(x[i - 1]!, format)} y=${hex(before, format)} to x=${
            hex(x[i]!, format)
          } y=${hex(after, format)}`,
        );
      }
    }
  });

  // For a < m < b the chord lies above: f(m)(b-a) <= f(a)(b-m) + f(b)(m-a), all terms exact. Each
  // result is off by b u, so the inequality of the results may fail by the same combination of
  // these errors, and by nothing else. logSigmoid is concave: the same with the sign turned.
  const three = fc.oneof(
    fc.array(finite(format), { minLength: 3, maxLength: 3 }),
    fc.tuple(finite(format), fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 2000 }))
      .map(([a, i, j]) => [a, step(a, i, format), step(a, i + j, format)]),
  ).filter((points) => points.every(Number.isFinite));
  property(`${label}: softplus is convex, logSigmoid concave`, three, async (points) => {
    const [a, m, b] = points.sort((p, q) => p - q).map(fixed) as [bigint, bigint, bigint];
    const x = arrayOf(format, points);
    for (const [name, sign] of [["softplus", 1n], ["logSigmoid", -1n]] as const) {
      const y = await engine[name](x, options);
      const combine = (of: (v: number) => bigint, turn: bigint) =>
        of(y[0]!) * (b - m) + of(y[2]!) * (m - a) + turn * of(y[1]!) * (b - a);
      const gap = combine(fixed, -1n) * sign * 1000n;
      const allowed = combine((v) => slack(name, v), 1n);
      assert.ok(gap >= -allowed, `${name} at ${points.map((v) => hex(v, format))}`);
    }
  });
});
