/*
 * Between typed arrays and the GPU. Deno looks for finished work, then sleeps 10 ms, once for each
 * mapAsync: maps that are asked for together share that sleep, so no call waits for another's.
 */
import type { Piece, Session } from "./session.ts";

const MAP_READ = 1; // GPUMapMode.READ

type View = ArrayBufferView<ArrayBufferLike>;

/** The bytes of a range of elements. */
export function bytesOf(array: View, from: number, count: number): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset + from, count);
}

/** Writes bytes into a buffer, now: the caller may change them afterwards. */
export function upload(session: Session, { buffer, offset, bytes }: Piece, data: Uint8Array): void {
  // The GPU takes whole words of memory that is not shared.
  const plain = bytes % 4 === 0 && data.buffer instanceof ArrayBuffer;
  let words = data as Uint8Array<ArrayBuffer>;
  if (!plain) {
    words = new Uint8Array(Math.ceil(bytes / 4) * 4);
    words.set(data);
  }
  session.device.queue.writeBuffer(buffer, offset, words);
}

/** Where the bytes of a piece go. */
export interface Destination {
  readonly piece: Piece;
  /** Receives exactly the bytes of the piece. */
  receive(bytes: Uint8Array): void;
}

/** Encodes the copies of pieces into a staging buffer, one behind the other. */
export function encodeDownload(
  session: Session,
  encoder: GPUCommandEncoder,
  pieces: readonly Piece[],
): GPUBuffer {
  const sizes = pieces.map(({ bytes }) => Math.ceil(bytes / 4) * 4);
  const staging = session.pool.take("staging", sizes.reduce((a, b) => a + b));
  let at = 0;
  pieces.forEach(({ buffer, offset }, k) => {
    encoder.copyBufferToBuffer(buffer, offset, staging, at, sizes[k]!);
    at += sizes[k]!;
  });
  return staging;
}

/** Waits for a staging buffer, hands out its bytes and gives it back. */
export async function finishDownload(
  session: Session,
  staging: GPUBuffer,
  destinations: readonly Destination[],
): Promise<void> {
  const sizes = destinations.map(({ piece }) => Math.ceil(piece.bytes / 4) * 4);
  const total = sizes.reduce((a, b) => a + b);
  try {
    // Not a moment earlier than this is settled: getMappedRange would end the process.
    await session.untilLost(staging.mapAsync(MAP_READ, 0, total));
  } catch (error) {
    session.pool.destroy(staging);
    throw error;
  }
  try {
    const mapped = staging.getMappedRange(0, total);
    let at = 0;
    destinations.forEach(({ piece, receive }, k) => {
      receive(new Uint8Array(mapped, at, piece.bytes));
      at += sizes[k]!;
    });
  } finally {
    staging.unmap();
    session.pool.giveBack("staging", staging);
  }
}
