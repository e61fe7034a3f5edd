/* Calls on arrays that stay on the GPU: nothing is awaited, nothing read back. */
import { type KernelName, readOptions } from "../engine.ts";
import { describe } from "../matrix.ts";
import { elementBytes, GpuArray, type GpuShape, type Storage } from "./gpu_array.ts";
import type { GpuFormat } from "./pipelines.ts";
import type { Piece, Session } from "./session.ts";

/** Memory for an array, cut into pieces that bindings can reach. */
export function allocate(
  session: Session,
  format: GpuFormat,
  shape: GpuShape,
): { pieces: Piece[] } {
  const total = shape.reduce((a: number, b) => a * b, 1) * elementBytes[format];
  const pieces: Piece[] = [];
  for (let from = 0; from < total; from += session.limits.pieceBytes) {
    const bytes = Math.min(session.limits.pieceBytes, total - from);
    pieces.push({ buffer: session.pool.take("storage", Math.max(bytes, 16)), offset: 0, bytes });
  }
  return { pieces };
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
  kernel: KernelName,
  sign: number,
  args: readonly [x: unknown, upstream?: unknown],
  options: unknown,
): readonly GpuArray[] {
  const { out, beta } = readOptions(method, options);
  const inputs = args.map((value, k) =>
    checkArray(session, method, k === 0 ? "x" : "upstream", value)
  );
  const x = args[0] as GpuArray;
  if (args.length === 2) checkLike(session, method, "upstream", args[1], x);
  const outputs = readOut(session, method, kernel, out, x);
  const results: GpuArray[] = [];
  const storages: Storage[] = [];
  const before = [...inputs, ...outputs.flatMap((given) => given ? [given.storage] : [])]
    .map((storage) => storage.failure);
  const [, failure] = session.scoped(method, () => {
    for (const given of outputs) {
      const storage = given?.storage ?? fresh(session, x.format, x.shape);
      storages.push(storage);
      results.push(given?.array ?? new GpuArray(storage, x.shape));
    }
    session.batch.flush();
    const encoder = session.device.createCommandEncoder();
    const pass = session.beginPass(encoder);
    const work = { kernel, format: x.format, beta: sign * beta };
    inputs[0]!.pieces.forEach((_, k) => {
      session.dispatch(pass, work, [...inputs, ...storages].map(({ pieces }) => pieces[k]!));
    });
    pass.end();
    session.submit(encoder);
  });
  const all = Promise.all([...before, failure])
    .then((errors) => errors.find((error) => error !== undefined));
  for (const storage of storages) storage.failure = all;
  return results;
}

function readOut(
  session: Session,
  method: string,
  kernel: KernelName,
  out: unknown,
  x: GpuArray,
): ({ array: GpuArray; storage: Storage } | undefined)[] {
  const pair = kernel === "softplusWithGrad";
  if (out === undefined) return pair ? [undefined, undefined] : [undefined];
  const check = (name: string, array: unknown) => ({
    array: array as GpuArray,
    storage: checkLike(session, method, name, array, x),
  });
  if (!pair) return [check("out", out)];
  if (typeof out !== "object" || out === null) {
    throw new RangeError(`${method}: out must be { value, grad }, got ${describe(out)}`);
  }
  const { value, grad } = out as { value: unknown; grad: unknown };
  const checked = [check("out.value", value), check("out.grad", grad)] as const;
  if (
    checked[0].storage.pieces[0]?.buffer === checked[1].storage.pieces[0]?.buffer && x.length > 0
  ) {
    throw new RangeError(`${method}: out.value and out.grad must not overlap, got the same memory`);
  }
  return [...checked];
}

/** Memory of the pool's, for a new array. */
export function fresh(session: Session, format: GpuFormat, shape: GpuShape): Storage {
  const { pieces } = allocate(session, format, shape);
  const failure = Promise.resolve(undefined);
  return { session, format, pieces, owned: true, failure, released: false, exposed: false };
}
