/* The memories of jobs that workers know, as long as the program holds an array in them. */
import type { News } from "./worker.ts";

/** Gives memories numbers, and tells of those that come and go. */
export class Homes {
  readonly #ids = new WeakMap<WebAssembly.Memory, number>();
  readonly #living = new Map<number, WeakRef<WebAssembly.Memory>>();
  readonly #gone: FinalizationRegistry<number>;
  readonly #announce: (news: News) => void;
  #last = 0;

  constructor(announce: (news: News) => void) {
    this.#announce = announce;
    this.#gone = new FinalizationRegistry((id) => {
      this.#living.delete(id);
      announce({ id });
    });
  }

  /** The number by which workers know a memory. */
  idOf(memory: WebAssembly.Memory): number {
    const known = this.#ids.get(memory);
    if (known !== undefined) return known;
    const id = ++this.#last;
    this.#ids.set(memory, id);
    this.#living.set(id, new WeakRef(memory));
    this.#gone.register(memory, id);
    this.#announce({ id, memory });
    return id;
  }

  /** What a new worker must know. */
  all(): News[] {
    return [...this.#living].flatMap(([id, reference]) => {
      const memory = reference.deref();
      return memory === undefined ? [] : [{ id, memory }];
    });
  }
}
