/** The committed measurements of GPUs, and what a notebook shows of them. */
import { readResults, type Row } from "../results/schema.ts";
import { referenceFiles } from "../results/files.ts";
import { pairedRatio } from "../../lab/statistics.ts";
import { align } from "../report/table.ts";
import type { GpuTiming } from "../../lab/figures/elements.ts";
import { GPU_FUNCTIONS, GPU_NAMES, type GpuFunction } from "./functions.ts";

/** The results of one GPU. */
export interface GpuResults {
  /** The GPU, as it names itself. */
  readonly adapter: string;
  readonly rows: readonly Row[];
}

/** Every `bench/reference/gpu-*.parquet`, in the order of the names. */
export function loadGpuResults(folder?: URL): GpuResults[] {
  return referenceFiles(/^gpu-.*\.parquet$/, folder).map((path) => gpuResults(readResults(path)));
}

/** Results with the adapter that their rows name. */
export function gpuResults(rows: readonly Row[]): GpuResults {
  const { adapter } = rows.find(({ engine }) => engine === "webgpu") ?? {};
  return { adapter: adapter || "an unnamed GPU", rows };
}

/** One line for each run: the machine, when, and the libraries that were not there. */
export function formatGpuRuns(results: readonly GpuResults[]): string {
  return align([
    ["adapter", "beside", "elements", "date", "not measured"],
    ...results.map(({ adapter, rows }) => {
      const { cpu, cores, date } = rows[0]!;
      const sizes = rows.flatMap(({ elements }) => elements ?? []).map(Math.log2);
      const gaps = new Set(rows.filter(({ gap }) => gap !== null).map(({ library }) => library));
      const missing = [...gaps].filter((library) =>
        !rows.some((row) => row.library === library && row.gap === null)
      );
      return [
        adapter,
        `${cpu}, ${cores} cores`,
        `2^${Math.min(...sizes)} to 2^${Math.max(...sizes)}`,
        (date ?? "").slice(0, 10),
        missing.join(", "),
      ];
    }),
  ]);
}

/** The timed rows of a function, for the figures over the number of elements. */
export function gpuTimings(
  { rows }: GpuResults,
  fn: GpuFunction,
  which: (row: Row) => boolean = () => true,
): GpuTiming[] {
  return rows.filter((row) => row.gap === null && row.function === fn && which(row)).map((row) => ({
    implementation: row.implementation,
    kind: row.kind,
    family: row.clock === "cpu" ? row.library : `${row.library} ${row.clock}`,
    engine: row.engine,
    // On the GPU the colour says what was timed; there is one precision.
    precision: row.clock === "cpu" ? row.precision : "",
    wrong: row.wrong_input !== null,
    elements: row.elements!,
    median_ns: row.median_ns!,
    q1_ns: row.q1_ns!,
    q3_ns: row.q3_ns!,
    gb_per_s: row.gb_per_s!,
  }));
}

/** CPU engines, and whole calls of the GPU: times that may be compared. */
export const wholeCalls = (row: Row): boolean =>
  row.clock === "cpu" || (row.clock === "completion" || row.clock === "transfers") &&
    row.kind !== "floor" && row.passes === 1;

/** Kernel time of the kit, and of the copy. */
export const kernelTimes = (row: Row): boolean => isKernel(row) || isCopy(row);

/** The kit on the GPU, one pass, by the GPU's clock unless told otherwise. */
export const isKernel = ({ kind, engine, clock, passes }: Row, by = "kernel"): boolean =>
  kind === "kit" && engine === "webgpu" && clock === by && passes === 1;

/** The copy by WebGPU; Python's libraries have one of their own. */
export const isCopy = ({ kind, library, clock }: Row): boolean =>
  kind === "floor" && library === "WebGPU copy" && clock === "kernel";

/** From how many elements on a GPU was faster than a CPU engine; undefined: at no measured size. */
export interface BreakEven {
  readonly adapter: string;
  readonly fn: GpuFunction;
  readonly cpu: string;
  readonly resident: number | undefined;
  readonly transfers: number | undefined;
}

/** Break-even sizes: the least size from which on the median of the GPU is the lower one. */
export function breakEven(results: GpuResults): BreakEven[] {
  const cpus = [
    ...new Set(
      results.rows.filter(({ clock }) => clock === "cpu")
        .map(({ implementation }) => implementation),
    ),
  ];
  return GPU_NAMES.flatMap((fn) => {
    const of = (which: (row: Row) => boolean) =>
      new Map(gpuTimings(results, fn, which).map((row) => [row.elements, row.median_ns]));
    const from = (gpu: Map<number, number>, cpu: Map<number, number>) => {
      const sizes = [...gpu.keys()].filter((size) => cpu.has(size)).sort((a, b) => b - a);
      let least: number | undefined;
      for (const size of sizes) {
        if (gpu.get(size)! >= cpu.get(size)!) break;
        least = size;
      }
      return least;
    };
    const resident = of((row) => isKernel(row, "completion"));
    const transfers = of((row) => isKernel(row, "transfers"));
    return cpus.map((cpu): BreakEven => {
      const times = of(({ clock, implementation }) => clock === "cpu" && implementation === cpu);
      return {
        adapter: results.adapter,
        fn,
        cpu,
        resident: from(resident, times),
        transfers: from(transfers, times),
      };
    });
  });
}

/** Break-even sizes as text. */
export function formatBreakEven(results: readonly GpuResults[]): string {
  const lines = results.flatMap((one) => {
    const largest = Math.max(...one.rows.map(({ elements }) => elements ?? 0));
    const size = (elements: number | undefined) =>
      elements === undefined ? `not up to 2^${Math.log2(largest)}` : `2^${Math.log2(elements)}`;
    return breakEven(one).map(({ adapter, fn, cpu, resident, transfers }) => [
      ...[adapter, fn, cpu, size(resident), size(transfers)],
    ]);
  });
  return align([["", "", "faster than", "on the GPU, from", "with transfers, from"], ...lines]);
}

/** The part of the copy kernel's bandwidth that each function reaches at the largest size. */
export function formatBandwidth(results: readonly GpuResults[]): string {
  const lines = results.flatMap(({ adapter, rows }) =>
    GPU_NAMES.flatMap((fn) => {
      const timed = rows.filter((row) => row.gap === null && row.function === fn);
      const largest = Math.max(...timed.map(({ elements }) => elements!));
      const at = (which: (row: Row) => boolean) =>
        timed.find((row) => which(row) && row.elements === largest);
      const [copy, kernel] = [at(isCopy), at((row) => isKernel(row))];
      if (!copy?.round_ns || !kernel?.round_ns) return [];
      const { q1, median, q3 } = pairedRatio(copy.round_ns, kernel.round_ns);
      const { reads, writes } = GPU_FUNCTIONS[fn];
      return [[
        ...[adapter, fn, `2^${Math.log2(largest)}`, `${reads} in, ${writes} out`],
        ...[copy, kernel].map(({ gb_per_s }) => gb_per_s!.toPrecision(3)),
        `${(100 * median).toFixed(0)} %`,
        `${(100 * q1).toFixed(0)} to ${(100 * q3).toFixed(0)} %`,
      ]];
    })
  );
  const header = ["", "", "elements", "arrays", "copy GB/s", "kernel GB/s", "part", "quartiles"];
  return align([header, ...lines]);
}
