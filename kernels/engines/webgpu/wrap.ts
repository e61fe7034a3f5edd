/* Buffers of the caller's as arrays: checked, bound as they are, never freed. */
import { describe } from "../matrix.ts";
import { isStorage, padded } from "./buffers.ts";
import { elementBytes, GpuArray, type GpuShape, type Storage } from "./gpu_array.ts";
import type { GpuFormat } from "./piece.ts";
import type { Piece } from "./piece.ts";
import type { Session } from "./session.ts";

/** Takes a buffer of the caller's as an array, where it can be one. */
export function wrapBuffer(session: Session, buffer: unknown, shape: unknown): GpuArray {
  session.assertUsable("wrap");
  const given = buffer as GPUBuffer | undefined | null;
  if (typeof given !== "object" || given === null || typeof given.usage !== "number") {
    throw new TypeError(`wrap: buffer must be a GPUBuffer, got ${describe(buffer)}`);
  }
  if (session.pool.has(given)) {
    throw new TypeError(
      "wrap: buffer must be the caller's own, got one of this engine's: use its GpuArray",
    );
  }
  const sizes: unknown[] = Array.isArray(shape) ? [...shape] : [];
  if (sizes.length < 1 || sizes.length > 2 || !sizes.every(isSize)) {
    throw new RangeError(
      `wrap: shape must be [length] or [rows, columns] of whole numbers >= 0, got ${
        Array.isArray(shape) ? `[${sizes.map(describe).join(", ")}]` : describe(shape)
      }`,
    );
  }
  if (!isStorage(given.usage)) {
    throw new RangeError(`wrap: buffer must have usage STORAGE, got usage ${given.usage}`);
  }
  const format: GpuFormat = "f32";
  const total = sizes.reduce((a: number, b) => a * b, 1) * elementBytes[format];
  if (total > 0 && given.size < padded(total)) {
    throw new RangeError(
      `wrap: buffer must have at least ${padded(total)} bytes for ${
        sizes.join(" x ")
      } elements, got ${given.size}`,
    );
  }
  const pieces: Piece[] = [];
  for (let offset = 0; offset < total; offset += session.limits.pieceBytes) {
    const bytes = Math.min(session.limits.pieceBytes, total - offset);
    pieces.push({ buffer: given, offset, bytes, pooled: false });
  }
  const storage: Storage = {
    session,
    format,
    pieces,
    owned: false,
    failure: undefined,
    sound: false, // its owner may destroy it
    released: false,
    exposed: true,
  };
  return new GpuArray(storage, sizes as unknown as GpuShape);
}

function isSize(size: unknown): size is number {
  return Number.isSafeInteger(size) && (size as number) >= 0;
}
