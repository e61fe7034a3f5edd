/**
 * The bits of the kernels, as a digest: a last place of a coefficient breaks no promise of an ULP, but
 * the results are no longer those that were certified, nor those of other machines.
 *
 * Where other bits are meant, put the digests that the test prints in their place.
 */
import assert from "node:assert/strict";
import { createWasm } from "../../kernels/engines/wasm.ts";
import { compile } from "../../kernels/engines/wasm/module.ts";
import { scalar } from "../../kernels/engines/mod.ts";
import { Tally } from "../../lab/certify/tally.ts";
import { Random } from "../../lab/random.ts";

const digests: Readonly<Record<string, string>> = {
  "scalar f32 exact": "ec5d107b1b3bb890",
  "scalar f32 fast": "51c8f5d3d85369be",
  "scalar f64 exact": "6c749cd3b2bd6947",
  "wasm-plain f32 exact": "ec5d107b1b3bb890",
  "wasm-plain f32 fast": "fa58a52572a8cdba",
  "wasm-plain f64 exact": "3f904fc1a1744ee8",
  "wasm-fused f32 exact": "ec5d107b1b3bb890",
  "wasm-fused f32 fast": "95a3d663f939bc30",
  "wasm-fused f64 exact": "2796ad01de31e3d6",
};

const builds = [
  ["scalar", scalar],
  ["wasm-plain", createWasm({ fused: false })],
  ...(compile(true) === undefined ? [] : [["wasm-fused", createWasm({ fused: true })] as const]),
] as const;

/** Both signs, binades from 2^-20 to 2^9, and both tails. */
function inputs(): Float64Array<ArrayBuffer> {
  const random = new Random(20);
  return new Float64Array(1 << 15).map((_, i) => {
    if (i % 8 === 0) return -746 * random.uniform();
    const sign = random.uint32() & 1 ? -1 : 1;
    return sign * (1 + random.uniform()) * 2 ** (Math.floor(30 * random.uniform()) - 20);
  });
}

for (const [build, engine] of builds) {
  for (
    const [format, precision] of [["f32", "exact"], ["f32", "fast"], ["f64", "exact"]] as const
  ) {
    const label = `${build} ${format} ${precision}`;
    Deno.test(`${label}: the bits of the kernels`, () => {
      const tally = new Tally(format);
      // One type stands for both: the overloads take no union.
      const x = (format === "f32" ? Float32Array.from(inputs()) : inputs()) as Float64Array<
        ArrayBuffer
      >;
      // Down to products that are subnormal.
      const scale = 2 ** (format === "f32" ? -30 : -250);
      const upstream = x.map((v, i) => v * scale ** (i % 5));
      for (const beta of [1, -1, 3]) {
        const options = { precision, beta };
        const { value, grad } = engine.softplusWithGrad(x, options);
        tally.digest(engine.softplus(x, options));
        tally.digest(engine.sigmoid(x, options));
        tally.digest(engine.sigmoidGrad(x, options));
        tally.digest(value);
        tally.digest(grad);
        tally.digest(engine.softplusBackward(x, upstream, options));
        tally.digest(engine.sigmoidBackward(x, upstream, options));
      }
      const got = tally.result(0).digest.map((part) => part.toString(16).padStart(8, "0")).join("");
      assert.equal(got, digests[label], `other bits: ${JSON.stringify(label)}: "${got}"`);
    });
  }
}
