/** Certifying implementations of one's own: what is planted is found, what is wrong is named. */
import assert from "node:assert/strict";
import { sigmoid, softplus } from "../../kernels/engines/mod.ts";
import { certify } from "../../lab/certify/certify.ts";
import { Certification } from "../../lab/certify/certification.ts";
import { ImplementationError } from "../../lab/implementation.ts";
import { referenceOf } from "../../lab/oracle/reference.ts";

/** One binade, 8,388,608 inputs, would take seconds; this is a hundredth of one. */
const part = [1.25, 1.26] as const;

Deno.test("certify: the kit's softplus is correctly rounded, and says so", async () => {
  const found = await certify(softplus, { of: "softplus", between: part, progress: false });
  assert.ok(found.isCorrectlyRounded && found.inputs > 80_000 && found.maxUlp <= 0.5);
  assert.match(found.figure!.layout.title.text, /every result is the correctly rounded softplus/);
});

Deno.test("certify: one wrong float32 is found, with its input as witness", async () => {
  for (const  of of["softplus", "sigmoid"] as const) {
    const right = of === "softplus" ? softplus : sigmoid;
    const planted = Math.fround(1.2555555);
    const faulty = (x: Float32Array) => {
      const y = right(x);
      const at = x.indexOf(planted);
      if (at >= 0) y[at]! *= 1 + 2 ** -22;
      return y;
    };
    const found = await certify(faulty, { of, between: part, progress: false, name: "faulty" });
    assert.equal(found.misrounded, 1);
    assert.equal(found.worst?.x.value, planted);
    assert.equal(found.worst?.want.value, right(Float32Array.of(planted))[0]);
    assert.ok(found.maxUlp > 1 && found.stepsAgainstSlope >= 1, String(found));
    assert.match(String(found), /faulty as .*1\.25555/s);
  }
});

Deno.test("certify: a step down is found with its inputs, also from one binade to the next", async () => {
  // Flat but for one step down, at 2, where a binade begins.
  const stairs = (x: Float32Array) => x.map((v) => v < 2 ? 3 : 2.5);
  const found = await certify(stairs, {
    of: "softplus",
    between: [1.9999, 2.0001],
    progress: false,
  });
  assert.equal(found.stepsAgainstSlope, 1);
  assert.equal(found.firstStep!.before.x.value, 2 - 2 ** -23);
  assert.equal(found.firstStep!.before.got.value, 3);
  assert.deepEqual(found.firstStep!.after.x, { value: 2, bits: "0x40000000" });
  assert.equal(found.firstStep!.after.got.value, 2.5);
  assert.match(String(found), /the first, at x +\| 2 \(0x40000000\)/);

  // Downwards the patterns of negative numbers go up: here the step is met from above.
  const mirrored = await certify((x: Float32Array) => x.map((v) => v <= -2 ? 0.2 : 0.1), {
    of: "softplus",
    between: [-2.0001, -1.9999],
    progress: false,
  });
  assert.equal(mirrored.stepsAgainstSlope, 1);
  assert.equal(mirrored.firstStep!.after.x.value, -2);
});

Deno.test("certify: float64 has the special values and the hard cases", async () => {
  const { default: hard } = await import("../../lab/certify/hard-cases.json", {
    with: { type: "json" },
  });
  const bits = new BigUint64Array(Object.values(hard.f64).flat().map((text) => BigInt(text)));
  const cases = new Float64Array(bits.buffer);
  const seen = new Set<number>();
  const watched = (x: Float64Array) => {
    for (const v of x) seen.add(v);
    return softplus(x);
  };
  const found = await certify(watched, { of: "softplus", dtype: "f64" });
  assert.ok(found.inputs > 60_000 && found.maxUlp < 1, String(found));
  for (const v of [NaN, Infinity, -Infinity, Number.MAX_VALUE, 2 ** -1074, ...cases]) {
    assert.ok(seen.has(v), `${v} was tried`);
  }
  const part = await certify(softplus, { of: "softplus", dtype: "f64", between: [1, 2] });
  assert.ok(part.inputs > 20_000, "what lies in the range, and random numbers");
});

Deno.test("certify: mirrored functions, wrong zeros, infinities and NaNs", async () => {
  const { logSigmoid, logSigmoidGrad, sigmoidGrad } = await import("../../kernels/engines/mod.ts");
  const mirrored = { logSigmoid, logSigmoidGrad, sigmoidGrad };
  for (const [of, f] of Object.entries(mirrored)) {
    const found = await certify(f, { of: of as keyof typeof mirrored, between: [-3.01, -3] });
    assert.ok(found.isCorrectlyRounded && found.inputs > 10_000, of);
    assert.equal(found.stepsAgainstSlope, 0, of);
  }
  const textbook = (x: number) => Math.log(1 + Math.exp(x));
  const zeros = await certify(textbook, {
    of: "softplus",
    quick: true,
    progress: false,
    between: [-103, -90],
  });
  assert.ok(zeros.flushed > 0 && zeros.misrounded === zeros.inputs, String(zeros));
  const infinite = await certify(textbook, {
    of: "softplus",
    quick: true,
    progress: false,
    between: [700, 800],
  });
  assert.ok(infinite.wrongInfinities > 0 && infinite.firstWrong!.got.value === Infinity);
  const lost = (x: Float32Array) => x.map((v) => v > 1.259 ? NaN : softplus(v));
  assert.ok(
    (await certify(lost, { of: "softplus", between: part, progress: false })).wrongNans > 0,
  );
});

Deno.test("certify: every float16, samples of float64, and a function of one's own", async () => {
  const half = await certify(softplus, { of: "softplus", dtype: "f16" });
  assert.ok(half.inputs === 65536 && half.isCorrectlyRounded, String(half));
  assert.match(half.worst!.x.bits, /^0x[0-9a-f]{4}$/);
  const double = await certify(sigmoid, { of: "sigmoid", dtype: "f64", between: [-40, 40] });
  assert.ok(double.maxUlp > 0.45 && double.maxUlp <= 1, String(double));
  const { exact } = await referenceOf("softplus");
  const twice = {
    name: "2 softplus",
    exact: (x: number, f: "f16" | "f32" | "f64") => 2 * exact(x, f),
  };
  const own = await certify((x: number) => 2 * softplus(x), { of: twice, between: [0, 1] });
  assert.ok(own.function === "2 softplus" && own.isCorrectlyRounded, String(own));
  assert.equal(own.method, "samples of float32 from 0 to 1");
});

Deno.test("certify: saved and loaded it says the same", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const found = await certify(softplus, { of: "softplus", between: part, progress: false });
    await found.save(path);
    assert.equal(String(await Certification.load(path)), String(found));
    await Deno.writeTextFile(path, "{}");
    await assert.rejects(Certification.load(path), /holds no certification/);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("certify: what is wrong is named at once", async () => {
  const of = "softplus";
  const bad: [unknown, RegExp][] = [
    [() => {
      throw new Error("no luck");
    }, /no luck/],
    [(x: Float32Array) => x.slice(1), /8 results for 9/],
    [(x: Float32Array) => Float64Array.from(x), /Float32Array/],
    [(x: Float32Array) => x.map(() => NaN), /NaN/],
    [() => new Promise(() => {}), /50 ms|did not|settle/],
  ];
  for (const [f, message] of bad) {
    await assert.rejects(
      certify(f as never, { of, name: "mine", timeout: 50 }),
      (error: Error) =>
        error instanceof ImplementationError && /mine/.test(error.message) &&
        message.test(error.message),
      String(f),
    );
  }
  await assert.rejects(certify(3 as never, { of }), TypeError);
  await assert.rejects(certify(softplus, { of: "swish" as never }), /of must be one of softplus/);
  await assert.rejects(certify(softplus, { of, between: [2, 1] }), /between must be \[from, to\]/);
  await assert.rejects(certify(softplus, { of, shards: 3 } as never), /no option "shards"/);
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(certify(softplus, { of, signal }), /enough/);
});
