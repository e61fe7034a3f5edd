/*
 * Float16Array in and out: the other engines do not have it yet, so its arguments are checked here,
 * and the call goes through arrays on the GPU.
 */
import { readOptions } from "../engine.ts";
import { arrayType, describe } from "../matrix.ts";
import { GpuArray } from "./gpu_array.ts";
import { uploaded } from "./resident.ts";
import type { Session } from "./session.ts";

/** True for a Float16Array whose memory is there. */
export function isFloat16(x: unknown): x is Float16Array {
  return arrayType(x) === "Float16Array" && !isGone(x as Float16Array);
}

function isGone(array: Float16Array): boolean {
  return array.length === 0 && (array.buffer as { detached?: boolean }).detached === true;
}

type Pair<T> = { value: T; grad: T };
type Method = (...args: never[]) => unknown;

/** Uploads, computes and reads back. `method` is one of the engine, which takes GpuArrays as well. */
export async function throughGpu(
  session: Session,
  method: Method,
  inputs: readonly unknown[],
  options: unknown,
): Promise<Float16Array | Pair<Float16Array>> {
  const { out, precision, beta } = readOptions("webgpu", options);
  const x = inputs[0] as Float16Array;
  const check = (argument: string, value: unknown, wrong: typeof TypeError | typeof RangeError) => {
    const Fault = isFloat16(value) ? RangeError : wrong;
    if (!isFloat16(value) || value.length !== x.length) {
      throw new Fault(
        `webgpu: ${argument} must be a Float16Array of length ${x.length} as x, got ${
          describe(value)
        }`,
      );
    }
    return value;
  };
  const arrays = inputs.map((input, k) => k === 0 ? x : check("upstream", input, TypeError));
  session.assertUsable("webgpu");
  const resident = arrays.map((array) => put(session, array));
  const call = method as (...args: unknown[]) => GpuArray | Pair<GpuArray>;
  const made: GpuArray[] = [];
  try {
    if (out === undefined) {
      const result = call(...resident, { precision, beta });
      if (result instanceof GpuArray) {
        made.push(result);
        return await read(result);
      }
      made.push(result.value, result.grad);
      const [value, grad] = await Promise.all([read(result.value), read(result.grad)]);
      return { value, grad };
    }
    const result = call(...resident, { precision, beta });
    const single = result instanceof GpuArray;
    made.push(...single ? [result] : [result.value, result.grad]);
    if (!single && (typeof out !== "object" || out === null)) {
      throw new RangeError(`webgpu: out must be { value, grad }, got ${describe(out)}`);
    }
    const { value, grad } = (single ? { value: out } : out) as Pair<unknown>;
    const targets = single
      ? [check("out", out, RangeError)]
      : [check("out.value", value, RangeError), check("out.grad", grad, RangeError)];
    if (targets[1] && overlap(targets[0]!, targets[1])) {
      throw new RangeError("webgpu: out.value and out.grad must not overlap");
    }
    const contents = await Promise.all(made.map(read));
    targets.forEach((target, k) => target.set(contents[k]!));
    return out as Float16Array;
  } finally {
    [...resident, ...made].forEach((array) => array.dispose());
  }
}

const read = (array: GpuArray): Promise<Float16Array> =>
  array.read() as Promise<unknown> as Promise<Float16Array>;

function overlap(a: Float16Array, b: Float16Array): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength;
}

function put(session: Session, x: Float16Array): GpuArray {
  return new GpuArray(uploaded(session, x, "f16", [x.length]), [x.length]);
}
