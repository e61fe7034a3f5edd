/**
 * Every implementation of the comparison. README.md says how to add one: the
 * table, the notebooks and the figures take it from this list.
 */
import type { Implementation } from "./implementation.ts";
import { kitRows, naiveForms } from "./kit.ts";
import { copy } from "./copy.ts";
import { formulaOf } from "./naming.ts";
import { jaxJs } from "./jax-js.ts";
import { mathLoop } from "./math-loop.ts";
import { mathjs } from "./mathjs.ts";
import { numba } from "./numba.ts";
import { numpy } from "./numpy.ts";
import { onnxruntimeNode } from "./onnxruntime-node.ts";
import { onnxruntimeWeb } from "./onnxruntime-web.ts";
import { scipy } from "./scipy.ts";
import { stdlib } from "./stdlib.ts";
import { tfjs } from "./tfjs.ts";
import { torch } from "./torch.ts";

/** What needs no library: it is there at once. The quick plan measures these alone. */
export const OWN: readonly Implementation[] = [
  copy,
  naiveForms,
  mathLoop,
  ...kitRows("scalar"),
  ...kitRows("wasm", ["given", "allocated", "own"]),
  ...kitRows("threads", ["given", "allocated", "own"]),
];

/** The libraries that people would use instead. */
export const PEERS: readonly Implementation[] = [
  ...numpy,
  ...scipy,
  ...numba,
  ...torch,
  ...onnxruntimeNode,
  onnxruntimeWeb,
  ...tfjs,
  ...jaxJs,
  stdlib,
  mathjs,
];

/** All of them, in the order in which they load; rounds shuffle them. */
export const IMPLEMENTATIONS: readonly Implementation[] = [...OWN, ...PEERS];

/** The first row of each formula: enough where values count and times do not. */
export const ONE_OF_EACH: readonly Implementation[] = [
  ...Map.groupBy(IMPLEMENTATIONS, formulaOf).values(),
].map((rows) => rows[0]!);
