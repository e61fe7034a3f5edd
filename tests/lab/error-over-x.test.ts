/** Errors over x of implementations of one's own: what is far off is seen, and marked. */
import assert from "node:assert/strict";
import { softplus } from "../../kernels/engines/mod.ts";
import { errorOverX, errorPoints } from "../../lab/error_over_x.ts";
import { COLOURS, lookOf, placesOf } from "../../lab/figures/theme.ts";

const range = { of: "softplus", bins: 24 } as const;
const textbook = (x: number) => Math.log(1 + Math.exp(x));

Deno.test("errorOverX: the textbook form loses its tail and overflows, the kit does neither", async () => {
  for (const dtype of ["f16", "f32", "f64"] as const) {
    const points = await errorPoints({ textbook, softplus }, {
      ...range,
      dtype,
      from: -60,
      to: dtype === "f16" ? 20 : 800,
    });
    const own = points.filter(({ implementation }) => implementation === "textbook");
    const kit = points.filter(({ kind }) => kind === "kit");
    assert.ok(own.length === 24 && kit.length === 24);
    assert.ok(kit.every(({ ulp, wrong }) => ulp <= 1 && !wrong), dtype);
    // float16 ends at e^-17.3, where e^x is not lost in 1 + e^x.
    assert.equal(own.some(({ wrong }) => wrong), dtype !== "f16", dtype);
    assert.equal(own.at(-1)!.ulp === Infinity, dtype !== "f16", dtype);
  }
});

Deno.test("errorOverX: a figure with crosses for what is wrong altogether", async () => {
  const { data, layout } = await errorOverX({ textbook, softplus }, {
    ...range,
    from: -100,
    to: 20,
    title: "Two",
  });
  assert.match(layout.title.text, /^Two/);
  const names = data.map(({ name }) => name);
  assert.deepEqual(names, ["textbook", "textbook: 0, ∞ or NaN", "softplus"]);
});

Deno.test("errorOverX: bad calls are refused by name", async () => {
  const at = { from: 0, to: 1 };
  const call = (f: unknown, options: unknown) => errorOverX(f as never, options as never);
  await assert.rejects(call({ textbook }, { ...at, of: "swish" }), /of must be one of/);
  await assert.rejects(call({ textbook }, at), /got nothing/);
  await assert.rejects(
    call({ textbook }, { ...range, ...at, quantity: 1 }),
    /no option "quantity"/,
  );
  await assert.rejects(call({ textbook }, { ...range, from: 1, to: 1 }), /from must be below to/);
  await assert.rejects(
    call({ textbook }, { ...range, ...at, dtype: "float32" }),
    /dtype must be f16, f32 or f64, got "float32"/,
  );
  await assert.rejects(call({}, { ...range, ...at }), /one at least/);
  await assert.rejects(call({ textbook }, undefined), /options must be an object/);
  await assert.rejects(
    call({ textbook, short: (x: Float32Array) => x.slice(1) }, { ...range, ...at }),
    /^ImplementationError: short: returned/,
  );
});

Deno.test("names of one's own have colours of their own, the kit keeps its", () => {
  const drawn = [
    ...["mine", "with a threshold", "through log1p", "shader", "broken"].map((implementation) => ({
      implementation,
      kind: "own",
    })),
    { implementation: "s", kind: "kit", family: "scalar exact" },
    { implementation: "n", kind: "textbook", family: "naive" },
  ];
  const places = placesOf(drawn);
  const looks = drawn.map((one) => lookOf({ ...one, ...places.get(one.implementation) }));
  assert.equal(new Set(looks.map(({ colour }) => colour)).size, COLOURS.length);
  assert.deepEqual(looks[5], lookOf(drawn[5]!));
  const many = Array.from({ length: 20 }, (_, i) => ({ implementation: `f${i}`, kind: "own" }));
  const all = placesOf(many);
  const signs = many.map((one) => lookOf({ ...one, ...all.get(one.implementation) }));
  assert.equal(new Set(signs.map(({ colour, marker }) => colour + marker)).size, 20);
});
