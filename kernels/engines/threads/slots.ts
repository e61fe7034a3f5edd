/* The memory through which pieces of plain arrays go: copied in, computed in place, copied out. */
import type { FloatArray } from "../arrays.ts";
import { newMemory } from "../wasm/module.ts";
import { heapStart } from "../wasm/runner.ts";

/**
 * Bytes of a slot: pieces stay in the second-level cache. Of 2^15 to 2^19 bytes and 3 or 6 slots a
 * worker, these were the fastest for 4e6 elements on two cores.
 */
export const slotBytes: number = 2 ** 17;
/** Slots for each worker: it finds work while results are copied. */
export const slotsPerWorker = 6;

// Not apart by a multiple of 4096: see the tiles in wasm/runner.ts.
const apart = slotBytes + 1088;

/** A memory with so many slots. */
export function newSlotMemory(slots: number): WebAssembly.Memory {
  return newMemory(heapStart + slots * apart, true);
}

/**
 * Views in a slot of `count` elements each, one behind the other. They are filled up to a multiple
 * of 32: kernels on fewer need tiles, which the threads of a memory would share.
 */
export function viewsIn(
  { buffer }: WebAssembly.Memory,
  slot: number,
  wide: boolean,
  arrays: number,
  count: number,
): FloatArray[] {
  const Type = wide ? Float64Array : Float32Array;
  const between = Math.floor(slotBytes / arrays / 64) * 64;
  const views: FloatArray[] = [];
  for (let k = 0; k < arrays; k++) {
    const address = heapStart + slot * apart + k * between;
    views.push(new Type(buffer as ArrayBuffer, address, Math.ceil(count / 32) * 32));
  }
  return views;
}

/** Elements that go through a slot, at most, in so many arrays at a time. */
export function mostInSlot(arrays: number, bytesPerElement: number): number {
  return Math.floor(slotBytes / arrays / bytesPerElement / 32 - 1) * 32;
}
