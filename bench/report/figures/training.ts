/** Figures of a training: accuracy over epochs, and where the time of an epoch goes. */
import type { Figure, Trace } from "../../../lab/figures/types.ts";
import type { Titles } from "../../../lab/figures/sizes.ts";
import { COLOURS, layoutOf } from "../../../lab/figures/theme.ts";

/** Accuracies after an epoch, from 0 to 1. */
export interface EpochPoint {
  readonly epoch: number;
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
}

/** Seconds of an epoch. */
export interface EpochTime {
  readonly name: string;
  readonly products: number;
  readonly kit: number;
  readonly other: number;
  /** Whether the parts are known, or only their sum, which `other` then is. */
  readonly divided: boolean;
}

const DASHES = ["solid", "dash"];
const MARKERS = ["circle", "square-open"];

/** Accuracy on what is trained on, and on what never is, over epochs. */
export function accuracyOverEpochs(data: readonly EpochPoint[], titles: Titles = {}): Figure {
  const points = data;
  const series = [
    ["training", points.map(({ trainAccuracy }) => trainAccuracy)],
    ["test", points.map(({ testAccuracy }) => testAccuracy)],
  ] as const;
  const least = Math.min(...series.flatMap(([, values]) => values));
  const margin = 2 + 3 * (1 - least);
  const many = points.length > 30;
  return {
    data: series.map(([name, values], i): Trace => ({
      type: "scatter",
      name,
      mode: many ? "lines" : "lines+markers",
      x: points.map(({ epoch }) => epoch),
      y: values.map((value) => 100 * value),
      line: { color: COLOURS[i]!, width: 2.5, dash: DASHES[i]! },
      marker: { color: COLOURS[i]!, symbol: MARKERS[i]!, size: 8 },
      hovertemplate: `${name}, epoch %{x}: %{y:.2f} %<extra></extra>`,
    })),
    layout: layoutOf({
      title: titles.title ?? "Accuracy over epochs",
      subtitle: titles.subtitle,
      x: { title: { text: "epoch" }, dtick: many ? 10 : 1 },
      y: { title: { text: "right (%)" }, range: [100 * least - margin, 100 + margin] },
      entries: series.length,
    }),
  };
}

/**
 * Where the time of an epoch goes, a bar for each engine, the first on top. What the engine itself
 * takes begins at 0, so that it can be compared; the products are the same for all engines of the CPU.
 */
export function epochBars(data: readonly EpochTime[], titles: Titles = {}): Figure {
  const rows = data.toReversed();
  const parts: readonly [string, string, (row: EpochTime) => number][] = [
    ["the kit", COLOURS[0]!, ({ kit }) => kit],
    ["matrix products", COLOURS[5]!, ({ products }) => products],
    ["the rest", "#bbbbbb", (row) => row.divided ? row.other : 0],
    ["all (GPU)", COLOURS[4]!, (row) => row.divided ? 0 : row.other],
  ];
  const shown = parts.filter(([, , value]) => rows.some((row) => value(row) > 0));
  const layout = layoutOf({
    title: titles.title ?? "Time of an epoch",
    subtitle: titles.subtitle,
    x: { title: { text: "seconds" }, range: [0, 1.12 * Math.max(...rows.map(total))] },
    y: { title: { text: "" }, type: "category", showgrid: false },
    entries: shown.length,
    height: 150 + 40 * rows.length,
  });
  return {
    data: shown.map(([name, color, value]): Trace => ({
      type: "bar",
      name,
      orientation: "h",
      x: rows.map(value),
      y: rows.map((row) => row.name),
      marker: { color },
      hovertemplate: `%{y}, ${name}: %{x:.3g} s<extra></extra>`,
    })),
    layout: {
      ...layout,
      barmode: "stack",
      legend: { ...layout.legend as object, traceorder: "normal" },
      annotations: rows.map((row) => ({
        x: total(row),
        y: row.name,
        xanchor: "left",
        showarrow: false,
        xshift: 4,
        text: `${total(row).toPrecision(2)} s`,
      })),
    },
  };
}

function total({ products, kit, other }: EpochTime): number {
  return products + kit + other;
}
