/**
 * The figures that the Python lineage published for its own machine, beside those of a run. They
 * are for reference only: another machine, other versions, other inputs.
 */
import { DISTRIBUTIONS } from "../plans/cases.ts";
import { fastestOfEach, timedRows } from "../results/rows.ts";
import { durationText, markdownTable } from "../../lab/show/markdown.ts";
import type { Row } from "../results/schema.ts";

/** A published time. */
export interface Published {
  readonly implementation: string;
  /** Libraries of a run that answer to it. */
  readonly libraries: readonly string[];
  readonly milliseconds: number;
}

/** The CPU notebook of the lineage: softplus of a 2010 x 2010 batch. */
export const LINEAGE: {
  readonly machine: string;
  readonly n: number;
  readonly softplus: readonly Published[];
} = {
  machine: "Intel Core i7-11800H",
  n: 2010,
  softplus: [
    { implementation: "PyTorch", libraries: ["PyTorch"], milliseconds: 18.5 },
    { implementation: "Numba", libraries: ["Numba"], milliseconds: 11.9 },
    { implementation: "TensorFlow", libraries: ["tfjs", "tfjs webgpu"], milliseconds: 5.93 },
  ],
};

/** Published and measured times of softplus of the same size, side by side. */
export function formatLineage(rows: readonly Row[]): string {
  const { machine, n, softplus } = LINEAGE;
  const timed = timedRows(rows, { function: "softplus", sizes: [n] });
  const here = rows[0]?.cpu ?? "this machine";
  const fastest = (names: readonly string[]) => {
    const own = fastestOfEach(timed.filter(({ library }) => names.includes(library)))
      .toSorted((a, b) => a.median_ns - b.median_ns)[0];
    return own ? `${durationText(own.median_ns)} (${own.implementation})` : "not measured";
  };
  const published = softplus.map(({ implementation, libraries, milliseconds }) => [
    implementation,
    `${milliseconds} ms`,
    fastest(libraries),
  ]);
  const kit = fastestOfEach(timed.filter(({ kind }) => kind === "kit"))
    .toSorted((a, b) => a.median_ns - b.median_ns)
    .map(({ implementation, median_ns }) => [
      `softplus-kit, ${implementation}`,
      "–",
      durationText(median_ns),
    ]);
  return [
    markdownTable(
      [`softplus, ${n} × ${n}`, `published, ${machine} (another machine)`, `this run, ${here}`],
      [...published, ...kit],
    ),
    `The published figures are from another machine, with the library versions of their ` +
    `time; this run is of float32 and ${DISTRIBUTIONS.normal.title}. Compare within a ` +
    "column, not across.",
  ].join("\n\n");
}
