/** Identities: the kit's functions hold them, broken ones do not, and the least counterexample is found. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as kit from "../../kernels/engines/mod.ts";
import { FORMATS } from "../../lab/floats.ts";
import { floatArrays, floats } from "../../lab/identities/floats.ts";
import { IdentityError } from "../../lab/identities/error.ts";
import { identities } from "../../lab/identities/identities.ts";
import type { KnownName } from "../../lab/oracle/reference.ts";

const NAMES = [
  ...["softplus", "sigmoid", "softplusGrad"] as const,
  ...["sigmoidGrad", "logSigmoid", "logSigmoidGrad"] as const,
];

Deno.test("identities: every function of the kit holds its own, within its bound", async () => {
  for (const of of NAMES) {
    for (const dtype of ["f16", "f32", "f64"] as const) {
      const ulp = dtype === "f64" ? 1 : 0.5;
      const { held, implementation } = await identities(kit[of], { of, dtype, ulp, runs: 200 });
      assert.ok(held.length >= 5, of);
      assert.notEqual(implementation, "");
    }
  }
});

/** What is wrong with an implementation. */
async function brokenOf(
  f: (x: number) => number,
  of: KnownName,
  dtype: "f32" | "f64" = "f64",
): Promise<IdentityError> {
  try {
    await identities(f, { of, dtype, seed: 1 });
  } catch (error) {
    if (error instanceof IdentityError) return error;
    throw error;
  }
  throw new Error("it holds");
}

const at = (error: IdentityError, words: RegExp) => {
  const found = error.broken.find(({ identity }) => words.test(identity));
  assert.ok(found, `${words} in ${error.message}`);
  return found;
};

Deno.test("identities: the smallest counterexample is the first float beyond a threshold", async () => {
  function threshold(x: number) {
    return x > 20 ? x : Math.log1p(Math.exp(x));
  }
  const error = await brokenOf(threshold, "softplus");
  const { inputs, results, formula } = at(error, /^reflection/);
  assert.equal(formula, "f(x) - f(-x) = x");
  assert.deepEqual(inputs.toSorted(), [-20.000000000000004, 20.000000000000004]);
  assert.ok(results.includes(20.000000000000004));
  assert.match(
    error.message,
    /^threshold is no softplus in f64\. It does not hold that reflection/,
  );
  assert.match(
    error.message,
    /f\(0x4034000000000001 \(20\.000000000000004\)\) = 0x4034000000000001/,
  );
  assert.match(error.message, /seed: 1 repeats this/);
});

Deno.test("identities: each kind of fault breaks the identity that is about it", async () => {
  const textbook = await brokenOf((x) => Math.log(1 + Math.exp(x)), "softplus");
  const overflow = at(textbook, /lies between/).inputs[0]!;
  assert.ok(Math.exp(overflow) === Infinity && overflow < 709.79, "the first that overflows");
  at(textbook, /keeps its digits in the tail/);
  const stable = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  at(await brokenOf((x) => Number.isNaN(x) ? 0 : stable(x), "softplus"), /special values/);
  at(await brokenOf((x) => x < -700 ? -0 : stable(x), "softplus"), /special values/);
  at(await brokenOf((x) => x > 3 && x < 3.5 ? stable(3) : stable(x), "softplus"), /derivative/);
  at(await brokenOf((x) => x > 2 ? stable(x) - 0.01 : stable(x), "softplus"), /never falls/);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  at(await brokenOf(sigmoid, "sigmoid"), /tail/);
  at(await brokenOf((x) => 1.0001 * kit.sigmoid(x), "sigmoid"), /lies between 0 and 1/);
  at(
    await brokenOf((x) => x >= 0 ? kit.sigmoid(x) : 0.999 * kit.sigmoid(x), "sigmoid"),
    /reflection/,
  );
  at(await brokenOf((x) => kit.sigmoidGrad(x) * (x > 0 ? 1.001 : 1), "sigmoidGrad"), /even/);
  const mirrored = await brokenOf((x) => x < -20 ? x : -Math.log1p(Math.exp(-x)), "logSigmoid");
  assert.equal(Math.abs(at(mirrored, /-logSigmoid\(-x\)/).inputs[0]!), 20.000000000000004);
});

Deno.test("identities: the slope is held to a derivative that the user gives", async () => {
  const options = { of: "softplus", dtype: "f64", runs: 100 } as const;
  await identities(kit.softplus, { ...options, grad: kit.sigmoid });
  const wrong = (x: number) => kit.sigmoid(x) + 1e-6;
  await assert.rejects(identities(kit.softplus, { ...options, grad: wrong }), /the slope is/);
});

Deno.test("identities: bad input is refused by name", async () => {
  const f = kit.softplus;
  const refused: readonly [Promise<unknown>, RegExp][] = [
    [identities(f, {} as never), /of must be one of softplus/],
    [identities(f, { of: "swish" as never }), /of must be one of softplus.*got swish/],
    [
      identities(f, { of: "softplus", run: 3 } as never),
      /no option run; there are of, dtype, runs/,
    ],
    [identities(f, { of: "softplus", runs: 0 }), /runs must be a whole number/],
    [identities(f, { of: "softplus", ulp: 0.1 }), /ulp must be at least 0\.5/],
    [identities(f, { of: "softplus", dtype: "float32" as never }), /dtype must be f16, f32 or f64/],
    [identities("f" as never, { of: "softplus" }), /must be a function/],
  ];
  for (const [promise, message] of refused) await assert.rejects(promise, message);
});

Deno.test("floats: within min and max, of the format, with specials only where they are asked for", async () => {
  for (const dtype of ["f16", "f32", "f64"] as const) {
    const drawn = fc.sample(await floats(dtype, { min: -3, max: 5 }), { numRuns: 2000, seed: 1 });
    assert.ok(drawn.every((x) => x >= -3 && x <= 5), dtype);
    const least = 2 ** FORMATS[dtype].minExponent;
    const wide = fc.sample(await floats(dtype), { numRuns: 4000, seed: 1 });
    assert.ok(wide.every(Number.isFinite));
    for (
      const kind of [(x: number) => x !== 0 && Math.abs(x) < least, (x: number) => Object.is(x, -0)]
    ) {
      assert.ok(wide.some(kind), `${dtype} ${kind}`);
    }
    const all = fc.sample(await floats(dtype, { specials: true }), { numRuns: 2000, seed: 1 });
    assert.ok([NaN, Infinity, -Infinity].every((x) => all.includes(x)));
  }
  const above = fc.sample(await floats("f32", { min: 100, specials: true }), {
    numRuns: 500,
    seed: 1,
  });
  assert.ok(above.every((x) => Number.isNaN(x) || x >= 100) && above.includes(Infinity));
  await assert.rejects(floats("f32", { min: 2, max: 1 }), /min must not be above max, got 2 and 1/);
  const arrays = await floatArrays("f64", { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(arrays, (x) => x instanceof Float64Array && x.length >= 2 && x.length <= 4),
  );
});
