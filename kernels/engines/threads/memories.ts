/* The shared memories that workers know, as long as the program holds an array in them. */
import type { MemoryMessage } from "./protocol.ts";

/** Gives memories numbers, and tells workers of those that come and go. */
export class Memories {
  readonly #ids = new WeakMap<WebAssembly.Memory, number>();
  readonly #living = new Map<number, WeakRef<WebAssembly.Memory>>();
  readonly #collected: FinalizationRegistry<number>;
  readonly #send: (message: MemoryMessage) => void;
  #last = 0;

  constructor(send: (message: MemoryMessage) => void) {
    this.#send = send;
    this.#collected = new FinalizationRegistry((id) => {
      this.#living.delete(id);
      send({ id });
    });
  }

  /** The number by which workers know a memory. */
  idOf(memory: WebAssembly.Memory): number {
    const known = this.#ids.get(memory);
    if (known !== undefined) return known;
    const id = ++this.#last;
    this.#ids.set(memory, id);
    this.#living.set(id, new WeakRef(memory));
    this.#collected.register(memory, id);
    this.#send({ id, memory });
    return id;
  }

  /** What a new worker must know. */
  all(): MemoryMessage[] {
    return [...this.#living].flatMap(([id, reference]) => {
      const memory = reference.deref();
      return memory === undefined ? [] : [{ id, memory }];
    });
  }
}
