/** Several functions one after the other: what it is worth to leave the data on the GPU. */
import { wasm, type WebGpuEngine } from "../../kernels/engines/mod.ts";
import { draws } from "../plans/cases.ts";
import { quartiles } from "../../lab/statistics.ts";
import { align } from "../report/table.ts";

/** A way to compute the chain, and how long it took. */
export interface ChainTime {
  readonly what: string;
  readonly elements: number;
  /** Milliseconds, from the first call to the result in CPU memory. */
  readonly median_ms: number;
  readonly q1_ms: number;
  readonly q3_ms: number;
}

/** softplus, then sigmoid of that, and so on. */
const LINKS = ["softplus", "sigmoid"] as const;

/** Milliseconds of a sample at least. */
const SAMPLE = 30;

/** Times a chain in turn on the CPU, with every result read back, and with the last one only. */
export async function measureChain(
  gpu: WebGpuEngine,
  options: { readonly elements: number; readonly links?: number; readonly samples?: number },
): Promise<ChainTime[]> {
  const { elements, links = 8, samples = 9 } = options;
  const x = draws("normal", "f32", elements) as Float32Array<ArrayBuffer>;
  const names = Array.from({ length: links }, (_, k) => LINKS[k % LINKS.length]!);
  const out = new Float32Array(elements);
  const ways: Readonly<Record<string, () => Promise<Float32Array>>> = {
    "wasm fast, in place": () => {
      out.set(x);
      for (const name of names) wasm[name](out, { out, precision: "fast" });
      return Promise.resolve(out);
    },
    "webgpu, every result read back": async () => {
      let y: Float32Array = x;
      for (const name of names) y = await gpu[name](y);
      return y;
    },
    "webgpu, kept there, one read-back": async () => {
      using a = gpu.upload(x);
      for (const name of names) gpu[name](a, { out: a });
      return await a.read();
    },
  };
  const times = new Map<string, number[]>();
  const calls = new Map<string, number>();
  const first = new Map<string, Float32Array>();
  for (let round = -1; round < samples; round++) { // the first one warms up
    for (const [what, run] of Object.entries(ways)) {
      const count = calls.get(what) ?? 1;
      const began = performance.now();
      let result: Float32Array = x;
      for (let i = 0; i < count; i++) result = await run();
      const took = (performance.now() - began) / count;
      if (round < 0) {
        calls.set(what, Math.ceil(SAMPLE / took));
        first.set(what, result.slice());
      } else times.set(what, [...times.get(what) ?? [], took]);
    }
  }
  // Validated, if late: kept on the GPU or not, the bits are the same.
  const [, every, kept] = [...first.values()];
  if (!every!.every((y, i) => Object.is(y, kept![i]))) throw new Error("the chains differ");
  return [...times].map(([what, list]) => {
    const { q1, median, q3 } = quartiles(list);
    return { what, elements, median_ms: median, q1_ms: q1, q3_ms: q3 };
  });
}

/** The times as text. */
export function formatChain(times: readonly ChainTime[]): string {
  const ms = (value: number) => value.toPrecision(3);
  return align([
    ["", "elements", "ms", "quartiles"],
    ...times.map(({ what, elements, median_ms, q1_ms, q3_ms }) => [
      ...[what, elements.toLocaleString("en"), ms(median_ms), `${ms(q1_ms)} to ${ms(q3_ms)}`],
    ]),
  ]);
}
