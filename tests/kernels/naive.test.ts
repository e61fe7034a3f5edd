/**
 * Where the textbook forms are safe, and that they fail outside.
 *
 * Let u = 2^-p be half a unit in the last place of 1 (p = 24, 53), and e the relative error of one
 * exp or log: u in float32, where they are a float64 result rounded, and 2u (one ULP) in float64.
 * With t = e^-|x|, s = t/(1+t), L = log(1+t), and S = softplus(x) = max(x, 0) + L:
 *
 *   t is off by t e, which moves L by s e; 1 + t lies in [1, 2] and is rounded by u at most, which
 *   moves L by u at most, since d log(w) = dw/w; the log is off by L e; the sum, for x > 0, by u S.
 *
 * One ULP of S is at least u S, so naive softplus is off by at most
 *
 *   B(x) = ((s + L) e/u + 1) / S + (x > 0 ? 1 : 0)   ULP,
 *
 * up to terms of u^2. For x >= 0 that is below 6; for x < 0 it grows like e^|x|, because the digits
 * of t below u are lost in 1 + t. "Safe" is B(x) <= 8, three bits lost at most.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Random } from "../../lab/random.ts";
import { naive } from "../../kernels/engines/mod.ts";
import { BOUNDARIES, finite, property } from "../support/arbitraries.ts";
import { engines } from "../support/engines.ts";
import {
  arrayOf,
  type Format,
  FORMATS,
  report,
  roundTo,
  step,
  ulp,
  type Vector,
} from "../../lab/floats.ts";
import { exact, ulpError } from "../../lab/oracle/mpfr.ts";

const SAFE_ULP = 8;

/** e/u: the relative error of one exp or log in units of u. */
const elementary = (format: Format) => format === "f32" ? 1 + 2 ** -28 : 2;

/** Second-order terms: four roundings, each amplified by a first-order error below 8 ULP. */
const SECOND_ORDER = 1 + 2 ** -18;

/** B(x), the bound on the error of naive softplus in ULP. */
function softplusBound(x: number, format: Format): number {
  const t = Math.exp(-Math.abs(x));
  const [s, l] = [t / (1 + t), Math.log1p(t)];
  const error = ((s + l) * elementary(format) + 1) / (Math.max(x, 0) + l);
  return (error + (x > 0 ? 1 : 0)) * SECOND_ORDER;
}

/** The least x with B(x) <= 8: B falls as x rises to 0, so bisection finds it. */
function safeFrom(format: Format): number {
  let [outside, inside] = [-5, 0];
  while (roundTo((outside + inside) / 2, format) !== outside && inside - outside > 1e-9) {
    const middle = (outside + inside) / 2;
    if (softplusBound(middle, format) <= SAFE_ULP) inside = middle;
    else outside = middle;
  }
  return roundTo(inside, format);
}

/** The largest x whose exp is finite. */
const expLimit: Record<Format, number> = {
  f16: 11.08984375,
  f32: 88.72283172607422,
  f64: 709.782712893384,
};

const formats: Format[] = ["f32", "f64"];

/** One value of a naive form, in the precision of the format. */
function naiveAt(form: (x: Vector) => Vector, x: number, format: Format): number {
  return form(arrayOf(format, [x]))[0]!;
}

const forms = naive as unknown as Record<
  "softplus" | "sigmoid" | "softplusGrad" | "softplusOverflowing",
  <T extends number | Vector>(x: T) => T
>;

Deno.test("naive: the safe range starts at -1.72 in float32 and at -1.31 in float64", () => {
  assert.equal(Math.ceil(safeFrom("f32") * 100) / 100, -1.72);
  assert.equal(Math.ceil(safeFrom("f64") * 100) / 100, -1.31);
  for (const format of formats) {
    // B has its maximum on the safe range at the start of it: it falls up to 0 and after 0.
    for (let x = safeFrom(format) + 1e-6; x < 800; x += x < 5 ? 0.001 : 1) {
      assert.ok(softplusBound(x, format) <= SAFE_ULP, `x=${x}`);
    }
  }
});

for (const format of formats) {
  const range = (from: number, to: number) => finite(format).filter((x) => x >= from && x <= to);
  const start = safeFrom(format);

  property(
    `naive softplus ${format}: within B(x) ULP wherever softplus is normal`,
    range(BOUNDARIES[format].subnormal, 1e30),
    (x) => {
      const got = naiveAt(forms.softplus, x, format);
      const error = ulpError("softplus", x, got, format);
      assert.ok(
        error <= softplusBound(x, format),
        report(`error ${error}`, x, got, exact("softplus", x, format), format),
      );
    },
  );

  for (const { name, engine, bound } of engines.filter((e) => e.formats.includes(format))) {
    property(
      `${name} ${format}: softplus is naive softplus where that is safe, to 8 + b ULP`,
      range(start, 1e30),
      async (x) => {
        const stable = (await engine.softplus(arrayOf(format, [x])))[0]!;
        const simple = naiveAt(forms.softplus, x, format);
        // Units of the correctly rounded result, for both.
        const unit = ulp(exact("softplus", x, format), format);
        const apart = Math.abs(stable - simple) / unit;
        assert.ok(
          apart <= SAFE_ULP + bound(format, "exact"),
          report(`${apart} ULP`, x, simple, stable, format),
        );
      },
    );

    Deno.test(`${name} ${format}: naive softplus fails outside the safe range, softplus does not`, async () => {
      const { precision } = FORMATS[format];
      const random = new Random(precision);
      // Rounding 1 + t loses up to u, which is 1/(2S) ULP and more: above 8 from S < 1/16 on.
      const last = -precision * Math.LN2;
      for (let from = Math.log(Math.expm1(1 / 16)); from - 1 > last; from -= 1) {
        let worst = 0;
        const x = arrayOf(format, Array.from({ length: 300 }, () => from - random.uniform()));
        const stable = await engine.softplus(x);
        const simple = forms.softplus(x);
        x.forEach((v, i) => {
          worst = Math.max(worst, ulpError("softplus", v, simple[i]!, format));
          assert.ok(ulpError("softplus", v, stable[i]!, format) <= bound(format, "exact"));
        });
        assert.ok(worst > SAFE_ULP, `naive is within ${worst} ULP on [${from - 1}, ${from}]`);
      }
      // t < u: 1 + t is 1, and nothing is left.
      const end = roundTo(last, format);
      for (const x of [step(end, -1000, format), end - 1, BOUNDARIES[format].subnormal]) {
        const v = roundTo(x, format);
        assert.ok(Object.is(naiveAt(forms.softplus, v, format), 0), `naive softplus(${v})`);
        assert.ok((await engine.softplus(arrayOf(format, [v])))[0]! > 0, `softplus(${v})`);
      }
    });

    Deno.test(`${name} ${format}: naive forms overflow where exp does, the stable ones do not`, async () => {
      const limit = expLimit[format];
      const beyond = step(limit, 1, format);
      const stable = async (fn: "softplus" | "sigmoid", x: number) =>
        (await engine[fn](arrayOf(format, [x])))[0]!;
      for (const x of [beyond, 2 * limit, 1e30]) {
        const v = roundTo(x, format);
        assert.equal(naiveAt(forms.softplusOverflowing, v, format), Infinity);
        assert.equal(await stable("softplus", v), v);
      }
      assert.ok(Number.isFinite(naiveAt(forms.softplusOverflowing, limit, format)));
      // sigmoid(-x) = 1/(1 + e^x): 0, although the value is a subnormal number.
      const tail = format === "f32" ? -95 : -720;
      for (const x of [-beyond, tail]) {
        assert.ok(Object.is(naiveAt(forms.sigmoid, x, format), 0), `naive sigmoid(${x})`);
        const error = ulpError("sigmoid", x, await stable("sigmoid", x), format);
        assert.ok(error <= bound(format, "exact", 1, "sigmoid"), `sigmoid(${x})`);
        assert.ok(exact("sigmoid", x, format) > 0);
      }
    });
  }

  // 1/(1+e^-x): exp is off by e, which counts (1 - s) times; the sum and the quotient by u each.
  // Where the result is subnormal its last place is coarser, and the quotient is off by half of it.
  property(
    `naive sigmoid ${format}: within (1-s) e/u + 2 ULP where exp(-x) is finite`,
    range(-expLimit[format], 1e30),
    (x) => {
      const s = 1 / (1 + Math.exp(-x));
      const allowed = ((1 - s) * elementary(format) + 2) * SECOND_ORDER;
      const got = naiveAt(forms.sigmoid, x, format);
      const error = ulpError("sigmoid", x, got, format);
      assert.ok(
        error <= allowed,
        report(`error ${error}`, x, got, exact("sigmoid", x, format), format),
      );
      assert.ok(Object.is(naiveAt(forms.softplusGrad, x, format), got), "softplusGrad is sigmoid");
    },
  );

  // log(1+e^x): for x > 0 the sum is off by e + u relative, and the log turns that into absolute.
  property(
    `naive softplusOverflowing ${format}: bounded where exp(x) is finite`,
    range(start, expLimit[format]),
    (x) => {
      const exponential = Math.exp(x);
      const l = Math.log1p(exponential);
      const s = exponential / (1 + exponential);
      const allowed = ((s + l) * elementary(format) + 1) / l * SECOND_ORDER;
      const got = naiveAt(forms.softplusOverflowing, x, format);
      const error = ulpError("softplus", x, got, format);
      assert.ok(
        error <= allowed,
        report(`error ${error}`, x, got, exact("softplus", x, format), format),
      );
    },
  );
}

property(
  "naive: a number and a Float64Array agree",
  fc.array(finite("f64"), { maxLength: 20 }),
  (list) => {
    for (const form of Object.values(forms).filter((f) => typeof f === "function")) {
      const got = form(Float64Array.from(list) as Vector);
      list.forEach((x, i) => assert.ok(Object.is(got[i], form(x)), `x=${x}`));
    }
  },
);

Deno.test("naive: every operation of a Float32Array is rounded to float32, as in NumPy", () => {
  const round = Math.fround;
  const random = new Random(32);
  for (let i = 0; i < 5000; i++) {
    const x = round(random.normal() * 10);
    const t = round(Math.exp(-Math.abs(x)));
    const softplus = round(round(Math.log(round(1 + t))) + Math.max(x, 0));
    const sigmoid = round(1 / round(1 + round(Math.exp(-x))));
    const overflowing = round(Math.log(round(1 + round(Math.exp(x)))));
    for (
      const [form, want] of [["softplus", softplus], ["sigmoid", sigmoid], [
        "softplusOverflowing",
        overflowing,
      ]] as const
    ) {
      const got = naiveAt(forms[form], x, "f32");
      assert.ok(Object.is(got, want), report(form, x, got, want, "f32"));
    }
  }
});
