/*
 * Text back to bytes. Both builds of the kernels say most things twice, and a text that is fetched
 * by URL should be short, so embedded.ts holds them as literals and copies of what stands before.
 *
 * A sequence is: a token, whose high half counts literals and whose low half is the length of the
 * copy less `shortest`; the rest of either, as a varint, where its half is 15; the literals; the
 * distance of the copy, as a varint, or 0 for the last one again. Varints have 7 bits a byte, low ones first.
 * tools/build/compress.ts makes such sequences.
 */

/** The shortest copy: a shorter one takes as much room as its bytes. */
export const shortest = 3;

/** The first `length` bytes of those that `text`, in base64, stands for. */
export function expand(text: string, length: number): Uint8Array<ArrayBuffer> {
  // Of the two the faster, at the first call; but only where there is a web.
  const packed = typeof atob === "function" ? atob(text) : decodeBase64(text);
  const bytes = new Uint8Array(length);
  let at = 0;
  let end = 0;
  let distance = 0;
  const varint = (): number => {
    let value = 0;
    for (let power = 1;; power *= 128) {
      const byte = packed.charCodeAt(at++);
      value += (byte & 127) * power;
      if (byte < 128) return value;
    }
  };
  while (end < length && at < packed.length) {
    const token = packed.charCodeAt(at++);
    const literals = (token >> 4) + (token >> 4 === 15 ? varint() : 0);
    const copied = (token & 15) + ((token & 15) === 15 ? varint() : 0) + shortest;
    for (let i = 0; i < literals; i++) bytes[end++] = packed.charCodeAt(at++);
    if (at >= packed.length) break; // the last sequence may end with its literals
    distance = varint() || distance;
    // One by one: a copy may reach into itself.
    for (let i = 0; i < copied; i++, end++) bytes[end] = bytes[end - distance]!;
  }
  return bytes;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** What atob gives, in ECMAScript alone: an AudioWorklet and other bare realms have no atob. */
export function decodeBase64(text: string): string {
  const values = new Uint8Array(128); // "=" counts as 0
  for (let value = 0; value < 64; value++) values[digits.charCodeAt(value)] = value;
  const valueAt = (at: number): number => values[text.charCodeAt(at)]!;
  let packed = "";
  for (let at = 0; at < text.length; at += 4) {
    const word = valueAt(at) << 18 | valueAt(at + 1) << 12 | valueAt(at + 2) << 6 | valueAt(at + 3);
    packed += String.fromCharCode(word >> 16, word >> 8 & 255, word & 255);
  }
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return packed.slice(0, packed.length - padding);
}
