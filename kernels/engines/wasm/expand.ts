/*
 * Text back to bytes. A text that is fetched by URL should be short, so embedded.ts holds the kernels as
 * base64 of LZMA, and the module that decodes it, kernels/lzma.simd.ts, as base64 alone.
 * tools/build/compress.ts packs them.
 */
import { builds, decoder } from "../embedded.ts";

/** The first `length` bytes of those that `embedded.ts` holds; of `text`, in tests. */
export function expand(length: number, text: string = builds): Uint8Array<ArrayBuffer> {
  const packed = decodeBase64(text);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(decodeBase64(decoder)));
  // Half a megabyte, its own: no address space is asked for that a page may not have.
  const { buffer } = exports.memory as WebAssembly.Memory;
  const scratch = 16384;
  const output = scratch + packed.length + 8;
  new Uint8Array(buffer, scratch).set(packed);
  (exports.decode as (...args: number[]) => void)(0, scratch, output, length);
  return new Uint8Array(buffer as ArrayBuffer, output, length).slice();
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The bytes of base64, in ECMAScript alone: an AudioWorklet and other bare realms have no atob. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128); // "=" counts as 0
  for (let value = 0; value < 64; value++) values[digits.charCodeAt(value)] = value;
  const bytes = new Uint8Array(text.length / 4 * 3);
  for (let from = 0, to = 0; from < text.length; from += 4) {
    let word = 0;
    for (let k = 0; k < 4; k++) word = word << 6 | values[text.charCodeAt(from + k)]!;
    bytes[to++] = word >> 16;
    bytes[to++] = word >> 8;
    bytes[to++] = word;
  }
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return bytes.subarray(0, bytes.length - padding);
}
