/**
 * jax-js on its WebAssembly backend: functions compiled by `jit`, arrays that stay in the library.
 *
 * Awaited, a result is made by its workers, on all threads. Read back at once (`dataSync`), it is
 * made on the calling thread.
 */
import type { FloatArray, FunctionName } from "../plans/cases.ts";
import type { Implementation, Inputs, Loaded } from "./implementation.ts";
import type { Gap, Runner } from "../../lab/implementation.ts";
import { threadsAtWork } from "../../lab/race/threads_at_work.ts";
import { identify } from "./naming.ts";
import packages from "../../deno.json" with { type: "json" };

type Jax = typeof import("@jax-js/jax");
type JaxArray = import("@jax-js/jax").Array;
type Compiled = (x: JaxArray) => JaxArray[];

/** On one thread and on all. */
export const jaxJs: readonly Implementation[] = [1, "all"].map((threads): Implementation => {
  const identity = identify({
    kind: "peer",
    library: "jax-js",
    engine: "wasm",
    precision: "",
    memory: "resident",
    pool: threads === 1 ? "1" : "all",
  });
  return {
    ...identity,
    includes: threads === 1
      ? "input stays, output allocated, copy out"
      : "arrays stay, output allocated",
    caveat: "jit, backend wasm; gradients by grad",
    load: () => load(threads === "all"),
  };
});

async function load(all: boolean): Promise<Loaded | Gap> {
  const jax = await import("@jax-js/jax");
  if (!(await jax.init("wasm")).includes("wasm")) return { gap: "no backend wasm" };
  jax.defaultDevice("wasm");
  const item = { fn: "sigmoid", dtype: "f32", distribution: "normal" } as const;
  const x = Float32Array.from({ length: 1_000_000 }, (_, i) => i % 4001 / 200 - 10);
  const inputs = { case: { ...item, rows: 1000, columns: 1000 }, x, out: [] };
  const runner = prepare(jax, all, inputs);
  if ("gap" in runner) return runner;
  await runner.run();
  const threads = await threadsAtWork("self", async () => {
    for (const began = performance.now(); performance.now() - began < 60;) await runner.run();
  });
  runner.dispose?.();
  return {
    version: packages.imports["@jax-js/jax"].split("@").at(-1)!,
    threads,
    prepare: (inputs) => prepare(jax, all, inputs),
  };
}

function prepare(jax: Jax, all: boolean, inputs: Inputs): Runner | Gap {
  const { case: { fn, dtype }, x, value } = inputs;
  const compute = compile(jax, fn);
  const source = fn === "softplusGradKnown" ? value! : x;
  const input = jax.numpy.array(source.slice() as Float32Array<ArrayBuffer>, {
    dtype: dtype === "f32" ? jax.numpy.float32 : jax.numpy.float64,
    shape: [source.length],
  });
  let results: FloatArray[] = [];
  let kept: JaxArray[] = [];
  const release = () => {
    for (const array of kept) array.dispose();
    kept = [];
  };
  // A function consumes its arguments: `ref` is one more reference to give away.
  const run = all
    ? async () => {
      release();
      kept = compute(input.ref);
      await jax.blockUntilReady(kept);
    }
    : () => {
      results = compute(input.ref).map((array) => array.dataSync() as FloatArray);
    };
  return {
    run,
    async output() {
      if (!all) return results;
      return await Promise.all(kept.map(async (array) => await array.ref.data() as FloatArray));
    },
    dispose() {
      release();
      results = [];
      input.dispose();
    },
  };
}

function compile(jax: Jax, fn: FunctionName): Compiled {
  const { nn, numpy: np, grad, jit } = jax;
  const one = (f: (x: JaxArray) => JaxArray): Compiled => {
    const compiled = jit(f as never) as unknown as (x: JaxArray) => JaxArray;
    return (x) => [compiled(x)];
  };
  const gradient = (f: (x: JaxArray) => JaxArray) =>
    one(grad((x: JaxArray) => f(x).sum()) as never);
  switch (fn) {
    case "softplus":
      return one((x) => nn.softplus(x));
    case "sigmoid":
      return one((x) => nn.sigmoid(x));
    case "softplusGrad":
      return gradient((x) => nn.softplus(x));
    case "sigmoidGrad":
      return gradient((x) => nn.sigmoid(x));
    case "softplusGradKnown":
      return one((y) => np.negative(np.expm1(np.negative(y))));
    case "softplusWithGrad": {
      const f = (x: JaxArray) => [nn.softplus(x.ref), nn.sigmoid(x)];
      return jit(f as never) as unknown as Compiled;
    }
  }
}
