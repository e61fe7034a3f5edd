/** Makes the text that kernels/engines/wasm/expand.ts reads; the format is described there. */

import { shortest } from "../../kernels/engines/wasm/expand.ts";

/** A copy of what stands `distance` bytes before. */
interface Copy {
  readonly length: number;
  readonly distance: number;
}

/** Earlier places with the same start that are looked at, the nearest first. */
const patience = 20_000;

/** Bytes as base64 of literals and copies. The same bytes give the same text. */
export function compress(bytes: Uint8Array): string {
  const chosen = cheapest(bytes);
  const packed: number[] = [];
  const varint = (value: number): void => {
    for (; value > 127; value = Math.floor(value / 128)) packed.push(value % 128 + 128);
    packed.push(value);
  };
  let literals: number[] = [];
  let last = 0;
  const sequence = (copy: Copy | undefined): void => {
    const rest = copy === undefined ? 0 : copy.length - shortest;
    packed.push(Math.min(literals.length, 15) * 16 + Math.min(rest, 15));
    if (literals.length >= 15) varint(literals.length - 15);
    if (rest >= 15) varint(rest - 15);
    packed.push(...literals);
    if (copy !== undefined) {
      varint(copy.distance === last ? 0 : copy.distance);
      last = copy.distance;
    }
    literals = [];
  };
  for (let at = 0; at < bytes.length;) {
    const copy = chosen[at];
    if (copy === undefined) {
      literals.push(bytes[at++]!);
    } else {
      sequence(copy);
      at += copy.length;
    }
  }
  if (literals.length > 0) sequence(undefined);
  return Uint8Array.from(packed).toBase64();
}

/** For each place the copy to begin there, or undefined for a literal: the fewest bytes in all. */
function cheapest(bytes: Uint8Array): readonly (Copy | undefined)[] {
  const copies = longerAndFarther(bytes);
  const cost = new Float64Array(bytes.length + 1);
  const chosen: (Copy | undefined)[] = new Array(bytes.length);
  for (let at = bytes.length - 1; at >= 0; at--) {
    cost[at] = 1 + cost[at + 1]!;
    let length = shortest;
    for (const { length: longest, distance } of copies[at]!) {
      for (; length <= longest; length++) {
        const here = 1 + sizeOfVarint(distance) + cost[at + length]! +
          (length - shortest < 15 ? 0 : sizeOfVarint(length - shortest - 15));
        if (here >= cost[at]!) continue;
        cost[at] = here;
        chosen[at] = { length, distance };
      }
    }
  }
  return chosen;
}

/** For each place the copies that could begin there, each longer and from farther than the last. */
function longerAndFarther(bytes: Uint8Array): readonly (readonly Copy[])[] {
  const last = new Map<number, number>();
  const before = new Int32Array(bytes.length).fill(-1);
  return Array.from(bytes, (_, at) => {
    const found: Copy[] = [];
    if (at + shortest > bytes.length) return found;
    const start = bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
    before[at] = last.get(start) ?? -1;
    last.set(start, at);
    let best = shortest - 1;
    for (let from = before[at]!, left = patience; from >= 0 && left > 0; left--) {
      let length = 0;
      // A copy that is not longer where the best one ends is none.
      if (bytes[from + best] === bytes[at + best]) {
        while (at + length < bytes.length && bytes[from + length] === bytes[at + length]) length++;
      }
      if (length > best) found.push({ length: best = length, distance: at - from });
      from = before[from]!;
    }
    return found;
  });
}

function sizeOfVarint(value: number): number {
  return value < 128 ? 1 : 1 + sizeOfVarint(Math.floor(value / 128));
}
