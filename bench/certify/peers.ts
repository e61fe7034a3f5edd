/**
 * The implementations of the benchmark, the textbook's and other people's, as subjects: each
 * library and formula once. They promise nothing; what is found is stored beside the kit's own.
 *
 * A library may keep a copy of its input from `prepare` on, so each block is prepared anew, and
 * blocks are large, for many a call goes to another process.
 *
 * @module
 */
import type { Case, Dtype, FloatArray, FunctionName } from "../plans/cases.ts";
import type { Implementation, Loaded as Library } from "../peers/implementation.ts";
import { isGap } from "../../lab/implementation.ts";
import { ONE_OF_EACH } from "../peers/implementations.ts";
import { makeInputs } from "../plans/inputs.ts";
import { runOnce } from "../../lab/race/timing.ts";
import { slug } from "../../lab/certify/certificate.ts";
import type { Elementwise, Subject } from "../../lab/certify/subject.ts";

const NAMES = ["softplus", "sigmoid"] as const;

/**
 * What is called, as a reader would write it: softplus, sigmoid. Not every library has both. Here for
 * libraries with several rows; others say it themselves.
 */
const CALLS: Readonly<Record<string, readonly [softplus: string, sigmoid: string]>> = {
  "naive": [
    "every step rounded to the format: log(1 + exp(-|x|)) + max(x, 0)",
    "every step rounded to the format: 1 / (1 + exp(-x))",
  ],
  "numpy-naive": [
    "numpy.log(1 + numpy.exp(-numpy.abs(x))) + numpy.maximum(x, 0)",
    "1 / (1 + numpy.exp(-x))",
  ],
  "numpy-stable": [
    "numpy.log1p(numpy.exp(-numpy.abs(x))) + numpy.maximum(x, 0)",
    "1 / (1 + numpy.exp(-x)) where x >= 0, else t / (1 + t) with t = numpy.exp(x)",
  ],
  "numpy-logaddexp": ["numpy.logaddexp(x, 0)", "numpy.exp(-numpy.logaddexp(0, -x))"],
  "scipy-expit": ["", "scipy.special.expit(x)"],
  "numba-njit": [
    "@njit(cache=True, fastmath=True): log(1 + exp(-abs(x))) + maximum(x, 0)",
    "@njit(cache=True, fastmath=True): 1 / (1 + exp(-x))",
  ],
  "pytorch-1-thread": ["torch.nn.functional.softplus(x)", "torch.sigmoid(x)"],
  "ort-node-1-thread": [
    "onnxruntime-node: a model of one Softplus node",
    "onnxruntime-node: a model of one Sigmoid node",
  ],
  "ort-web": [
    "onnxruntime-web, wasm: a model of one Softplus node",
    "onnxruntime-web, wasm: a model of one Sigmoid node",
  ],
  "tfjs-cpu": ["tf.softplus(x), backend cpu", "tf.sigmoid(x), backend cpu"],
  "tfjs-wasm": ["tf.softplus(x), backend wasm", "tf.sigmoid(x), backend wasm"],
  "tfjs-webgpu": ["tf.softplus(x), backend webgpu", "tf.sigmoid(x), backend webgpu"],
  "jax-js-1-thread": [
    "jax.jit(jax.nn.softplus)(x), backend wasm",
    "jax.jit(jax.nn.sigmoid)(x), backend wasm",
  ],
};

/**
 * Tried on all float32: those that people use most, where that takes minutes and not hours. All
 * others are tried on one declared subset, the quick one.
 */
const EXHAUSTIVE: readonly string[] = [
  "numpy-stable",
  "numpy-logaddexp",
  "scipy-expit",
  "pytorch-1-thread",
  "ort-node-1-thread",
  "tfjs-wasm",
];

/** The subject of an implementation. */
export function peerSubject(implementation: Implementation): Subject {
  const { name, kind, engine, calls } = implementation;
  const id = slug(name);
  return {
    id,
    engine: id,
    build: "",
    precision: "",
    kind: kind === "textbook" ? "textbook" : "peer",
    formats: ["f32", "f64"],
    functions: NAMES,
    // The kit's own textbook forms are the only ones whose sources are here.
    roots: kind === "textbook" ? ["kernels/engines/naive.ts"] : [],
    largeBlocks: true,
    ...(engine === "webgpu" ? { alone: true } : {}),
    ...(EXHAUSTIVE.includes(id) ? {} : { subsetOnly: true }),
    async load() {
      const library = await implementation.load();
      if (isGap(library)) return library;
      const offered = new Set<string>();
      for (const fn of NAMES) {
        for (const dtype of ["f32", "f64"] as const) {
          if (await offers(library, fn, dtype)) offered.add(`${fn} ${dtype}`);
        }
      }
      return {
        version: library.version,
        call: (fn) => {
          const name = fn === "softplus" ? "softplus" : "sigmoid";
          return calls?.[name] ?? CALLS[id]?.[NAMES.indexOf(name)] ?? "";
        },
        unary: (fn, format) =>
          fn !== "logSigmoid" && offered.has(`${fn} ${format}`)
            ? elementwise(library, fn, format)
            : undefined,
        dispose: () => library.dispose?.(),
      };
    },
  };
}

/** Whether the library has the function in the format at all. */
async function offers(library: Library, fn: FunctionName, dtype: Dtype): Promise<boolean> {
  const runner = await prepare(
    library,
    fn,
    dtype,
    new (dtype === "f32" ? Float32Array : Float64Array)(16),
  );
  if (isGap(runner)) return false;
  await runner.dispose?.();
  return true;
}

function prepare(library: Library, fn: FunctionName, dtype: Dtype, x: FloatArray) {
  const item: Case = { fn, dtype, distribution: "normal", rows: 1, columns: x.length };
  return library.prepare(makeInputs(item, x));
}

function elementwise(library: Library, fn: FunctionName, dtype: Dtype): Elementwise {
  return async (x, out) => {
    const runner = await prepare(library, fn, dtype, x);
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

/**
 * Every implementation of the benchmark that is not the kit's, each formula once. Numba's parallel
 * kernels are its njit ones, and gave their bits wherever both were tried.
 */
export const peers: readonly Subject[] = ONE_OF_EACH
  .filter(({ kind, form }) => (kind === "textbook" || kind === "peer") && form !== "parallel")
  .map(peerSubject);
