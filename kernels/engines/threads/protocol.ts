/*
 * The memory through which threads divide their work.
 *
 * A job is one kernel over arrays in one shared memory, cut into pieces. It stands in an entry of the
 * job table: a header, and one word for each piece that says who has it. Threads take pieces by
 * compare-and-exchange until none is left. A worker writes into its own status which entry it is in;
 * an entry goes to another job only when no worker is in it, so nothing changes under a reader. A
 * piece is taken back only from a worker that is known to have ended: nobody writes late.
 *
 * Messages between threads take a quarter of a millisecond here, atomic operations 10 us. So a worker
 * gets one message to begin with, sleeps on a counter when there is no work, and goes back to its
 * messages only where a shared memory comes or goes.
 */

/** Int32 that all threads share. */
export const counter = {
  /** Counts what workers have done; the calling thread waits on it. */
  done: 0,
  /** Counts reasons to look for work; workers wait on it. */
  work: 16,
  /** Counts messages about memories. */
  messages: 32,
  length: 48,
} as const;

/** Int32 of one worker, for itself and the calling thread; its error report follows. */
export const status = {
  phase: 0,
  /** The entry that the worker is in, plus 1. */
  entry: 1,
  /** Set to 1 where it shall take no more work. */
  leave: 2,
  /** Length of the report in UTF-16 units, 256 at most, and where they begin. */
  reportLength: 3,
  report: 16,
  length: 144,
} as const;

/** A worker begins by 0 -> 1 and leaves by 1 -> 2; who has left never computes again. */
export const phase = { starting: 0, working: 1, left: 2 } as const;

/** Int32 of an entry's header; the words of its pieces follow. */
export const field = {
  /** 1 while pieces may be taken; written last. */
  open: 0,
  kernel: 1,
  wide: 2,
  memory: 3,
  inputs: 4,
  outputs: 5,
  /** Addresses of the inputs, then of the outputs. */
  arrays: 6,
  count: 10,
  step: 11,
  pieces: 12,
  /** The next piece that nobody has asked for. */
  next: 13,
  /** A float64. */
  beta: 14,
  words: 16,
} as const;

/** What a piece's word says; other numbers are the worker's that computes it. */
export const piece = { free: 0, done: -1, failed: -2, caller: -3 } as const;

/** Pieces of a job, at most. */
export const mostPieces = 2048;

/** Int32 from one of the first entries, which are for jobs of one piece, to the next. */
const shortEntry = 32;
const longEntry: number = field.words + mostPieces;

/** Where an entry begins in a table that has so many short ones. */
export function entryAt(entry: number, short: number): number {
  return entry < short ? entry * shortEntry : short * shortEntry + (entry - short) * longEntry;
}

/** The first message of a worker. */
export interface Init {
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly control: Int32Array;
  readonly status: Int32Array;
  readonly table: Int32Array;
  readonly entries: number;
  readonly shortEntries: number;
  /** The memories there are, and the counter of messages at that time. */
  readonly memories: readonly MemoryMessage[];
  readonly messages: number;
  /** Closes when the worker's thread has ended. */
  readonly lifeline: MessagePort;
}

/** Every later message: a memory of jobs, or that one is gone. */
export interface MemoryMessage {
  readonly id: number;
  readonly memory?: WebAssembly.Memory;
}
