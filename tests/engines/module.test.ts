/** The functions of the module, their options and what they say of wrong arguments. */
import assert from "node:assert/strict";
import * as kit from "../../kernels/engines/mod.ts";
import { kernels } from "../support/engines.ts";

Deno.test("the functions of the module are those of wasm", () => {
  for (const { name } of kernels) {
    assert.equal(kit[name], kit.wasm[name], name);
    assert.equal(kit[name].name, name);
  }
});

const x = (): Float32Array<ArrayBuffer> => new Float32Array([-1, 0, 2]);

Deno.test("an option that does not exist is refused, by name, and nothing is written", () => {
  const bad = [{ Beta: 2 }, { threshold: 20 }, { output: x() }, { inPlace: true }, { "": 1 }];
  for (const options of bad) {
    const out = new Float32Array(3).fill(7);
    const all = { ...options, out } as object;
    for (const method of ["softplus", "sigmoid", "sigmoidGrad", "logSigmoid"] as const) {
      for (const engine of [kit.wasm, kit.scalar]) {
        assert.throws(() => engine[method](x(), all), {
          name: "TypeError",
          message: `${method}: there is no option ${
            JSON.stringify(Object.keys(options)[0])
          }; there are out, precision and beta`,
        });
      }
    }
    assert.throws(() => kit.naive.softplus(x(), all), /softplus: there is no option/);
    assert.deepEqual(out, new Float32Array(3).fill(7));
  }
  // What an object inherits are no options of this call.
  assert.deepEqual(kit.softplus(x(), Object.create({ other: 1 })), kit.softplus(x()));
});

/** What a wrong argument is called, and what its message tells to write. */
const messages: readonly [unknown, RegExp][] = [
  [[1, 2], /got an array of length 2: write Float32Array\.from\(x\)$/],
  [[[1], [2]], /got an array of length 2: write Matrix\.from\(x\)$/],
  [
    structuredClone(new kit.Matrix(new Float32Array(6), 2, 3)),
    /no Matrix: write new Matrix\(x\.data, x\.rows, x\.columns\)$/,
  ],
  [Object(1), /got an object of class Number: write Number\(x\)$/],
  [new Int32Array(2), /got an Int32Array of length 2: write Float32Array\.from\(x\)$/],
  [new Uint8Array(2), /got a Uint8Array of length 2/],
  [Int8Array, /got the class Int8Array$/],
  [Math.exp, /got the function exp$/],
  [() => 1, /got a function$/],
  [{ toTypedArray: () => x() }, /: write x\.toTypedArray\(\)$/],
  [new Map(), /got an object of class Map$/],
  [{}, /got an object$/],
  [undefined, /got undefined$/],
];

Deno.test("a wrong x is told by what it is, with what to write instead", () => {
  for (const [value, message] of messages) {
    assert.throws(() => kit.softplus(value as number), { name: "TypeError", message });
    assert.throws(() => kit.scalar.sigmoidGrad(value as number), { name: "TypeError", message });
  }
});

Deno.test("softplus as the function of map says how to write it", () => {
  assert.throws(
    () => [1, 2].map(kit.softplus as (x: number) => number),
    /options must be an object, got 0: with map, write array\.map\(\(x\) => softplus\(x\)\)$/,
  );
});

Deno.test("naive honours beta, in every type", () => {
  for (const beta of [2, -1, 0.5]) {
    const got = kit.naive.softplus(x(), { beta });
    x().forEach((v, i) => {
      const z = Math.fround(beta * v);
      const log = Math.fround(Math.log(Math.fround(1 + Math.fround(Math.exp(-Math.abs(z))))));
      assert.equal(got[i], Math.fround(Math.fround(log + Math.max(z, 0)) / beta));
    });
    assert.equal(kit.naive.sigmoid(3, { beta }), 1 / (1 + Math.exp(-beta * 3)));
    assert.equal(
      kit.naive.softplusOverflowing(3, { beta }),
      Math.log(1 + Math.exp(beta * 3)) / beta,
    );
  }
});
