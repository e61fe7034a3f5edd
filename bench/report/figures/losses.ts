/** Figures of losses that may end: values that become infinite or NaN. */
import type { Axis, Figure, Trace } from "../../../lab/figures/types.ts";
import { decadeAxis, numberLabel } from "../../../lab/figures/axes.ts";
import type { Titles } from "../../../lab/figures/sizes.ts";
import { COLOURS, layoutOf } from "../../../lab/figures/theme.ts";

/** Values of one form of the loss, over z or over the steps; they may be infinite or NaN. */
export interface LossCurve {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

const DASHES = ["solid", "dash", "dot"];

/**
 * Forms of a loss, logarithmic. Where a value is infinite or NaN the line ends, and crosses
 * above say so.
 *
 * @param axis what x is
 */
export function lossCurves(data: readonly LossCurve[], axis: Axis, titles: Titles = {}): Figure {
  const curves = data;
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
    ...lossLine(curve, i, curves.length),
    ...lossCrosses(curve, i, rowOf(i)),
  ]);
  const xs = curves.flatMap((curve) => [...curve.x]);
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  const lost = traces.some(({ mode }) => mode === "markers");
  return {
    data: traces,
    layout: layoutOf({
      title: titles.title ?? "Three ways to write one loss",
      subtitle: titles.subtitle,
      x: { range: [first - 0.015 * (last - first), last + 0.015 * (last - first)], ...axis },
      y: { ...y, range: [least, greatest + (lost ? span * (0.06 + 0.05 * curves.length) : 0)] },
      entries: traces.length,
    }),
  };
}

/** The earlier, the wider: each can be seen below those that are drawn over it. */
function lossLine({ name, x, y }: LossCurve, index: number, count: number): Trace[] {
  if (!y.some(Number.isFinite)) return [];
  return [{
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
  }];
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
