/* Calls on arrays that stay on the GPU: nothing is awaited, nothing read back. */
import type { FloatArray } from "../arrays.ts";
import { describe } from "../matrix.ts";
import { kernels, type Method } from "../methods.ts";
import { readOptions } from "../options.ts";
import type { Pass } from "./batch.ts";
import {
  bytesOf,
  elementBytes,
  GpuArray,
  type GpuShape,
  type Storage,
  upload,
  watch,
} from "./gpu_array.ts";
import type { GpuFormat } from "./piece.ts";
import type { Piece } from "./piece.ts";
import type { Session } from "./session.ts";

/** Memory of the pool's, for a new array, cut into pieces that bindings can reach. */
export function fresh(
  session: Session,
  method: string,
  format: GpuFormat,
  shape: GpuShape,
): Storage {
  const { pool, limits } = session;
  const total = shape.reduce((a: number, b) => a * b, 1) * elementBytes[format];
  const pieces: Piece[] = [];
  const doubts: Promise<Error | undefined>[] = [];
  for (let from = 0; from < total; from += limits.pieceBytes) {
    const bytes = Math.min(limits.pieceBytes, total - from);
    let buffer = pool.takeIdle("storage", Math.max(bytes, 16));
    if (buffer === undefined) {
      const [made, failure] = session.scoped(
        method,
        () => pool.make("storage", Math.max(bytes, 16)),
      );
      buffer = made;
      doubts.push(failure);
    }
    pieces.push({ buffer, offset: 0, bytes, pooled: true });
  }
  const storage: Storage = {
    session,
    format,
    pieces,
    owned: true,
    failure: undefined,
    sound: doubts.length === 0,
    released: false,
    exposed: false,
  };
  if (doubts.length > 0) watch(storage, firstOf(doubts));
  return storage;
}

/** A new array on the GPU with the content of one on the CPU. */
export function uploaded(
  session: Session,
  data: FloatArray,
  format: GpuFormat,
  shape: GpuShape,
): Storage {
  const storage = fresh(session, "upload", format, shape);
  const [, failure] = session.scoped("upload", () => {
    let from = 0;
    for (const piece of storage.pieces) {
      upload(session, piece, bytesOf(data, from, piece.bytes));
      from += piece.bytes;
    }
  });
  watch(storage, storage.failure ? firstOf([storage.failure, failure]) : failure);
  return storage;
}

/** The first of several failures, once all are known. */
function firstOf(failures: readonly Promise<Error | undefined>[]): Promise<Error | undefined> {
  if (failures.length === 1) return failures[0]!;
  return Promise.all(failures).then((errors) => errors.find((error) => error !== undefined));
}

/** What an argument is, for a message. */
function describeArray(value: unknown): string {
  const storage = GpuArray.storage(value);
  if (!storage) return describe(value);
  const { shape } = value as GpuArray;
  return `a GpuArray of ${storage.format}, ${shape.join(" x ")}`;
}

/** Checks that a value is a living GpuArray of this engine. */
function checkArray(session: Session, method: string, argument: string, value: unknown): Storage {
  const storage = GpuArray.storage(value);
  if (storage === undefined) {
    throw new TypeError(`${method}: ${argument} must be a GpuArray as x, got ${describe(value)}`);
  }
  if (storage.session !== session) {
    throw new TypeError(
      `${method}: ${argument} must be a GpuArray of this engine, got one of another webgpu engine`,
    );
  }
  if (storage.released) {
    throw new TypeError(`${method}: ${argument} must have its memory, got a disposed GpuArray`);
  }
  return storage;
}

/** Checks that an array goes with x: the same type and shape. */
function checkLike(
  session: Session,
  method: string,
  argument: string,
  value: unknown,
  x: GpuArray,
): Storage {
  const isOut = argument.startsWith("out");
  if (isOut && GpuArray.storage(value) === undefined) {
    throw new RangeError(
      `${method}: ${argument} must be ${describeArray(x)} as x, got ${describe(value)}`,
    );
  }
  const storage = checkArray(session, method, argument, value);
  const shape = (value as GpuArray).shape;
  if (storage.format !== x.format || shape.join() !== x.shape.join()) {
    const message = `${method}: ${argument} must be ${describeArray(x)} as x, got ${
      describeArray(value)
    }`;
    throw storage.format !== x.format && !isOut ? new TypeError(message) : new RangeError(message);
  }
  return storage;
}

/** Checks the arguments of a call on arrays of the GPU and submits it. */
export function computeResident(
  session: Session,
  method: string,
  { kernel, sign }: Method,
  x: unknown,
  upstream: unknown,
  options: unknown,
): readonly GpuArray[] {
  const shape = kernels[kernel];
  const { out, beta } = readOptions(method, options);
  const given = readOut(method, shape.outputs, out);
  session.assertUsable(method); // a getter of the options may have disposed of anything
  const inputs = [checkArray(session, method, "x", x)];
  const array = x as GpuArray;
  if (shape.inputs === 2) inputs.push(checkLike(session, method, "upstream", upstream, array));
  const outputs = checkOut(session, method, given, array);
  const results: GpuArray[] = [];
  const storages = outputs.map((given) => {
    const storage = given?.storage ?? fresh(session, method, array.format, array.shape);
    results.push(given?.array ?? new GpuArray(storage, array.shape));
    return storage;
  });
  const all = [...inputs, ...storages];
  const pass: Pass = {
    work: { kernel, format: array.format, beta: sign * beta },
    parts: inputs[0]!.pieces.map((_, k) => all.map(({ pieces }) => pieces[k]!)),
  };
  const doubts = new Set<Promise<Error | undefined>>();
  for (const { failure } of all) if (failure) doubts.add(failure);
  // Alone, where memory may not exist, or may be used by work that others submit.
  const together = session.owned && all.every(({ sound, exposed }) => sound && !exposed);
  doubts.add(
    together ? session.batch.compute(pass, storages.length) : submitAlone(session, method, pass),
  );
  const failure = firstOf([...doubts]);
  for (const storage of storages) watch(storage, failure);
  return results;
}

/** Submits a kernel by itself, after everything that was called before it. */
function submitAlone(session: Session, method: string, pass: Pass): Promise<Error | undefined> {
  session.batch.flush();
  const [, failure] = session.scoped(method, () => {
    const encoder = session.device.createCommandEncoder();
    session.encode(encoder, [pass]);
    session.submit(encoder);
  });
  return failure;
}

/** The outputs by name, each read once; undefined where none is given. */
function readOut(method: string, outputs: number, out: unknown): [string, unknown][] {
  if (outputs === 1) return [["out", out]];
  if (out === undefined) return [["out.value", undefined], ["out.grad", undefined]];
  if (typeof out !== "object" || out === null) {
    throw new RangeError(`${method}: out must be { value, grad }, got ${describe(out)}`);
  }
  const { value, grad } = out as { value: unknown; grad: unknown };
  return [["out.value", value ?? null], ["out.grad", grad ?? null]];
}

function checkOut(
  session: Session,
  method: string,
  given: readonly [string, unknown][],
  x: GpuArray,
): ({ array: GpuArray; storage: Storage } | undefined)[] {
  const checked = given.map(([name, array]) =>
    array === undefined
      ? undefined
      : { array: array as GpuArray, storage: checkLike(session, method, name, array, x) }
  );
  const [value, grad] = checked;
  if (
    value !== undefined && grad !== undefined && x.length > 0 &&
    value.storage.pieces[0]?.buffer === grad.storage.pieces[0]?.buffer
  ) {
    throw new RangeError(`${method}: out.value and out.grad must not overlap, got the same memory`);
  }
  return checked;
}
