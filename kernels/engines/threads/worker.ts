/*
 * What a worker runs. `deno task build` makes it, with all it imports, one text in
 * embedded_worker.ts, so that a worker needs no file, no permission and no bundler's help.
 */
import type { FloatArray } from "../arrays.ts";
import { createRunner, type Runner } from "../wasm/runner.ts";
import { counter, entryAt, field, type Init, phase, piece, status } from "./protocol.ts";
import type { MemoryMessage } from "./protocol.ts";

interface SharedMemory {
  readonly memory: WebAssembly.Memory;
  readonly runner: Runner;
}

/** What a worker keeps from message to message. */
interface Context extends Init {
  readonly kernels: readonly string[];
  readonly shared: Map<number, SharedMemory>;
  received: number;
}

/** The end of the channel to the calling thread, as Node and the web have it. */
interface Parent {
  on?(event: "message", listener: (message: unknown) => void): void;
  onmessage?: (event: { data: unknown }) => void;
  postMessage(message: string): void;
}

let context: Context | undefined;

function receive(message: unknown): void {
  if (context === undefined) {
    const init = message as Init;
    const kernels = WebAssembly.Module.exports(init.module).map(({ name }) => name);
    context = { ...init, kernels, shared: new Map(), received: init.messages };
    for (const memory of init.memories) receiveMemory(context, memory);
    Atomics.compareExchange(init.status, status.phase, phase.starting, phase.working);
    parent.postMessage("ready");
  } else {
    context.received++;
    try {
      receiveMemory(context, message as MemoryMessage);
    } catch {
      // No room for another instance: others compute what lies in that memory.
    }
  }
  work(context);
}

function receiveMemory({ module, shared }: Context, { id, memory }: MemoryMessage): void {
  if (memory === undefined) shared.delete(id);
  else shared.set(id, { memory, runner: createRunner(module, memory) });
}

/** Computes until told to leave, or until there is a message to read. */
function work(context: Context): void {
  const { control, status: own } = context;
  for (;;) {
    const seen = Atomics.load(control, counter.work);
    if (Atomics.load(own, status.leave) === 1) {
      Atomics.store(own, status.phase, phase.left);
      return tell(control);
    }
    if (Atomics.load(own, status.phase) === phase.left) return;
    if (Atomics.load(control, counter.messages) !== context.received) return;
    if (!lookForWork(context)) Atomics.wait(control, counter.work, seen);
  }
}

function tell(control: Int32Array): void {
  Atomics.add(control, counter.done, 1);
  Atomics.notify(control, counter.done);
}

/** Takes part in every job there is; false where no piece was left. */
function lookForWork(context: Context): boolean {
  const { control, table, status: own, entries, shortEntries } = context;
  let found = false;
  for (let entry = 0; entry < entries; entry++) {
    const at = entryAt(entry, shortEntries);
    if (Atomics.load(table, at + field.open) === 0) continue;
    if (Atomics.load(table, at + field.next) >= table[at + field.pieces]!) continue;
    Atomics.store(own, status.entry, entry + 1);
    // Once more: only from now on the entry cannot go to another job.
    const took = Atomics.load(table, at + field.open) === 1 && computePieces(context, at);
    Atomics.store(own, status.entry, 0);
    if (!took) continue;
    found = true;
    tell(control);
  }
  return found;
}

/** Computes pieces of one job until none is left; false where there was none. */
function computePieces(context: Context, at: number): boolean {
  const { table, id, shared } = context;
  // Where the memory is not known yet, a message that brings it is under way.
  const home = shared.get(table[at + field.memory]!);
  if (home === undefined) return false;
  let compute: ((number: number) => void) | undefined;
  for (let took = false;; took = true) {
    let word: number;
    let number: number;
    do {
      number = Atomics.add(table, at + field.next, 1);
      if (number >= table[at + field.pieces]!) return took;
      word = at + field.words + number;
    } while (Atomics.compareExchange(table, word, piece.free, id) !== piece.free);
    let result: number = piece.done;
    try {
      compute ??= kernelOn(home, context, at);
      compute(number);
    } catch (error) {
      report(context, error);
      result = piece.failed;
    }
    Atomics.store(table, word, result);
  }
}

/** The function that computes a piece of the job in an entry. */
function kernelOn(
  { memory: { buffer }, runner }: SharedMemory,
  { table, kernels }: Context,
  at: number,
): (number: number) => void {
  const count = table[at + field.count]!;
  const step = table[at + field.step]!;
  const kernel = kernels[table[at + field.kernel]!]!;
  const beta = new Float64Array(table.buffer, 4 * (at + field.beta), 1)[0]!;
  const Type = table[at + field.wide] === 1 ? Float64Array : Float32Array;
  let address = at + field.arrays;
  const views = (arrays: number): FloatArray[] => {
    const made: FloatArray[] = [];
    for (let k = 0; k < arrays; k++) {
      made.push(new Type(buffer as ArrayBuffer, table[address++]! >>> 0, count));
    }
    return made;
  };
  const inputs = views(table[at + field.inputs]!);
  const outputs = views(table[at + field.outputs]!);
  return (number) => {
    const begin = number * step;
    runner.run(kernel, beta, inputs, outputs, begin, Math.min(begin + step, count));
  };
}

/** Writes what went wrong where the calling thread finds it. */
function report({ status: own }: Context, error: unknown): void {
  const text = String(error).slice(0, 200);
  const units = new Uint16Array(own.buffer, 4 * status.report, text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  Atomics.store(own, status.reportLength, text.length);
}

const { process, self } = globalThis as unknown as {
  process?: { getBuiltinModule?(name: string): { parentPort?: Parent | null } | undefined };
  self: Parent;
};
const parent: Parent = process?.getBuiltinModule?.("node:worker_threads")?.parentPort ?? self;
if (parent.on) parent.on("message", receive);
else parent.onmessage = ({ data }) => receive(data);
