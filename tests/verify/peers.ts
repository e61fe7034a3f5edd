/**
 * The implementations of the benchmark, the textbook's and other people's, as subjects: each
 * library and formula once. They promise nothing; what is found is stored beside the kit's own.
 *
 * A library may keep a copy of its input from `prepare` on, so each block is prepared anew. All are
 * tried on the same declared subset, the quick one, and each alone: some have processes, threads or
 * a device of their own.
 *
 * @module
 */
import type { Case, FloatArray, FunctionName } from "../../bench/cases.ts";
import { type Implementation, isGap, type Loaded as Library } from "../../bench/implementation.ts";
import { IMPLEMENTATIONS } from "../../bench/implementations.ts";
import { makeInputs } from "../../bench/inputs.ts";
import { runOnce } from "../../bench/timing.ts";
import { slug } from "./certificate.ts";
import type { Elementwise, Subject } from "./subjects.ts";

const NAMES = ["softplus", "sigmoid"] as const;

/** Rows that differ from another one only in who allocates the output, or in the threads. */
const again = /, (out|arrays|given|allocated|all threads)(,|$)/;

/** The subject of an implementation. */
export function peerSubject(implementation: Implementation): Subject {
  const { name, kind, precision, includes, caveat } = implementation;
  return {
    id: slug(name),
    engine: slug(name),
    build: "",
    precision: "",
    kind: kind === "textbook" ? "textbook" : "peer",
    formats: ["f32"],
    functions: NAMES,
    roots: [],
    alone: true,
    subsetOnly: true,
    async load() {
      const library = await implementation.load();
      if (isGap(library)) return library;
      const offered = new Set<string>();
      for (const fn of NAMES) if (await offers(library, fn)) offered.add(fn);
      return {
        version: library.version,
        call: [name, precision, includes, caveat].filter((part) => part).join("; "),
        unary: (fn) =>
          fn !== "logSigmoid" && offered.has(fn) ? elementwise(library, fn) : undefined,
        dispose: () => library.dispose?.(),
      };
    },
  };
}

/** Whether the library has the function at all. */
async function offers(library: Library, fn: FunctionName): Promise<boolean> {
  const runner = await prepare(library, fn, new Float32Array(16));
  if (isGap(runner)) return false;
  await runner.dispose?.();
  return true;
}

function prepare(library: Library, fn: FunctionName, x: FloatArray) {
  const shape = { rows: 1, columns: x.length } as const;
  const item: Case = { fn, dtype: "f32", distribution: "normal", ...shape };
  return library.prepare(makeInputs(item, x));
}

function elementwise(library: Library, fn: FunctionName): Elementwise {
  return async (x, out) => {
    const runner = await prepare(library, fn, x);
    if (isGap(runner)) throw new Error(runner.gap);
    try {
      await runOnce(runner);
      const [result] = await runner.output();
      out.set(result!);
    } finally {
      await runner.dispose?.();
    }
  };
}

/** Every implementation of the benchmark that is not the kit's, each formula once. */
export const peers: readonly Subject[] = IMPLEMENTATIONS
  .filter(({ kind, name }) => (kind === "textbook" || kind === "peer") && !again.test(name))
  .map(peerSubject);
