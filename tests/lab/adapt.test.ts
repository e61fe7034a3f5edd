/** What may be handed in, recognised by calling it; and every way to be wrong, named at once. */
import assert from "node:assert/strict";
import { naive, scalar, softplus, threads } from "../../kernels/engines/mod.ts";
import { adapt } from "../../lab/adapt.ts";
import { arrayOf, type Format } from "../../lab/floats.ts";
import { type Implementation, ImplementationError } from "../../lab/implementation.ts";
import { referenceOf } from "../../lab/oracle/reference.ts";

const formats: readonly Format[] = ["f16", "f32", "f64"];
const engines = new URL("../../kernels/engines/mod.ts", import.meta.url);

Deno.test("adapt: numbers or arrays, at once or later, found by calling", async () => {
  await using pool = await threads({ size: 1 });
  const inPlace = (x: Float32Array) => {
    for (let i = 0; i < x.length; i++) x[i] = Math.log1p(Math.exp(x[i]!));
    return x;
  };
  const cases: readonly [Implementation, "arrays" | "numbers", boolean][] = [
    [(x: number) => Math.log1p(Math.exp(x)), "numbers", false],
    // An array that is compared with a number comes back as it went in.
    [(x: number) => x <= 40 ? Math.log1p(Math.exp(x)) : x, "numbers", false],
    [(x: Float32Array) => x.map((v) => Math.log1p(Math.exp(v))), "arrays", false],
    [inPlace, "arrays", false],
    [softplus, "arrays", false],
    [pool.softplus, "arrays", true],
    [(x: number) => Promise.resolve(Math.log1p(Math.exp(x))), "numbers", true],
    [{ apply: scalar.softplus }, "arrays", false],
    [{ module: engines, name: "softplus" }, "arrays", false],
  ];
  const reference = await referenceOf("softplus");
  for (const dtype of formats) {
    for (const [implementation, takes, isAsync] of cases) {
      await using one = await adapt("it", implementation, { dtype, reference });
      assert.deepEqual([one.takes, one.isAsync, one.dtype], [takes, isAsync, dtype]);
      const x = arrayOf(dtype, [-1, 0, 1, 25]);
      const got = await one.apply(x);
      got.forEach((value, i) => assert.ok(reference.error(x[i]!, value, dtype) < 2));
      assert.deepEqual(x, arrayOf(dtype, [-1, 0, 1, 25]), "the input was changed");
    }
  }
});

Deno.test("adapt: the kit's own functions keep their looks, others their names", async () => {
  const looks = async (name: string, f: Implementation) => {
    const { kind, family } = await adapt(name, f);
    return [kind, family];
  };
  assert.deepEqual(await looks("a", softplus), ["kit", "wasm exact"]);
  assert.deepEqual(await looks("a", scalar.softplus), ["kit", "scalar exact"]);
  assert.deepEqual(await looks("a", naive.softplus), ["textbook", "naive"]);
  assert.deepEqual(await looks("a", Math.exp), ["own", "a"]);
  assert.deepEqual(await looks("a", { apply: Math.exp, kind: "peer", family: "b" }), ["peer", "b"]);
});

Deno.test("adapt: what is wrong is said with the name, at once", async () => {
  const reference = await referenceOf("softplus");
  const wrong: readonly [unknown, RegExp][] = [
    [() => {
      throw new Error("boo");
    }, /threw on a Float32Array: Error: boo/],
    [(x: Float32Array) => x.slice(1), /returned 8 results for 9 numbers/],
    [(x: Float32Array) => Float64Array.from(x), /returned a Float64Array of length 9/],
    [(x: Float32Array) => Array.from(x), /returned an array of length 9 for a Float32Array/],
    [() => undefined, /returned undefined/],
    [(x: number) => x > 0 ? "1" : 1, /returned "1" for the number 0.375/],
    [() => NaN, /NaN at all 9 inputs tried, where softplus\(-8\) is 0.000335/],
    [(x: Float32Array) => x.fill(NaN), /NaN at all 9 inputs/],
    [() => new Promise(() => {}), /no answer in 20 ms/],
    [() => Promise.reject(new Error("later")), /later/],
    [{ open: () => Promise.resolve({ gap: "not installed" }) }, /not installed/],
  ];
  for (const [f, message] of wrong) {
    await assert.rejects(
      adapt("mine", f as Implementation, { reference, timeout: 20 }),
      (error: Error) => {
        assert.ok(error instanceof ImplementationError, String(error));
        assert.match(error.message, /^mine: /);
        assert.match(error.message, message);
        return true;
      },
    );
  }
  for (const f of [5, null, undefined, {}, "log(x)"]) {
    await assert.rejects(adapt("mine", f as never), /^TypeError: mine must be a function/);
  }
  const none = { module: "data:text/javascript,(", name: "f" };
  await assert.rejects(adapt("mine", none), /^ImplementationError: mine: cannot import data:/);
  await assert.rejects(adapt("mine", { module: engines, name: "nono" }), /no function nono/);
  await assert.rejects(adapt("mine", Math.exp, { dtype: "float32" as Format }), /f16, f32 or f64/);
  await assert.rejects(adapt("mine", Math.exp, { timeout: 0 }), RangeError);
});

Deno.test("adapt: what was opened is given back, also where it is refused", async () => {
  let open = 0;
  const opening = (apply: (x: number) => number): Implementation => ({
    open() {
      open++;
      return Promise.resolve({ apply, dispose: () => void open-- });
    },
  });
  await (await adapt("a", opening(Math.exp))).dispose();
  assert.equal(open, 0);
  const reference = await referenceOf("sigmoid");
  await assert.rejects(adapt("a", opening(() => NaN), { reference }));
  assert.equal(open, 0);
});

Deno.test("a function that knows its exact values is a reference", async () => {
  const { name, error } = await referenceOf({ name: "half", exact: (x) => x / 2 });
  assert.equal(name, "half");
  assert.equal(error(3, 1.5, "f32"), 0);
  assert.equal(error(3, 1.5 + 2 ** -23, "f32"), 1);
  assert.equal(error(3, NaN, "f32"), Infinity);
  await assert.rejects(referenceOf("swish" as never), /of must be one of softplus.*got "swish"/);
  await assert.rejects(referenceOf(undefined as never), /got nothing/);
});
