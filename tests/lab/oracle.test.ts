/** The oracle against facts that do not come from MPFR. */
import assert from "node:assert/strict";
import { Random } from "../../lab/random.ts";
import * as series from "../../lab/oracle/fixed_point.ts";
import { type Format, FORMATS, hex, report, roundTo, same, step, ulp } from "../../lab/floats.ts";
import { centralDifference, exact, type Name, ulpError } from "../../lab/oracle/mpfr.ts";

const formats: Format[] = ["f16", "f32", "f64"];

function is(name: Name, x: number, want: number, format: Format): void {
  const got = exact(name, x, format);
  assert.ok(same(got, want), report(name, x, got, want, format));
}

Deno.test("oracle: sigmoid(0) = 1/2 and softplus(0) = ln 2 from a Machin-like series", () => {
  // ln 2 = 18 atanh(1/26) - 2 atanh(1/4801) + 8 atanh(1/8749), another way than log1p(1).
  const { atanh } = series;
  const ln2 = 18n * atanh(1n, 26n) - 2n * atanh(1n, 4801n) + 8n * atanh(1n, 8749n);
  const difference = ln2 - series.log1p(series.ONE);
  assert.ok(difference < series.SERIES_ERROR && difference > -series.SERIES_ERROR);
  for (const format of formats) {
    for (const zero of [0, -0]) {
      is("sigmoid", zero, 0.5, format);
      is("softplus", zero, series.toFloat(ln2, format), format);
      is("logSigmoid", zero, -series.toFloat(ln2, format), format);
    }
  }
});

Deno.test("oracle: special values", () => {
  for (const format of formats) {
    for (const name of ["softplus", "sigmoid", "softplusGrad", "logSigmoid"] as const) {
      is(name, NaN, NaN, format);
    }
    is("softplus", Infinity, Infinity, format);
    is("softplus", -Infinity, 0, format);
    is("sigmoid", Infinity, 1, format);
    is("sigmoid", -Infinity, 0, format);
    is("logSigmoid", Infinity, -0, format);
    is("logSigmoid", -Infinity, -Infinity, format);
  }
  assert.equal(exact("softplus", -Infinity, "f64", -2), -Infinity);
  assert.equal(exact("sigmoid", -Infinity, "f64", -2), 1);
  assert.throws(() => exact("softplus", 0.1, "f32"), RangeError);
  assert.throws(() => exact("softplus", 1, "f64", 0), RangeError);
});

Deno.test("oracle: sigmoid breaks the ties of 1/2 + x/4 to the side of -x^3/48", () => {
  // x/4 an odd number of half units: the first two terms of the series are a tie. Above 0 the unit
  // is 2^-p, the third term is negative, and the tie goes down; below 0 the unit is half that, and
  // it goes up. Ties to even would be wrong for every other one.
  for (const [format, p] of [["f16", 11], ["f32", 24], ["f64", 53]] as const) {
    for (const odd of [1, 3, 5, 7, 9, 11]) {
      is("sigmoid", odd * 2 ** (1 - p), 0.5 + (odd - 1) * 2 ** (-p - 1), format);
      is("sigmoid", -odd * 2 ** -p, 0.5 - (odd - 1) * 2 ** (-p - 2), format);
    }
  }
});

Deno.test("oracle: x large enough makes softplus x, sigmoid 1; tiny x changes nothing at 0", () => {
  for (const format of formats) {
    for (const x of [40, 1000, 1e4, 1e30, Infinity]) {
      const value = Math.min(roundTo(x, format), step(Infinity, -1, format));
      is("softplus", value, value, format);
      is("sigmoid", value, 1, format);
      if (value >= 1000) is("softplus", -value, 0, format);
      is("logSigmoid", -value, -value, format);
    }
    const least = ulp(0, format);
    for (const x of [least, -least, 1000 * least]) {
      is("sigmoid", x, 0.5, format);
      is("softplus", x, exact("softplus", 0, format), format);
    }
  }
});

/** Where the correctly rounded functions change their nature, from a computation with 400 bits. */
const boundaries = {
  f16: { zero: -17.34375, x: 6.23828125, one: 8.3203125 },
  f32: { zero: -103.97208404541016, x: 14.55609130859375, one: 17.32868003845215 },
  f64: { zero: -745.1332191019412, x: 33.27106466687738, one: 37.42994775023705 },
};
const subnormalFrom = { f16: -9.7109375, f32: -87.3365478515625, f64: -708.3964185322642 };

Deno.test("oracle: the known boundaries, and the float on either side", () => {
  for (const format of formats) {
    const { zero, x, one } = boundaries[format];
    const leastNormal = 2 ** FORMATS[format].minExponent;
    for (const name of ["softplus", "sigmoid"] as const) {
      is(name, step(zero, -1, format), 0, format);
      is(name, zero, 0, format);
      is(name, step(zero, 1, format), ulp(0, format), format);
    }
    is("softplus", x, x, format);
    is("softplus", step(x, 1, format), step(x, 1, format), format);
    const before = step(x, -1, format);
    is("softplus", before, step(before, 1, format), format);
    is("sigmoid", one, 1, format);
    is("sigmoid", step(one, -1, format), step(1, -1, format), format);
    const subnormal = subnormalFrom[format];
    assert.ok(exact("softplus", subnormal, format) < leastNormal);
    assert.ok(exact("softplus", step(subnormal, 1, format), format) >= leastNormal);
  }
});

/** Points over the whole range, both tails, the subnormal results, tiny x, and every binade. */
function points(format: Format): number[] {
  const random = new Random(20);
  const { zero, x, one } = boundaries[format];
  const list = [0, zero, x, one, subnormalFrom[format], 1, -1, Math.LN2, -Math.LN2];
  for (const b of [zero, x, one, subnormalFrom[format]]) {
    list.push(step(roundTo(b, format), 1, format), step(roundTo(b, format), -1, format));
  }
  for (let i = 0; i < 60; i++) list.push((random.uniform() - 0.5) * 40);
  for (let i = 0; i < 40; i++) list.push(zero * random.uniform());
  for (let i = 0; i < 30; i++) {
    list.push(subnormalFrom[format] + (zero - subnormalFrom[format]) * random.uniform());
  }
  const steps = { f16: 1, f32: 5, f64: 19 }[format];
  for (let e = Math.log2(ulp(0, format)); e < 11; e += steps) list.push(2 ** e, -1.9 * 2 ** e);
  return list.map((point) => roundTo(point, format));
}

Deno.test("oracle: agrees with series in BigInt fixed point", () => {
  for (const format of formats) {
    const list = points(format);
    assert.ok(list.length >= 200, `${list.length} points`);
    for (const x of list) {
      for (
        const [name, n] of [["softplus", series.softplus(x)], [
          "sigmoid",
          series.sigmoid(x),
        ]] as const
      ) {
        const want = series.toFloat(n, format);
        const low = series.toFloat(n - series.SERIES_ERROR, format);
        const high = series.toFloat(n + series.SERIES_ERROR, format);
        assert.ok(low + 0 === high + 0, `the series do not decide ${name}(${hex(x, format)})`);
        is(name, x, want, format);
        if (name === "softplus") is("logSigmoid", -x, -want, format);
        checkError(name, x, want, n, format);
      }
    }
  }
});

/** ulpError of the result and of the floats around it, against the same distance in fixed point. */
function checkError(name: Name, x: number, result: number, n: bigint, format: Format): void {
  for (const got of [result, step(result, 1, format), step(result, -3, format)]) {
    const distance = series.fixed(got) - n;
    const units = (distance < 0n ? -distance : distance) * (1n << 60n) /
      series.fixed(ulp(result, format));
    const error = Math.abs(ulpError(name, x, got, format) - Number(units) / 2 ** 60);
    assert.ok(error < 1e-14, `${report(name, x, got, result, format)} error differs by ${error}`);
  }
}

Deno.test("oracle: beta against the series, where beta x is exact", () => {
  const random = new Random(7);
  for (const format of formats) {
    for (let i = 0; i < 40; i++) {
      const x = roundTo((random.uniform() - 0.5) * 30, format === "f64" ? "f32" : format);
      for (const beta of [2, -0.5, 3, -7]) { // few bits, so beta x is a double
        const want = series.toFloat(series.softplus(beta * x) * 2n / BigInt(2 * beta), format);
        const got = exact("softplus", x, format, beta);
        assert.ok(same(got, want), report(`softplus beta=${beta}`, x, got, want, format));
        const slope = series.toFloat(series.sigmoid(beta * x), format);
        assert.ok(same(exact("sigmoid", x, format, beta), slope), `sigmoid beta=${beta} x=${x}`);
      }
    }
  }
});

Deno.test("oracle: the product beta x is not rounded", () => {
  // beta x near -500 is rounded by up to 2^-45 as a double, which moves e^(beta x) by up to 2^-45
  // of itself, 128 units: nearly every result would be another float.
  const random = new Random(11);
  let moved = 0;
  for (let i = 0; i < 100; i++) {
    const x = -500 * (1 + random.uniform() / 100);
    const beta = 1 + random.uniform() / 100;
    const product = series.fixed(x) * series.fixed(beta) >> series.FRACTION;
    const t = series.expMinus(-product);
    const want = series.toFloat((t << series.FRACTION) / (series.ONE + t), "f64");
    assert.ok(same(exact("sigmoid", x, "f64", beta), want), `x=${x} beta=${beta}`);
    if (exact("sigmoid", x * beta, "f64") !== want) moved++;
  }
  assert.ok(moved > 90, `${moved} of 100`);
});

Deno.test("oracle: the central difference of softplus is sigmoid to 2^-82", () => {
  const random = new Random(3);
  for (let i = 0; i < 300; i++) {
    const x = i < 100 ? (random.uniform() - 0.5) * 8 : (random.uniform() - 0.7) * 1000;
    const error = ulpError("sigmoid", x, centralDifference(x), "f64");
    assert.ok(error <= 0.5 + 2 ** -29, `${hex(x, "f64")}: ${error}`);
  }
});

Deno.test("oracle: the gradient of the sigmoid is sigmoid(x) sigmoid(-x), even, 1/4 at 0", () => {
  is("sigmoidGrad", 0, 0.25, "f64");
  is("sigmoidGrad", Infinity, 0, "f64");
  is("sigmoidGrad", -Infinity, 0, "f32");
  for (const x of [1e-9, 0.3, 1, 7.5, 40, 300]) {
    const got = exact("sigmoidGrad", x, "f64");
    assert.equal(exact("sigmoidGrad", -x, "f64"), got);
    // Two values and their product, each rounded once.
    const product = exact("sigmoid", x, "f64") * exact("sigmoid", -x, "f64");
    assert.ok(Math.abs(product / got - 1) < 3.5 * 2 ** -53, `x = ${x}`);
  }
});
