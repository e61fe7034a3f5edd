/**
 * What is verified: one entry for each engine, build and precision, and any other function that
 * fills an array, as a peer. The verifier, the tests, README.md and the notebook follow this list.
 *
 * @module
 */
import * as kit from "../../mod.ts";
import { createWasm } from "../../kernels/engines/wasm.ts";
import { bytesOf, compile } from "../../kernels/engines/wasm/module.ts";
import { bound, type BoundedEngine, type Precision } from "../bounds.ts";
import type { Methods } from "../engines.ts";
import type { Gap } from "../../bench/implementation.ts";
import { peers } from "./peers.ts";
import { stable } from "./stable.ts";
import { type Format, type FunctionName, FUNCTIONS, isParts, type UnaryName } from "./types.ts";

/** An array of the format in, an array of the same length filled. */
export type Elementwise = (
  x: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
  out: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
) => unknown;

/** A subject that is there. */
export interface Loaded {
  /** Version of the library. */
  readonly version: string;
  /** The exact call, as a reader would write it. */
  call(name: FunctionName): string;
  /** The GPU that it runs on, as that names itself. */
  readonly adapter?: string;
  /** The function of one argument, or undefined where the subject has none in the format. */
  unary(name: UnaryName, format: Format): Elementwise | undefined;
  /** The methods of an engine, for the functions that are made of others. */
  readonly methods?: Methods;
  /** Frees a device, workers, a process. */
  dispose?(): unknown;
}

/** One thing to verify. */
export interface Subject {
  /** Unique; the name of its certificates: engine, precision, build. */
  readonly id: string;
  readonly engine: string;
  /** "" or which of several builds of the engine. */
  readonly build: string;
  /** "" for peers, and for an engine whose precisions are one. */
  readonly precision: Precision | "";
  readonly kind: "kit" | "textbook" | "peer";
  readonly formats: readonly Format[];
  readonly functions: readonly FunctionName[];
  /** The promise; peers promise nothing. */
  readonly bound?: (name: UnaryName, format: Format) => number;
  /** The modules whose sources, with all that they import, the certificate is about. */
  readonly roots: readonly string[];
  /** The WebAssembly that it is about beside them. */
  readonly binary?: () => Uint8Array<ArrayBuffer>;
  /** A call costs much whatever its length: it gets long arrays. */
  readonly largeBlocks?: boolean;
  /** One worker alone uses it: it has a device of its own. */
  readonly alone?: boolean;
  /** softplusWithGrad goes ways of its own: it is compared with its parts on every float32. */
  readonly ownWithGrad?: boolean;
  /** Results depend on the machine, so nothing is compared with a certificate of another one. */
  readonly machineBound?: boolean;
  /** Only the quick subset is tried, because all float32 would take hours. */
  readonly subsetOnly?: boolean;
  /** Finds it, or says why it is not here. Called in each worker. */
  load(): Promise<Loaded | Gap>;
}

/** How an engine of the kit becomes subjects. */
interface KitEngine {
  readonly engine: BoundedEngine;
  readonly build?: string;
  /** "" where the precisions are one. */
  readonly precisions: readonly (Precision | "")[];
  readonly formats?: readonly Format[];
  readonly roots: readonly string[];
  readonly binary?: () => Uint8Array<ArrayBuffer>;
  readonly alone?: boolean;
  readonly ownWithGrad?: boolean;
  readonly machineBound?: boolean;
  open(): Promise<Opened | Gap>;
}

/** An engine that runs. */
interface Opened {
  readonly methods: Methods;
  readonly adapter?: string;
  dispose?(): unknown;
}

/** One subject for each precision of an engine of the kit. */
function kitSubjects(
  {
    engine,
    build = "",
    precisions,
    formats,
    roots,
    binary,
    alone,
    ownWithGrad,
    machineBound,
    open,
  }: KitEngine,
) {
  return precisions.map((precision): Subject => ({
    id: [engine, precision, build].filter((part) => part !== "").join("-"),
    engine,
    build,
    precision,
    kind: "kit",
    // float64 has one level, so one of the subjects has it.
    formats: formats ?? (precision === "exact" ? ["f32", "f64"] : ["f32"]),
    functions: FUNCTIONS,
    bound: (name, format) => bound(format, precision || "exact", 1, engine, name),
    roots,
    ...(binary ? { binary } : {}),
    ...(alone ? { alone } : {}),
    ...(ownWithGrad ? { ownWithGrad } : {}),
    ...(machineBound ? { machineBound } : {}),
    async load() {
      const opened = await open();
      if ("gap" in opened) return opened;
      const { methods } = opened;
      const level = precision === "" ? {} : { precision };
      return {
        ...opened,
        version: (await import("../../deno.json", { with: { type: "json" } })).default.version,
        call: (name) =>
          `${engine}.${name}(x, { out${precision && `, precision: "${precision}"`} })`,
        unary: (name) => (x, out) => methods[name](x, { out, ...level }),
      };
    },
  }));
}

/** The engines of the kit. */
const engines: readonly Subject[] = [
  ...kitSubjects({
    engine: "scalar",
    precisions: ["exact", "fast"],
    roots: ["kernels/engines/scalar.ts"],
    open: () => Promise.resolve({ methods: kit.scalar as unknown as Methods }),
  }),
  ...wasmSubjects("fused"),
  ...wasmSubjects("plain"),
  ...kitSubjects({
    engine: "webgpu",
    precisions: [""],
    formats: ["f32"],
    roots: ["kernels/engines/webgpu/pipelines.ts", "kernels/engines/webgpu/beta.ts"],
    alone: true,
    machineBound: true,
    open: openGpu,
  }),
];

/** A build of the WebAssembly engine. exact has the same steps in both, but not the same roundings. */
function wasmSubjects(build: "fused" | "plain"): readonly Subject[] {
  return kitSubjects({
    engine: "wasm",
    build,
    precisions: ["exact", "fast"],
    roots: ["kernels/engines/wasm/runner.ts", "kernels/engines/wasm/kernel_of.ts"],
    binary: () => bytesOf(build === "fused"),
    ownWithGrad: true,
    open() {
      const fused = build === "fused";
      if (compile(fused) === undefined) {
        return Promise.resolve({ gap: "relaxed SIMD is not fused on this machine" });
      }
      return Promise.resolve({ methods: createWasm({ fused }) as unknown as Methods });
    },
  });
}

/** A GPU, or why there is none. */
async function openGpu(): Promise<Opened | Gap> {
  try {
    const gpu = await kit.webgpu();
    const { adapter } = gpu;
    return { methods: gpu as unknown as Methods, adapter, dispose: () => gpu.dispose() };
  } catch (error) {
    if (error instanceof kit.WebGpuUnavailableError) return { gap: error.message };
    throw error;
  }
}

/** Every subject. */
export const subjects: readonly Subject[] = [...engines, stable, ...peers];

/** The subject with this name. */
export function subjectOf(id: string): Subject {
  const subject = subjects.find((one) => one.id === id);
  if (subject === undefined) throw new RangeError(`no subject is named ${id}`);
  return subject;
}

/** Whether a subject has a function in a format. */
export function covers(subject: Subject, name: FunctionName, format: Format): boolean {
  return subject.formats.includes(format) && subject.functions.includes(name) &&
    !(isParts(name) && subject.kind !== "kit");
}

/** Whether a function is compared with its parts on every float32. */
export function isWhole({ ownWithGrad }: Subject, name: FunctionName): boolean {
  return ownWithGrad === true && name === "softplusWithGrad";
}
