/*
 * The loop between JavaScript arrays and the kernels in WebAssembly.
 *
 * A kernel sees nothing but its own memory. Arrays that live there are computed in one call; all
 * others stream through tiles of 16 KiB, which stay in the first-level cache: copy in, compute, copy
 * out. Kernels want multiples of 32 elements, so a last tile is filled up with zeros.
 */
import {
  bufferOf,
  byteOffsetOf,
  copyInto,
  elementBytesOf,
  type FloatArray,
  lengthOf,
  viewOf,
} from "../arrays.ts";

/** Runs kernels in one memory. */
export interface Runner {
  /**
   * Computes elements begin to end.
   *
   * @param kernel an export of kernel.simd.ts, such as "softplus32Fast"
   * @param beta passed to the kernel
   * @param inputs x; for a backward pass x and upstream
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

/**
 * Instantiates the kernels in a memory of at least `heapStart` bytes that will never grow.
 *
 * Long: what `run` needs of the memory, which it is called with thousands of times a second, are
 * constants around it.
 */
export function createRunner(module: WebAssembly.Module, memory: WebAssembly.Memory): Runner {
  type Kernel = (...args: number[]) => void;
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = instance.exports as unknown as Record<string, Kernel>;
  const { buffer } = memory;
  const tileStart = 65536;
  const tileBytes = 16384;
  // Not a multiple of 4096: copies between equal offsets in two pages take ten times as long.
  const stride = tileBytes + 1088;
  const addresses = [0, 1, 2].map((slot) => tileStart + slot * stride);
  const [address0, address1, address2] = addresses as [number, number, number];
  const tiles32 = addresses.map((at) => new Float32Array(buffer, at, tileBytes / 4));
  const tiles64 = addresses.map((at) => new Float64Array(buffer, at, tileBytes / 8));
  /** Whether all arrays lie in this memory. */
  function areHere(arrays: readonly FloatArray[]): boolean {
    for (let k = 0; k < arrays.length; k++) if (bufferOf(arrays[k]!) !== buffer) return false;
    return true;
  }

  function fill(tile: FloatArray, array: FloatArray, at: number, count: number, padded: number) {
    if (count === lengthOf(array)) tile.set(array as Float32Array);
    else tile.set(viewOf(array, at, at + count) as Float32Array);
    if (padded > count) tile.fill(0, count, padded);
  }

  function take(tile: FloatArray, array: FloatArray, at: number, count: number) {
    copyInto(array, count === tile.length ? tile : tile.subarray(0, count), at);
  }

  function run(
    name: string,
    beta: number,
    inputs: readonly FloatArray[],
    outputs: readonly FloatArray[],
    begin: number,
    end: number,
  ): void {
    const kernel = kernels[name]!;
    const [x, upstream] = inputs as [FloatArray, FloatArray | undefined];
    const [out, grad] = outputs as [FloatArray, FloatArray | undefined];
    const third = upstream === undefined ? grad : out; // of three arrays
    let start = begin;
    if (areHere(inputs) && areHere(outputs)) {
      start = end - (end - begin) % 32;
      const second = byteOffsetOf(upstream ?? out);
      if (third === undefined) kernel(byteOffsetOf(x), second, begin, start, beta);
      else kernel(byteOffsetOf(x), second, byteOffsetOf(third), begin, start, beta);
    }
    const tiles: readonly FloatArray[] = elementBytesOf(x) === 8 ? tiles64 : tiles32;
    const [tile0, tile1, tile2] = tiles as [FloatArray, FloatArray, FloatArray];
    const size = tile0.length;
    for (let at = start; at < end; at += size) {
      const count = end - at < size ? end - at : size;
      const padded = (count + 31) & ~31;
      fill(tile0, x, at, count, padded);
      if (upstream !== undefined) fill(tile1, upstream, at, count, padded);
      if (third === undefined) kernel(address0, address1, 0, padded, beta);
      else kernel(address0, address1, address2, 0, padded, beta);
      if (upstream === undefined) take(tile1, out, at, count);
      if (third !== undefined) take(tile2, third, at, count);
    }
  }
  return { run };
}
