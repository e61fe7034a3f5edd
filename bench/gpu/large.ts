/**
 * 2^28 elements, 1 GiB, through a GPU whose bindings are smaller: right at sampled positions?
 *
 *     deno run -A bench/gpu/large.ts [log2 of the elements]
 *
 * Not part of the tests: it takes 4 GiB of memory.
 */
import { webgpu } from "../../kernels/engines/mod.ts";
import { bound } from "../../kernels/bounds.ts";
import { exact, ulpError } from "../../lab/oracle/mpfr.ts";
import { Random } from "../../lab/random.ts";

/** Computes, compares 4,096 positions and every edge of a piece, and returns the largest error. */
export async function checkLarge(length: number): Promise<{ error: number; compared: number }> {
  await using gpu = await webgpu();
  const x = new Float32Array(length);
  const random = new Random(28);
  const block = Float32Array.from({ length: 65537 }, () => 30 * random.normal());
  // A length that is no power of two: what is read from a wrong piece differs.
  for (let at = 0; at < length; at += block.length) {
    x.set(block.subarray(0, Math.min(block.length, length - at)), at);
  }
  const began = performance.now();
  const y = await gpu.softplus(x);
  const seconds = (performance.now() - began) / 1000;
  const piece = gpu.device.limits.maxStorageBufferBindingSize / 4;
  console.log(
    `${gpu.adapter}: ${length} elements, pieces of ${piece}, ${
      seconds.toFixed(1)
    } s with transfers`,
  );
  const positions = Array.from({ length: 4096 }, () => Math.floor(random.uniform() * length));
  for (let edge = 0; edge <= length; edge += piece) positions.push(edge - 1, edge, edge + 1);
  positions.push(length - 1);
  let error = 0;
  let compared = 0;
  for (const i of positions) {
    if (i < 0 || i >= length) continue;
    compared++;
    const found = ulpError("softplus", x[i]!, y[i]!, "f32");
    if (found > bound("f32", "exact", 1, "webgpu")) {
      throw new Error(`[${i}] x=${x[i]} got=${y[i]} want=${exact("softplus", x[i]!, "f32")}`);
    }
    error = Math.max(error, found);
  }
  return { error, compared };
}

if (import.meta.main) {
  const { error, compared } = await checkLarge(2 ** Number(Deno.args[0] ?? 28));
  console.log(`${compared} positions right, at most ${error.toFixed(3)} ULP off`);
}
