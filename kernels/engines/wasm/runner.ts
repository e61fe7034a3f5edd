/*
 * The loop between JavaScript arrays and the kernels in WebAssembly.
 *
 * A kernel sees nothing but its own memory. Arrays that live there are computed in one call; all
 * others stream through tiles of 16 KiB, which stay in the first-level cache: copy in, compute, copy
 * out. Kernels want multiples of 32 elements, so a last tile is filled up with zeros.
 *
 * `createRunner` stands on nothing outside itself: `threads` sends its source text to workers.
 */
import type { FloatArray } from "../matrix.ts";

/** Runs kernels in one memory. */
export interface Runner {
  /**
   * Computes elements begin to end.
   *
   * @param kernel an export of kernel.simd.ts, such as "softplus32Fast"
   * @param beta passed to the kernel
   * @param inputs x; for "softplusBackward" (kernel is then the sigmoid's) x and upstream
   * @param outputs one array, two for softplusWithGrad
   */
  run(
    kernel: string,
    beta: number,
    inputs: readonly FloatArray[],
    outputs: readonly FloatArray[],
    begin: number,
    end: number,
  ): void;
}

/** Where memory beyond constants, tiles and the tables of table.simd.ts begins. */
export const heapStart = 0x60000;

/** Instantiates the kernels in a memory of at least `heapStart` bytes that will never grow. */
export function createRunner(module: WebAssembly.Module, memory: WebAssembly.Memory): Runner {
  type Kernel = (...args: number[]) => void;
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = instance.exports as unknown as Record<string, Kernel>;
  const tileStart = 65536;
  const tileBytes = 16384;
  // Not a multiple of 4096: copies between equal offsets in two pages take ten times as long.
  const stride = tileBytes + 1088;
  const addresses = [0, 1, 2].map((slot) => tileStart + slot * stride);
  const tiles32 = addresses.map((at) => new Float32Array(memory.buffer, at, tileBytes / 4));
  const tiles64 = addresses.map((at) => new Float64Array(memory.buffer, at, tileBytes / 8));

  function fill(tile: FloatArray, array: FloatArray, at: number, count: number, padded: number) {
    if (count === array.length) tile.set(array);
    else tile.set(array.subarray(at, at + count));
    if (padded > count) tile.fill(0, count, padded);
  }

  function take(tile: FloatArray, array: FloatArray, at: number, count: number) {
    if (count === tile.length) array.set(tile, at);
    else array.set(tile.subarray(0, count), at);
  }

  function run(
    kernel: string,
    beta: number,
    inputs: readonly FloatArray[],
    outputs: readonly FloatArray[],
    begin: number,
    end: number,
  ): void {
    const compute = kernels[kernel]!;
    const x = inputs[0]!;
    const upstream = inputs[1];
    const out = outputs[0]!;
    const grad = outputs[1];
    const wide = x.BYTES_PER_ELEMENT === 8;
    const multiply = kernels[wide ? "multiply64" : "multiply32"]!;
    const [tile0, tile1, tile2] = (wide ? tiles64 : tiles32) as [
      FloatArray,
      FloatArray,
      FloatArray,
    ];
    const [address0, address1, address2] = addresses as [number, number, number];
    let start = begin;
    if (
      x.buffer === memory.buffer && out.buffer === memory.buffer && upstream === undefined &&
      (grad === undefined || grad.buffer === memory.buffer)
    ) {
      start = end - (end - begin) % 32;
      if (grad === undefined) compute(x.byteOffset, out.byteOffset, begin, start, beta);
      else compute(x.byteOffset, out.byteOffset, grad.byteOffset, begin, start, beta);
    }
    const size = tile0.length;
    for (let at = start; at < end; at += size) {
      const count = end - at < size ? end - at : size;
      const padded = (count + 31) & ~31;
      fill(tile0, x, at, count, padded);
      if (grad !== undefined) {
        compute(address0, address1, address2, 0, padded, beta);
        take(tile2, grad, at, count);
      } else {
        compute(address0, address1, 0, padded, beta);
        if (upstream !== undefined) {
          fill(tile0, upstream, at, count, padded);
          multiply(address0, address1, address1, 0, padded);
        }
      }
      take(tile1, out, at, count);
    }
  }
  return { run };
}
