/*
 * What a worker does, and the shared memory in which it finds its work.
 *
 * Messages between threads take a quarter of a millisecond here, atomic operations 10 us. So a worker
 * gets one message, with everything it will ever need, and from then on sleeps on a counter. Slots
 * hold pieces; a worker that finds one ready takes it, computes in place and marks it done. Who is
 * slow takes fewer.
 */
import type { FloatArray } from "../matrix.ts";
import type { Runner } from "../wasm/runner.ts";

/** States of a slot. A taken one holds `taken` + the number of the worker. */
export const state = { free: 0, ready: 1, done: 2, failed: 3, taken: 4 } as const;

/** Int32 at the start of the control memory. */
export const counter = { work: 0, done: 1, stop: 2, length: 4 } as const;

/** Int32 for each slot, after the counters. */
export const field = {
  state: 0,
  kernel: 1,
  wide: 2,
  count: 3,
  inputs: 4,
  outputs: 5,
  length: 8,
} as const;

/** What a worker gets. */
export interface Orders {
  readonly module: WebAssembly.Module;
  readonly kernels: readonly string[];
  readonly number: number;
  /** Counters, then the fields of every slot. */
  readonly control: Int32Array;
  /** One for each slot. */
  readonly betas: Float64Array;
  readonly slots: readonly SharedArrayBuffer[];
  readonly constants: {
    readonly state: typeof state;
    readonly counter: typeof counter;
    readonly field: typeof field;
  };
}

/** Views of the arrays of a piece, one after the other in its slot. */
export function partsOf(
  slot: SharedArrayBuffer,
  wide: boolean,
  arrays: number,
  count: number,
): FloatArray[] {
  const apart = Math.floor(slot.byteLength / arrays / 64) * 64;
  const parts: FloatArray[] = [];
  for (let k = 0; k < arrays; k++) {
    parts.push(
      (wide
        ? new Float64Array(slot, k * apart, count)
        : new Float32Array(slot, k * apart, count)) as unknown as FloatArray,
    );
  }
  return parts;
}

/** Works until told to stop. Stands on nothing but its arguments: its source text is the worker. */
export function work(
  orders: Orders,
  runner: Runner,
  parts: typeof partsOf,
): void {
  const { control, betas, slots, number, kernels } = orders;
  const { state, counter, field } = orders.constants;
  for (;;) {
    const seen = Atomics.load(control, counter.work);
    if (Atomics.load(control, counter.stop) === 1) return;
    let found = false;
    for (let s = 0; s < slots.length; s++) {
      const at = counter.length + s * field.length;
      const was = Atomics.compareExchange(control, at, state.ready, state.taken + number);
      if (was !== state.ready) continue;
      found = true;
      let end: number = state.done;
      try {
        const inputs = control[at + field.inputs]!;
        const outputs = control[at + field.outputs]!;
        const arrays = Math.max(inputs, outputs);
        const count = control[at + field.count]!;
        const views = parts(slots[s]!, control[at + field.wide] === 1, arrays, count);
        const kernel = kernels[control[at + field.kernel]!]!;
        runner.run(kernel, betas[s]!, views.slice(0, inputs), views.slice(0, outputs), 0, count);
      } catch (error) {
        const text = String(error).slice(0, 200);
        const letters = new Uint16Array(slots[s]!, 0, text.length);
        for (let i = 0; i < text.length; i++) letters[i] = text.charCodeAt(i);
        control[at + field.count] = text.length;
        end = state.failed;
      }
      Atomics.store(control, at, end);
      Atomics.add(control, counter.done, 1);
      Atomics.notify(control, counter.done);
    }
    if (!found) Atomics.wait(control, counter.work, seen);
  }
}
