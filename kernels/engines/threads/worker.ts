/*
 * What a worker does, and the shared memory in which it finds its work.
 *
 * Messages between threads take a quarter of a millisecond here, atomic operations 10 us. So a worker
 * gets one message, with everything it needs for pieces in slots, and from then on sleeps on a counter
 * of its own; it goes back to its messages only where a memory of jobs comes or goes. Its slots are in
 * the memory of its kernels, so it computes where the piece lies, in place. Who is slow gets fewer
 * pieces: a slot is filled again only when it is done.
 */
import type { FloatArray } from "../matrix.ts";
import type { Runner } from "../wasm/runner.ts";
import type { Home, JobOrders, share } from "./job.ts";

/**
 * States of a slot, to which the tag of the worker that it is for is added: a worker that is being
 * replaced may live on for a while, and must neither take nor finish what is meant for the next one.
 */
export const state = { free: 0, ready: 1, taken: 2, done: 3, failed: 4, tags: 8 } as const;

/** Int32 at the start of the control memory; from `work` on one for each worker. */
export const counter = { done: 0, stop: 1, mail: 2, work: 3 } as const;

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

/** What a worker gets. Slot s is the worker's if s leaves its number when divided by `size`. */
export interface Orders extends JobOrders {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly number: number;
  readonly size: number;
  /** What this worker adds to the states of slots, a multiple of state.tags. */
  readonly tag: number;
  /** Counters, then the fields of every slot. */
  readonly control: Int32Array;
  /** One for each slot of all workers. */
  readonly betas: Float64Array;
  readonly layout: Layout;
  /** Shared memories, and the counter of messages, when the orders were given. */
  readonly homes: readonly News[];
  readonly mail: number;
  readonly constants: JobOrders["constants"] & {
    readonly state: typeof state;
    readonly counter: typeof counter;
    readonly field: typeof field;
  };
}

/** A message after the orders: a memory of jobs, or that one is gone. */
export interface News {
  readonly id: number;
  readonly memory?: WebAssembly.Memory;
}

/** What a worker keeps from message to message. */
export interface Desk {
  readonly orders: Orders;
  readonly runner: Runner;
  readonly homes: Map<number, Home>;
  /** Messages that came, counted as in the counter. */
  received: number;
}

/** Where the slots of a worker lie in its memory, and before them what it says of a failure. */
export interface Layout {
  readonly complaint: number;
  readonly start: number;
  readonly bytes: number;
  readonly apart: number;
}

/** Views of the arrays of a piece, one after the other in the worker's slot of this index. */
export function partsOf(
  buffer: ArrayBufferLike,
  { start, bytes, apart }: Layout,
  index: number,
  wide: boolean,
  arrays: number,
  count: number,
): FloatArray[] {
  const between = Math.floor(bytes / arrays / 64) * 64;
  const parts: FloatArray[] = [];
  for (let k = 0; k < arrays; k++) {
    const at = start + index * apart + k * between;
    parts.push(
      (wide
        ? new Float64Array(buffer, at, count)
        : new Float32Array(buffer, at, count)) as unknown as FloatArray,
    );
  }
  return parts;
}

/**
 * Works until told to stop, or until there is a message to read. Stands on nothing but its arguments:
 * its source text is the worker.
 */
export function work(
  { orders, runner, homes, received }: Desk,
  parts: typeof partsOf,
  shareJobs: typeof share,
): void {
  const { memory, control, betas, layout, number, size, tag, kernels } = orders;
  const { state, counter, field } = orders.constants;
  const mine = counter.work + number;
  const [ready, taken] = [state.ready + tag, state.taken + tag];
  // Into its own memory, length first: the fields may be those of the next worker's piece.
  const complain = (error: unknown) => {
    const text = String(error).slice(0, 200);
    const letters = new Uint16Array(memory.buffer, layout.complaint, 1 + text.length);
    letters[0] = text.length;
    for (let i = 0; i < text.length; i++) letters[1 + i] = text.charCodeAt(i);
  };
  const tell = () => {
    Atomics.add(control, counter.done, 1);
    Atomics.notify(control, counter.done);
  };
  for (;;) {
    const seen = Atomics.load(control, mine);
    if (Atomics.load(control, counter.stop) === 1) return;
    if (Atomics.load(control, counter.mail) !== received) return;
    let found = false;
    for (let slot = number; slot < betas.length; slot += size) {
      const at = counter.work + size + slot * field.length;
      if (Atomics.compareExchange(control, at, ready, taken) !== ready) continue;
      found = true;
      const index = (slot - number) / size;
      let end: number = state.done;
      try {
        const inputs = control[at + field.inputs]!;
        const outputs = control[at + field.outputs]!;
        const count = control[at + field.count]!;
        const wide = control[at + field.wide] === 1;
        const arrays = Math.max(inputs, outputs);
        const views = parts(memory.buffer, layout, index, wide, arrays, count);
        const kernel = kernels[control[at + field.kernel]!]!;
        runner.run(kernel, betas[slot]!, views.slice(0, inputs), views.slice(0, outputs), 0, count);
      } catch (error) {
        complain(error);
        end = state.failed;
      }
      Atomics.compareExchange(control, at, taken, end + tag);
      tell();
    }
    if (shareJobs(orders, homes, complain)) {
      found = true;
      tell();
    }
    if (!found) Atomics.wait(control, mine, seen);
  }
}
