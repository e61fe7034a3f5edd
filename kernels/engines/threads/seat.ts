/* A worker, its source text, and the memory in which its kernels run and its slots lie. */
import { newMemory } from "../wasm/module.ts";
import { createRunner, heapStart } from "../wasm/runner.ts";
import { owner, share } from "./job.ts";
import type { Port } from "./port.ts";
import { type Layout, partsOf, work } from "./worker.ts";

/**
 * Bytes of a slot: pieces stay in the second-level cache. Of 2^15 to 2^19 bytes and 3 or 6 slots,
 * these were the fastest for 4e6 elements on two cores.
 */
export const slotBytes: number = 2 ** 17;
/** Slots of a worker: it finds work while results are copied. */
export const slotsPerWorker = 6;

// Not apart by a multiple of 4096: see the tiles in wasm/runner.ts.
/** Where slots lie in a memory. */
export const layout: Layout = {
  complaint: heapStart,
  start: heapStart + 512,
  bytes: slotBytes,
  apart: slotBytes + 1088,
};

/** A worker and its memory. */
export interface Seat {
  readonly memory: WebAssembly.Memory;
  /** What is added to the states of its slots. */
  readonly tag: number;
  /** As whom it computes pieces of jobs; every worker that is hired has its own. */
  id: number;
  port?: Port;
}

/** The source text of a worker; `hear` takes a message after the orders. */
export const source = (): string => `
const createRunner = ${createRunner};
let desk;
const hear = ({ id, memory }) => {
  if (memory === undefined) desk.homes.delete(id);
  else desk.homes.set(id, { memory, runner: createRunner(desk.orders.module, memory) });
};
listen((message) => {
  if (desk === undefined) {
    const runner = createRunner(message.module, message.memory);
    desk = { orders: message, runner, homes: new Map(), received: message.mail };
    message.homes.forEach(hear);
    answer("ready");
  } else {
    hear(message);
    desk.received++;
  }
  (${work})(desk, ${partsOf}, ${share});
});`;

/** A memory with slots, for a worker to be hired. */
export const newSeat = (tag: number): Seat => ({
  memory: newMemory(layout.start + slotsPerWorker * layout.apart, true),
  tag,
  id: owner.nobody,
});

/** What a worker of these has said of a failure, once. */
export function complaintOf(seats: readonly Seat[]): Error {
  for (const { memory: { buffer } } of seats) {
    const said = new Uint16Array(buffer, layout.complaint, 256);
    const length = said[0]!;
    if (length === 0) continue;
    said[0] = 0;
    return new Error(
      `threads: a worker failed: ${String.fromCharCode(...said.slice(1, 1 + length))}`,
    );
  }
  return new Error("threads: a worker failed");
}
