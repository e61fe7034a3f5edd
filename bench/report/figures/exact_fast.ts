/** Figure of what correct rounding costs: time of exact over time of fast. */
import { decadeAxis, numberLabel } from "../../../lab/figures/axes.ts";
import { overSize, type Titles } from "../../../lab/figures/sizes.ts";
import type { Figure } from "../../../lab/figures/types.ts";

/** An engine at one size; the records of `exactOverFast`. */
export interface ExactOverFast {
  readonly implementation: string;
  readonly kind: string;
  readonly family: string;
  readonly engine: string;
  readonly n: number;
  /** Time of exact over time of fast, pairs of one round: median and quartiles. */
  readonly ratio: number;
  readonly q1: number;
  readonly q3: number;
  /** Nanoseconds per element, medians. */
  readonly exact_ns: number;
  readonly fast_ns: number;
}

/** How many times as long exact takes, over batch size; at the line at 1 it costs nothing. */
export function costOverSize(data: readonly ExactOverFast[], titles: Titles = {}): Figure {
  const figure = overSize(data, {
    title: titles.title ?? "What correct rounding costs",
    subtitle: titles.subtitle,
    value: ({ q1, ratio, q3 }) => [q1, ratio, q3],
    axis: (values) =>
      decadeAxis("time of exact / time of fast (median, quartiles)", [...values, 1], numberLabel),
    hover: "n = %{x}: %{y:.3g} times as long",
  });
  const line = { color: "#999999", width: 1, dash: "dot" };
  const one = { type: "line", xref: "paper", x0: 0, x1: 1, y0: 1, y1: 1, line };
  const shapes = [one, ...figure.layout.shapes ?? []];
  return { ...figure, layout: { ...figure.layout, shapes } };
}
