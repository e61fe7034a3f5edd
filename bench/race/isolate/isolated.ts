/**
 * An implementation in an isolate of its own: a worker, begun anew for each function, dtype and
 * distribution, so that what the compiler has learned is of these calls and no others, and a row
 * says what it says whatever was measured before. The clock is in the worker, around the calls.
 */
import type { Case } from "../../plans/cases.ts";
import type { Implementation, Inputs, Loaded } from "../../peers/implementation.ts";
import type { Gap, Runner } from "../../../lab/implementation.ts";
import { isGap } from "../../../lab/implementation.ts";
import type { Answer, Request } from "./protocol.ts";
import { ISOLATED } from "./rows.ts";

/** The same row, measured in isolation if it is one of those that have to be. */
export function isolated(implementation: Implementation): Implementation {
  if (ISOLATED.get(implementation.name) !== implementation) return implementation;
  return { ...implementation, load: () => load(implementation) };
}

async function load(implementation: Implementation): Promise<Loaded | Gap> {
  const loaded = await implementation.load();
  if (isGap(loaded)) return loaded;
  let isolate: Isolate | undefined;
  return {
    ...loaded,
    async prepare(inputs) {
      const kin = kinOf(inputs.case);
      if (isolate?.kin !== kin) {
        isolate?.end();
        isolate = new Isolate(kin);
      }
      return await isolate.prepare(implementation.name, inputs);
    },
    async dispose() {
      isolate?.end();
      await loaded.dispose?.();
    },
  };
}

/** Cases that differ in size alone share an isolate. */
function kinOf({ fn, dtype, distribution }: Case): string {
  return `${fn} ${dtype} ${distribution}`;
}

class Isolate {
  readonly #worker = new Worker(new URL("worker.ts", import.meta.url).href, { type: "module" });
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  #prepared = 0;
  #ended = false;

  constructor(readonly kin: string) {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#waiting?.resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#waiting?.reject(new Error(`its isolate failed: ${event.message}`));
    };
  }

  async prepare(name: string, { case: item, x }: Inputs): Promise<Runner | Gap> {
    const runner = ++this.#prepared;
    // A copy: a view would take all of the array with it on which it looks.
    const { gap } = await this.#ask({ do: "prepare", runner, name, case: item, x: x.slice() });
    if (gap !== undefined) return { gap };
    return {
      run: async () => void await this.#ask({ do: "run", runner }),
      time: async (calls, wake = 0) => (await this.#ask({ do: "time", runner, calls, wake })).ns!,
      output: async () => (await this.#ask({ do: "output", runner })).arrays!,
      dispose: async () => void await this.#ask({ do: "dispose", runner }),
    };
  }

  end(): void {
    this.#ended = true;
    this.#worker.terminate();
    this.#waiting?.reject(new Error("its isolate has ended"));
  }

  async #ask(request: Request): Promise<Answer> {
    if (this.#ended) throw new Error("its isolate has ended");
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(request);
    });
    this.#waiting = undefined;
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}
