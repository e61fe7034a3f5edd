/**
 * Arrays to run the kernels on, and how to compare what comes back.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Random } from "../../lab/random.ts";
import type { Kernel } from "./engines.ts";
import {
  arrayOf,
  arrayOn,
  type Format,
  formatOf,
  report,
  same,
  type Vector,
} from "../../lab/floats.ts";

/** Results compared element by element: the same bits, where NaN is NaN. */
export function equal(got: Vector, want: Vector, x: Vector, what: string): void {
  assert.equal(Object.prototype.toString.call(got), Object.prototype.toString.call(want), what);
  assert.equal(got.length, want.length, `${what}: length`);
  for (let i = 0; i < want.length; i++) {
    if (same(got[i]!, want[i]!)) continue;
    assert.fail(report(`${what} [${i}]`, x[i]!, got[i]!, want[i]!, formatOf(x)));
  }
}

/** Inputs that visit every branch in an irregular order. */
export function mixed(format: Format, length: number, seed: number): Vector {
  const random = new Random(seed);
  const specials = [0, -0, Infinity, -Infinity, NaN, -1e-40, 800, -800, -88, -104, 33.3];
  return arrayOf(
    format,
    Array.from({ length }, () => {
      const kind = random.uniform();
      if (kind < 0.08) return specials[Math.floor(random.uniform() * specials.length)]!;
      return random.normal() * (kind < 0.5 ? 4 : 60);
    }),
  );
}

/** Inputs for a kernel, all of one length. */
export function inputsOf(kernel: Kernel, format: Format, length: number, seed = 1): Vector[] {
  return Array.from({ length: kernel.inputs }, (_, i) => mixed(format, length, seed + i));
}

/** A copy of `array` that starts `offset` elements into a larger buffer. */
export function viewOf<T extends Vector>(array: T, offset: number, shared = false): T {
  const bytes = (offset + array.length + 3) * array.BYTES_PER_ELEMENT;
  const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  const Type = array.constructor as new (b: ArrayBufferLike, at: number, n: number) => T;
  const view = new Type(buffer, offset * array.BYTES_PER_ELEMENT, array.length);
  view.set(array);
  return view;
}

/** A length-tracking array on a buffer that can grow. */
export function growable(v: Vector, shared: boolean): Vector {
  const size = v.byteLength;
  const buffer = shared
    ? new SharedArrayBuffer(size, { maxByteLength: 2 * size + 8 })
    : new ArrayBuffer(size, { maxByteLength: 2 * size + 8 });
  const array = arrayOn(formatOf(v), buffer);
  array.set(v);
  return array;
}
