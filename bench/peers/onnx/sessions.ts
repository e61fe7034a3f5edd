/**
 * What the two builds of ONNX Runtime have in common: models of one node for each result, a session
 * for each model, and arrays of the case as tensors, which both builds read without a copy of ours.
 */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { type Case, FUNCTIONS } from "../../plans/cases.ts";
import type { Inputs } from "../implementation.ts";
import type { Gap, Runner } from "../../../lab/implementation.ts";
import { INPUT, onnxModel, outputName } from "./model.ts";

/** The part of `onnxruntime-node` and `onnxruntime-web` that is used. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: InferenceSession.SessionOptions,
    ): Promise<InferenceSession>;
  };
  readonly Tensor: new (
    type: "float32" | "float64",
    data: Float32Array | Float64Array,
    dimensions: readonly number[],
  ) => Tensor;
}

/** Sessions by function and dtype: a model is made, and optimised, once. */
export class Sessions {
  readonly #sessions = new Map<string, Promise<InferenceSession>>();

  /**
   * @param given whether results go into the arrays of the case, where the build fills those
   */
  constructor(
    readonly runtime: OnnxRuntime,
    readonly options: InferenceSession.SessionOptions,
    readonly given: boolean,
  ) {}

  /** Makes a runner, or says why not. */
  async prepare({ case: item, x, out }: Inputs): Promise<Runner | Gap> {
    if (item.fn === "softplusGradKnown") return { gap: "no operator for 1 - exp(-y)" };
    const model = onnxModel(FUNCTIONS[item.fn].results, item.dtype);
    if (!model) return { gap: `no operator for ${item.fn}` };
    let session: InferenceSession;
    try {
      session = await this.#session(item, model);
    } catch (error) {
      return { gap: error instanceof Error ? error.message : String(error) };
    }
    const tensor = (data: typeof x) => {
      const type = item.dtype === "f32" ? "float32" : "float64";
      return new this.runtime.Tensor(type, data, [data.length]);
    };
    const feeds = { [INPUT]: tensor(x) };
    if (this.given) {
      const fetches = Object.fromEntries(out.map((array, i) => [outputName(i), tensor(array)]));
      return {
        run: async () => void await session.run(feeds, fetches),
        output: () => out,
      };
    }
    let results: InferenceSession.ReturnType | undefined;
    return {
      run: async () => void (results = await session.run(feeds)),
      output: () => out.map((_, i) => results![outputName(i)]!.data as typeof x),
    };
  }

  #session({ fn, dtype }: Case, model: Uint8Array): Promise<InferenceSession> {
    const key = `${FUNCTIONS[fn].results} ${dtype}`;
    let session = this.#sessions.get(key);
    if (!session) {
      this.#sessions.set(key, session = this.runtime.InferenceSession.create(model, this.options));
    }
    return session;
  }

  /** Frees them. */
  async dispose(): Promise<void> {
    for (const session of this.#sessions.values()) {
      try {
        await (await session).release();
      } catch {
        // It was never made, which the table says.
      }
    }
    this.#sessions.clear();
  }
}

/** A large softplus, some 40 ms of it, for counting the threads that work on one. */
export async function someWork(sessions: Sessions): Promise<void> {
  const item = { fn: "softplus", dtype: "f32", distribution: "normal" } as const;
  const x = Float32Array.from({ length: 1_000_000 }, (_, i) => i % 4001 / 200 - 10);
  const inputs = { case: { ...item, rows: 1000, columns: 1000 }, x, out: [new Float32Array(1e6)] };
  const runner = await sessions.prepare(inputs);
  if ("gap" in runner) throw new Error(runner.gap);
  for (const began = performance.now(); performance.now() - began < 40;) await runner.run();
}
