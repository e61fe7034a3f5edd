/* How a call is divided among the workers and the calling thread. */
import {
  bufferOf,
  byteOffsetOf,
  copyInto,
  elementBytesOf,
  type FloatArray,
  isGone,
  lengthOf,
  viewOf,
} from "../arrays.ts";
import type { Call } from "../methods.ts";
import { runWasm } from "../wasm.ts";
import type { Arena } from "../wasm/arena.ts";
import { kernelOf } from "../wasm/kernel_of.ts";
import { type JobDescription, stepOf } from "./job.ts";
import type { Pool } from "./pool.ts";
import { mostInSlot, viewsIn } from "./slots.ts";
import { now, yielding } from "./yielding.ts";

/** Milliseconds for which the calling thread watches for the last piece before it sleeps. */
const watching = 0.05;

/** Elements that the calling thread computes at a time where it is alone. */
const chunk = 2 ** 16;

/** Whether the runner computes a call where its arrays are, in `buffer`. */
export function isIn(buffer: ArrayBufferLike, { inputs, outputs }: Call): boolean {
  return [...inputs, ...outputs].every((array) => bufferOf(array) === buffer);
}

/** Computes where the arrays are, on all threads. */
export async function runInPlace(
  pool: Pool,
  call: Call,
  { runner, memory }: Arena,
  smallest: number,
): Promise<void> {
  const { inputs, outputs } = call;
  const length = lengthOf(inputs[0]!);
  const { kernel, beta } = kernelOf(call);
  const compute = (begin: number, end: number) =>
    runner.run(kernel, beta, inputs, outputs, begin, end);
  const others = yielding();
  // What is left would go through tiles: they are the calling thread's.
  const count = length < Math.max(smallest, 1) ? 0 : length - length % 32;
  const entry = count === 0 ? undefined : pool.takeEntry("long");
  if (entry !== undefined) {
    let settled: JobDescription["settled"];
    const ended = new Promise<void>((resolve, reject) => {
      settled = (error) => error === undefined ? resolve() : reject(error);
    });
    // It may be rejected while this thread still lets others run, before it is awaited.
    ended.catch(() => {});
    const job = pool.begin(entry, {
      kernel: pool.kernelNumber(kernel),
      beta,
      wide: elementBytesOf(inputs[0]!) === 8,
      memory: pool.memoryNumber(memory),
      inputs,
      outputs,
      count,
      step: stepOf(count),
      compute,
      settled: settled!,
      isRepeatable: !outputs.some((out) =>
        inputs.some((x) => byteOffsetOf(x) === byteOffsetOf(out))
      ),
    });
    while (job.computeHere()) await others();
    const start = now();
    while (!job.isDone && now() - start < watching);
    pool.collect();
    await ended;
  }
  for (let begin = entry === undefined ? 0 : count; begin < length; begin += chunk) {
    if (pool.ended !== undefined) throw pool.ended;
    compute(begin, Math.min(begin + chunk, length));
    await others();
  }
}

/** Computes arrays from anywhere: pieces are copied into slots, and out of them. */
export async function runCopying(pool: Pool, call: Call, smallest: number): Promise<void> {
  const { inputs, outputs } = call;
  const length = lengthOf(inputs[0]!);
  if (length < Math.max(smallest, 1)) return runWasm(call);
  const most = mostInSlot(Math.max(inputs.length, outputs.length), elementBytesOf(inputs[0]!));
  const fair = Math.max(length / (8 * pool.size), smallest / 8) + 32;
  const step = Math.floor(Math.min(most, fair) / 32) * 32;
  let failure: unknown;
  let underWay = 0;
  let noneUnderWay = () => {};
  const inSlot = slotComputer(pool, call, (error) => {
    failure ??= error;
    if (--underWay === 0) noneUnderWay();
  });
  const others = yielding();
  try {
    for (let begin = 0; begin < length && failure === undefined; begin += step) {
      if (pool.ended !== undefined) throw pool.ended;
      checkMemory(inputs);
      const end = Math.min(begin + step, length);
      const slot = pool.takeEntry("slot");
      if (slot === undefined) {
        runWasm(call, begin, end);
        await others();
        continue;
      }
      underWay++;
      inSlot(slot, begin, end);
      // Where a slot is always free: the workers are many, or another program has this core.
      const pause = others();
      if (pause !== undefined) await pause;
    }
  } catch (error) {
    failure ??= error;
  }
  // Also after a failure: nothing is written once the promise is settled.
  while (pool.computeHere()) await others();
  if (underWay > 0) await new Promise<void>((resolve) => noneUnderWay = resolve);
  if (failure !== undefined) throw failure;
}

/** Refuses inputs that have lost their memory: what a view of them then reads is another's. */
export function checkMemory(inputs: readonly FloatArray[]): void {
  if (inputs.some(isGone)) throw new TypeError("threads: an input lost its memory during the call");
}

/** Makes a function that has a worker compute elements begin to end of a call in a slot. */
function slotComputer(
  pool: Pool,
  call: Call,
  settled: JobDescription["settled"],
): (slot: number, begin: number, end: number) => void {
  const { inputs, outputs } = call;
  const { kernel: name, beta } = kernelOf(call);
  const kernel = pool.kernelNumber(name);
  const memory = pool.memoryNumber(pool.slotMemory);
  const wide = elementBytesOf(inputs[0]!) === 8;
  const arrays = Math.max(inputs.length, outputs.length);
  return (slot, begin, end) => {
    const count = end - begin;
    const views = viewsIn(pool.slotMemory, slot, wide, arrays, count);
    try {
      inputs.forEach((input, k) => copyInto(views[k]!, viewOf(input, begin, end), 0));
      for (const view of views) if (view.length > count) view.fill(0, count);
    } catch (error) {
      pool.giveBack(slot);
      return settled(error);
    }
    let isHere = false;
    const { length } = views[0]!;
    pool.begin(slot, {
      kernel,
      beta,
      wide,
      memory,
      inputs: views.slice(0, inputs.length),
      outputs: views.slice(0, outputs.length),
      count: length,
      step: length,
      compute() {
        checkMemory(inputs);
        isHere = true;
        runWasm(call, begin, end);
      },
      finish() {
        if (isHere) return;
        outputs.forEach((out, k) => {
          const view = views[k]!;
          const result: FloatArray = view.length === count ? view : view.subarray(0, count);
          copyInto(out, result, begin);
        });
      },
      settled,
      isRepeatable: true,
    });
  };
}
