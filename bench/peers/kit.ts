/**
 * The kit itself and its textbook forms, as implementations of the benchmark. An engine is one
 * entry of `KIT_ENGINES`; whether its methods return values or promises makes no difference here.
 */
import * as kit from "../../kernels/engines/mod.ts";
import { bound, isBounded, MODULE_ENGINE } from "../../kernels/bounds.ts";
import packages from "../../deno.json" with { type: "json" };
import type { FloatArray } from "../plans/cases.ts";
import { FUNCTIONS } from "../plans/cases.ts";
import type { Implementation, Inputs, Loaded } from "./implementation.ts";
import type { Gap, Runner } from "../../lab/implementation.ts";
import { fillRunner } from "./implementation.ts";
import { identify, kitIdentity } from "./naming.ts";
import { threadsAtWork } from "../../lab/race/threads_at_work.ts";

const VERSION = packages.version;

/** The two levels of float32. */
export type Precision = kit.Precision;

type Done<T> = T | PromiseLike<T>;
type Unary = (
  x: FloatArray,
  options: { out?: FloatArray; precision: Precision },
) => Done<FloatArray>;

/** The methods of an engine that the benchmark calls, synchronous or not. */
export interface Methods {
  softplus: Unary;
  softplusGrad: Unary;
  sigmoid: Unary;
  softplusWithGrad(
    x: FloatArray,
    options: { out?: { value: FloatArray; grad: FloatArray }; precision: Precision },
  ): Done<{ value: FloatArray; grad: FloatArray }>;
  /** Hands out arrays in the engine's own memory, on which calls copy nothing. */
  alloc?(type: Float32ArrayConstructor | Float64ArrayConstructor, length: number): FloatArray;
  /** Gives such an array back. */
  free?(array: FloatArray): void;
}

/** An engine that runs. */
export interface OpenEngine {
  readonly methods: Methods;
  /** Threads that were seen at work. */
  readonly threads: number;
  dispose?(): Done<void>;
}

/** Where the arrays of the kit's calls are. */
export type KitMemory = "given" | "allocated" | "own";

const INCLUDES: Readonly<Record<KitMemory, string>> = {
  given: "output given",
  allocated: "output allocated",
  own: "arrays in the engine's memory, output given",
};

/** What a row of the kit is made from. */
export interface KitRow {
  /** Name of the engine, as `mod.ts` exports it. */
  readonly engine: string;
  readonly precision: Precision;
  readonly memory?: KitMemory;
  /** Value and gradient by softplus and then sigmoid, to hold softplusWithGrad against. */
  readonly twoCalls?: boolean;
  /** Opens the engine, or says why it is not there. */
  open(): Done<OpenEngine | Gap>;
}

/** Makes an implementation of an engine. */
export function kitImplementation(row: KitRow): Implementation {
  const { engine, precision, memory = "given", twoCalls = false, open } = row;
  return {
    ...kitIdentity(engine, precision, memory, twoCalls ? 2 : 1),
    includes: INCLUDES[memory],
    // An engine that is not there yet never comes to be held to a bound.
    bound: (fn, dtype) =>
      bound(
        dtype,
        precision,
        1,
        isBounded(engine) ? engine : MODULE_ENGINE,
        fn === "sigmoid" || fn === "softplusGrad" ? "sigmoid" : "softplus",
      ),
    async load(): Promise<Loaded | Gap> {
      const opened = await open();
      if ("gap" in opened) return opened;
      const { methods, threads } = opened;
      if (memory === "own" && !methods.alloc) {
        await opened.dispose?.();
        return { gap: `${engine} hands out no arrays` };
      }
      return {
        version: VERSION,
        threads,
        prepare: (inputs) =>
          twoCalls
            ? twoCallsRunner(methods, precision, inputs)
            : prepare(methods, precision, memory, inputs),
        dispose: async () => await opened.dispose?.(),
      };
    },
  };
}

function prepare(
  methods: Methods,
  precision: Precision,
  memory: KitMemory,
  inputs: Inputs,
): Runner | Gap {
  const { fn, dtype } = inputs.case;
  if (dtype === "f64" && precision === "fast") return { gap: "float64 has one precision" };
  if (fn === "softplusGradKnown") {
    return { gap: "the kit makes the gradient from x, or with the value: softplusWithGrad" };
  }
  if (fn === "sigmoidGrad") return { gap: "the kit has no gradient of the sigmoid" };
  if (memory === "allocated") return allocatingRunner(methods, precision, inputs);
  if (memory === "given") return fillRunner(inputs, call(methods, precision, inputs));
  const type = dtype === "f32" ? Float32Array : Float64Array;
  const own = [inputs.x, ...inputs.out].map(({ length }) => methods.alloc!(type, length));
  const [x, ...out] = own as [FloatArray, ...FloatArray[]];
  x.set(inputs.x);
  return {
    run: call(methods, precision, { ...inputs, x, out }),
    output: () => out,
    dispose: () => own.forEach((array) => methods.free?.(array)),
  };
}

/** A call that fills given arrays; it returns a promise only if the engine does. */
function call(
  methods: Methods,
  precision: Precision,
  { case: { fn }, x, out: [out, grad] }: Inputs,
): () => void | Promise<void> {
  if (fn === "softplusWithGrad") {
    const options = { out: { value: out!, grad: grad! }, precision };
    return () => methods.softplusWithGrad(x, options) as unknown as void | Promise<void>;
  }
  const method = fn as "softplus" | "softplusGrad" | "sigmoid";
  const options = { out: out!, precision };
  return () => methods[method](x, options) as unknown as void | Promise<void>;
}

/** softplus and then sigmoid, for both results. */
function twoCallsRunner(methods: Methods, precision: Precision, inputs: Inputs): Runner | Gap {
  const { x, out: [value, grad] } = inputs;
  if (inputs.case.fn !== "softplusWithGrad") return { gap: "one call does it" };
  const first = () => methods.softplus(x, { out: value!, precision });
  const second = () => methods.sigmoid(x, { out: grad!, precision });
  return fillRunner(inputs, () => {
    const pending = first();
    if ("then" in pending) return Promise.resolve(pending).then(async () => void await second());
    second();
  });
}

/** Calls that allocate; the latest results are kept, as a caller would keep them. */
function allocatingRunner(
  methods: Methods,
  precision: Precision,
  { case: { fn }, x }: Inputs,
): Runner {
  let results: FloatArray[] = [];
  const options = { precision };
  const keep = (result: FloatArray | { value: FloatArray; grad: FloatArray }) => {
    results = "value" in result ? [result.value, result.grad] : [result];
  };
  const made = fn === "softplusWithGrad"
    ? () => methods.softplusWithGrad(x, options)
    : () => methods[fn as "softplus" | "softplusGrad" | "sigmoid"](x, options);
  return {
    run() {
      const result = made();
      if ("then" in result) return Promise.resolve(result).then(keep);
      keep(result);
    },
    output: () => results,
    dispose: () => void (results = []),
  };
}

/** An engine that `mod.ts` exports as a value. */
function exported(name: string): OpenEngine | Gap {
  const methods = (kit as Readonly<Record<string, unknown>>)[name] as Methods | undefined;
  return methods ? { methods, threads: 1 } : { gap: `this kit has no engine ${name} yet` };
}

/** A pool of threads; all of the machine's unless told. */
export async function openThreads(
  size: number = navigator.hardwareConcurrency,
): Promise<OpenEngine | Gap> {
  const make = (kit as Readonly<Record<string, unknown>>)["threads"] as
    | ((options: { size: number }) => Promise<Methods & AsyncDisposable>)
    | undefined;
  if (!make) return { gap: "this kit has no engine threads yet" };
  const pool = await make({ size });
  const x = Float32Array.from({ length: 1_000_000 }, (_, i) => i % 4001 / 200 - 10);
  const out = new Float32Array(x.length);
  const work = async (milliseconds: number) => {
    const began = performance.now();
    do await pool.softplus(x, { out, precision: "exact" }); while (
      performance.now() - began < milliseconds
    );
  };
  // Once before: the first call compiles.
  await work(0);
  return {
    methods: pool,
    threads: await threadsAtWork("self", () => work(40)),
    dispose: () => pool[Symbol.asyncDispose](),
  };
}

/** How each engine of the kit is opened. */
export const KIT_ENGINES: Readonly<Record<string, () => Done<OpenEngine | Gap>>> = {
  scalar: () => exported("scalar"),
  wasm: () => exported("wasm"),
  threads: () => openThreads(),
};

/** How an engine is opened that a command line names; "threads(2)" is a pool of that size. */
export function openerOf(engine: string): (() => Done<OpenEngine | Gap>) | undefined {
  const size = /^threads\((\d+)\)$/.exec(engine)?.[1];
  return size === undefined ? KIT_ENGINES[engine] : () => openThreads(Number(size));
}

/** The rows of an engine: both precisions, each with the kinds of memory asked for. */
export function kitRows(
  engine: string,
  memories: readonly KitMemory[] = ["given"],
): readonly Implementation[] {
  const open = KIT_ENGINES[engine]!;
  return (["exact", "fast"] as const).flatMap((precision) =>
    memories.map((memory) => kitImplementation({ engine, precision, memory, open }))
  );
}

/** The lineage's simplest NumPy formulas, in plain TypeScript. */
export const naiveForms: Implementation = {
  ...identify({ kind: "textbook", library: "naive", precision: "", memory: "given" }),
  includes: "output given",
  caveat: "log(1 + exp(-|x|)) + max(x, 0) and 1 / (1 + exp(-x))",
  load: () => Promise.resolve({ version: VERSION, threads: 1, prepare: prepareNaive }),
};

function prepareNaive(inputs: Inputs): Runner | Gap {
  const { case: { fn, dtype }, x, value } = inputs;
  const out = inputs.out[0]!;
  switch (fn) {
    case "softplus":
      return fillRunner(inputs, () => void kit.naive.softplus(x, { out }));
    case "softplusGrad":
      return fillRunner(inputs, () => void kit.naive.softplusGrad(x, { out }));
    case "sigmoid":
      return fillRunner(inputs, () => void kit.naive.sigmoid(x, { out }));
    case "softplusGradKnown": {
      // The lineage's form, rounded at every step as NumPy rounds; the kit has no such function.
      const y = value!;
      const round = dtype === "f32" ? Math.fround : (number: number) => number;
      return fillRunner(inputs, () => {
        for (let i = 0; i < y.length; i++) out[i] = 1 - round(Math.exp(-y[i]!));
      });
    }
    default:
      return { gap: `no textbook form for ${FUNCTIONS[fn].title}` };
  }
}
