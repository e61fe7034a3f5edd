/** Makes the text that kernels/engines/wasm/expand.ts reads: base64 of raw LZMA. */

import lzma from "lzma";

/** Bytes of the header: properties, size of the window, size of the contents. */
const header = 13;

/** Bytes as text. The same bytes give the same text. */
export function compress(bytes: Uint8Array): string {
  const packed = Uint8Array.from(lzma.compress(bytes, 9));
  if (packed[0] !== 93) {
    throw new Error(`lzma: properties ${packed[0]}, not lc = 3, lp = 0, pb = 2`);
  }
  let text = "";
  for (const byte of packed.subarray(header)) text += String.fromCharCode(byte);
  return btoa(text);
}
