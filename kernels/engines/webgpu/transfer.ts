/* From typed arrays to the GPU. */
import { bufferOf, byteOffsetOf, type FloatArray, isShared } from "../arrays.ts";
import type { Piece } from "./piece.ts";
import type { Session } from "./session.ts";

/** The bytes of a range of elements. */
export function bytesOf(array: FloatArray, from: number, count: number): Uint8Array {
  return new Uint8Array(bufferOf(array), byteOffsetOf(array) + from, count);
}

/** Writes bytes into a buffer, now: the caller may change them afterwards. */
export function upload(session: Session, { buffer, offset, bytes }: Piece, data: Uint8Array): void {
  // The GPU takes whole words of memory that is neither shared nor resizable.
  const plain = bytes % 4 === 0 && !isShared(data.buffer) &&
    !(data.buffer as { resizable?: boolean }).resizable;
  let words = data as Uint8Array<ArrayBuffer>;
  if (!plain) {
    words = new Uint8Array(Math.ceil(bytes / 4) * 4);
    words.set(data);
  }
  session.device.queue.writeBuffer(buffer, offset, words);
}
