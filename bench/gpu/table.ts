/** Results of a GPU as text: GB/s of each row over the number of elements, and the ratios that count. */
import type { Row } from "../results/schema.ts";
import { pairedRatio } from "../../lab/statistics.ts";
import { isCopy, isKernel } from "./frames.ts";

/** All rows of a run, gaps at the end. */
export function formatGpu(rows: readonly Row[]): string {
  const timed = rows.filter(({ gap }) => gap === null);
  const blocks = [...Map.groupBy(timed, (row) => row.function).values()].map(formatBlock);
  const gaps = rows.filter(({ gap }) => gap !== null).map((row) => {
    const where = row.function === null ? "" : `, ${row.function}, ${row.elements} elements`;
    return `not measured: ${row.implementation}${where}: ${row.gap}`;
  });
  return [...blocks, ratios(timed).join("\n"), [...new Set(gaps)].join("\n")]
    .filter((block) => block !== "").join("\n\n");
}

function formatBlock(block: readonly Row[]): string {
  const sizes = [...new Set(block.map((row) => row.elements!))].sort((a, b) => a - b);
  const lines = [...Map.groupBy(block, (row) => row.implementation)].map(([name, rows]) => {
    const cells = sizes.map((size) => {
      const row = rows.find(({ elements }) => elements === size);
      return row ? row.gb_per_s!.toPrecision(3) : "-";
    });
    const errors = rows.map(({ max_ulp, sweep_max_ulp }) =>
      Math.max(max_ulp ?? 0, sweep_max_ulp ?? 0)
    );
    const ulp = rows[0]!.kind === "floor" ? "-" : Math.max(...errors).toPrecision(3);
    return [name, ...cells, ulp];
  });
  const header = ["", ...sizes.map((size) => `2^${Math.log2(size)}`), "max ULP"];
  const table = [header, ...lines];
  const widths = header.map((_, k) => Math.max(...table.map((line) => line[k]!.length)));
  const text = table.map((line) =>
    line.map((cell, k) => k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!)).join("  ")
  );
  return [`${block[0]!.function}: GB/s (median)`, ...text].join("\n");
}

/** At the largest size, in pairs of samples of the same round: median and quartiles. */
function ratios(timed: readonly Row[]): string[] {
  const largest = Math.max(...timed.map((row) => row.elements!));
  const find = (fn: string, which: (row: Row) => boolean) =>
    timed.find((row) => row.function === fn && which(row) && row.elements === largest)?.round_ns;
  const kernel = (row: Row) => isKernel(row);
  const twoPasses = ({ clock, passes }: Row) => clock === "kernel" && passes === 2;
  const line = (what: string, a: number[] | null | undefined, b: number[] | null | undefined) => {
    if (!a || !b) return [];
    const { q1, median, q3 } = pairedRatio(a, b);
    const [low, mid, high] = [q1, median, q3].map((value) => value.toFixed(3));
    return [`2^${Math.log2(largest)} elements, ${what}: ${mid} (${low} to ${high})`];
  };
  return [
    ...["softplus", "sigmoid", "softplusBackward", "softplusWithGrad"].flatMap((fn) =>
      line(
        `${fn}, part of the copy kernel's bandwidth`,
        find(fn, isCopy),
        find(fn, kernel),
      )
    ),
    ...line(
      "value and gradient, one pass over two passes",
      find("softplusWithGrad", kernel),
      find("softplusWithGrad", twoPasses),
    ),
  ];
}
