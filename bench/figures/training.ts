/** Figures of a training: accuracy over epochs, losses that may end, where the time of an epoch goes. */
import type { Axis, Figure, Records, Trace } from "./types.ts";
import { records } from "./types.ts";
import { decadeAxis, numberLabel } from "./axes.ts";
import type { Titles } from "./sizes.ts";
import { COLOURS, layoutOf } from "./theme.ts";

/** Accuracies after an epoch, from 0 to 1. */
export interface EpochPoint {
  readonly epoch: number;
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
}

/** Values of one form of the loss, over z or over the steps; they may be infinite or NaN. */
export interface LossCurve {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
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

const DASHES = ["solid", "dash", "dot"];
const MARKERS = ["circle", "square-open"];

/** Accuracy on what is trained on, and on what never is, over epochs. */
export function accuracyOverEpochs(data: Records<EpochPoint>, titles: Titles = {}): Figure {
  const points = records(data);
  const series = [
    ["training", points.map(({ trainAccuracy }) => trainAccuracy)],
    ["test", points.map(({ testAccuracy }) => testAccuracy)],
  ] as const;
  const least = Math.min(...series.flatMap(([, values]) => values));
  return {
    data: series.map(([name, values], i): Trace => ({
      type: "scatter",
      name,
      mode: "lines+markers",
      x: points.map(({ epoch }) => epoch),
      y: values.map((value) => 100 * value),
      line: { color: COLOURS[i]!, width: 2.5, dash: DASHES[i]! },
      marker: { color: COLOURS[i]!, symbol: MARKERS[i]!, size: 8 },
      hovertemplate: `${name}, epoch %{x}: %{y:.2f} %<extra></extra>`,
    })),
    layout: layoutOf({
      title: titles.title ?? "Accuracy over epochs",
      subtitle: titles.subtitle,
      x: { title: { text: "epoch" }, dtick: points.length > 30 ? 10 : 1 },
      y: { title: { text: "right (%)" }, range: [100 * least - 2, 101] },
      entries: series.length,
    }),
  };
}

/**
 * Forms of a loss, logarithmic. Where a value is infinite or NaN the line ends, and crosses
 * above say so.
 *
 * @param axis what x is
 */
export function lossCurves(data: Records<LossCurve>, axis: Axis, titles: Titles = {}): Figure {
  const curves = records(data);
  const y = decadeAxis(
    "loss",
    curves.flatMap((curve) => [...curve.y]),
    numberLabel,
  );
  const [least, greatest] = y.range!;
  const span = greatest - least;
  // The crosses lie above all lines, those of each form in a row of their own.
  const rowOf = (i: number) => 10 ** (greatest + span * (0.06 + 0.05 * (curves.length - 1 - i)));
  const traces = curves.flatMap((curve, i) => [
    lossLine(curve, i, curves.length),
    ...lossCrosses(curve, i, rowOf(i)),
  ]);
  const lost = traces.some(({ mode }) => mode === "markers");
  return {
    data: traces,
    layout: layoutOf({
      title: titles.title ?? "Three ways to write one loss",
      subtitle: titles.subtitle,
      x: axis,
      y: { ...y, range: [least, greatest + (lost ? span * (0.06 + 0.05 * curves.length) : 0)] },
      entries: traces.length,
    }),
  };
}

/** The earlier, the wider: each can be seen below those that are drawn over it. */
function lossLine({ name, x, y }: LossCurve, index: number, count: number): Trace {
  return {
    type: "scatter",
    name,
    mode: "lines",
    x,
    y: y.map((value) => Number.isFinite(value) && value > 0 ? value : null),
    line: {
      color: COLOURS[index]!,
      width: 1.75 + 2 * (count - 1 - index),
      dash: DASHES[index % DASHES.length]!,
      simplify: false,
    },
    legendgroup: name,
    hovertemplate: `${name}<br>%{x:.4g}: %{y:.4g}<extra></extra>`,
  };
}

/** About thirty crosses, the first where the line ends. */
function lossCrosses({ name, x, y }: LossCurve, index: number, at: number): Trace[] {
  const lost = x.filter((_, i) => !Number.isFinite(y[i]));
  if (lost.length === 0) return [];
  const every = Math.max(1, Math.round(x.length / 30));
  const shown = lost.filter((_, i) => i % every === 0);
  return [{
    type: "scatter",
    name: `${name}: ∞ or NaN`,
    mode: "markers",
    x: shown,
    y: shown.map(() => at),
    marker: {
      color: COLOURS[index]!,
      symbol: "x-thin-open",
      size: 8,
      line: { color: COLOURS[index]!, width: 1.5 },
    },
    legendgroup: name,
    hovertemplate: `${name}<br>%{x:.4g}: ∞ or NaN<extra></extra>`,
  }];
}

/** Where the time of an epoch goes, a bar for each engine, the quickest on top. */
export function epochBars(data: Records<EpochTime>, titles: Titles = {}): Figure {
  const rows = records(data).toSorted((a, b) => total(b) - total(a));
  const parts: readonly [string, string, (row: EpochTime) => number][] = [
    ["softplus, sigmoid: the kit", COLOURS[0]!, ({ kit }) => kit],
    ["matrix products", COLOURS[5]!, ({ products }) => products],
    ["the rest: Adam, losses, reading", "#bbbbbb", (row) => row.divided ? row.other : 0],
    ["not divided (GPU)", COLOURS[4]!, (row) => row.divided ? 0 : row.other],
  ];
  const shown = parts.filter(([, , value]) => rows.some((row) => value(row) > 0));
  const layout = layoutOf({
    title: titles.title ?? "Time of an epoch",
    subtitle: titles.subtitle,
    x: { title: { text: "seconds" }, range: [0, 1.12 * Math.max(...rows.map(total))] },
    y: { title: { text: "" }, type: "category", showgrid: false },
    entries: shown.length,
    height: 190 + 40 * rows.length,
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
      legend: {
        orientation: "h",
        x: 0,
        xanchor: "left",
        y: -0.18 - 0.3 / rows.length,
        yanchor: "top",
        traceorder: "normal",
      },
      margin: { ...layout.margin as object, b: 110 },
      annotations: rows.map((row) => ({
        ...{ x: total(row), y: row.name, xanchor: "left", showarrow: false, xshift: 4 },
        text: `${total(row).toPrecision(2)} s`,
      })),
    },
  };
}

function total({ products, kit, other }: EpochTime): number {
  return products + kit + other;
}
