/**
 * What is certified: one entry for each engine, build and precision, and every peer. Workers load this
 * module by its address; the tests, README.md and the notebook follow the list.
 *
 * @module
 */
import * as kit from "../../kernels/engines/mod.ts";
import { createWasm } from "../../kernels/engines/wasm.ts";
import { bytesOf, compile } from "../../kernels/engines/wasm/module.ts";
import { bound, type BoundedEngine, type Precision } from "../../kernels/bounds.ts";
import type { Methods } from "../../lab/methods.ts";
import type { Gap } from "../../lab/implementation.ts";
import { peers } from "./peers.ts";
import { stable } from "./stable.ts";
import { provideSubjects, type Subject } from "../../lab/certify/subject.ts";
import { type Format, FUNCTIONS } from "../../lab/certify/types.ts";

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

provideSubjects(subjects);
