/** Figures with one bar for each implementation, fastest first. */
import type { Axis, Figure, Mark, Records, Trace } from "./types.ts";
import { records } from "./types.ts";
import { decadeAxis, numberLabel } from "./axes.ts";
import type { SpeedUp, Titles } from "./sizes.ts";
import { labelOf, quartileBars, withLegend } from "./sizes.ts";
import { INK, layoutOf, timeLookOf } from "./theme.ts";

/**
 * Speed-up over a baseline at one size, logarithmic: twice as fast and half as fast are equally
 * far from the line at 1.
 *
 * @param data of one size; of several, the largest is shown
 */
export function speedUpBars(
  data: Records<SpeedUp>,
  baseline: string,
  titles: Titles = {},
): Figure {
  const all = records(data);
  const n = Math.max(...all.map((row) => row.n));
  const rows = all.filter((row) => row.n === n).toSorted((a, b) => a.ratio - b.ratio);
  const looks = rows.map(timeLookOf);
  const quartiles = rows.map(({ q1, ratio, q3 }) => [q1, ratio, q3] as const);
  const names = rows.map(labelOf);
  const layout = layoutOf({
    title: titles.title ?? `Speed-up over ${baseline}, ${n} × ${n}`,
    subtitle: withLegend(titles.subtitle, rows),
    x: axisWithRoom(`time of ${baseline} / time`, [...quartiles.flat(), 1]),
    y: {
      title: { text: "" },
      type: "category",
      showgrid: false,
      range: [-0.6, rows.length - 0.4],
    },
    entries: 1,
    height: 150 + 34 * rows.length,
  });
  const bars: Trace = {
    type: "bar",
    name: "speed-up",
    orientation: "h",
    base: rows.map(() => 1),
    x: rows.map(({ ratio }) => ratio - 1),
    y: names,
    marker: {
      // Filled for the kit, tinted for the others: a sign that stays in black and white.
      color: looks.map(({ colour }, i) => rows[i]!.kind === "kit" ? colour : `${colour}66`),
      line: { color: looks.map(({ colour }) => colour), width: 1.5 },
    },
    hoverinfo: "skip",
  };
  const numbers: Trace = {
    type: "scatter",
    name: "median",
    mode: "markers",
    x: rows.map(({ ratio }) => ratio),
    y: names,
    marker: { color: INK, size: 3 },
    error_x: quartileBars(quartiles, INK),
    hovertemplate: "%{y}: %{x:.3g} times<extra></extra>",
  };
  const one = { type: "line", yref: "paper", x0: 1, x1: 1, y0: 0, y1: 1, line: { color: INK } };
  const annotations = rows.map(({ ratio, q3 }, i): Mark => ({
    ...{ x: Math.log10(Math.max(q3, 1)), y: names[i], xanchor: "left", showarrow: false },
    ...{ text: `${ratio.toPrecision(ratio < 10 ? 2 : 3)} ×`, xshift: 4 },
  }));
  return {
    data: [bars, numbers],
    layout: { ...layout, showlegend: false, shapes: [one], annotations },
  };
}

/** A logarithmic axis with room for a number behind the longest bar. */
function axisWithRoom(title: string, values: readonly number[]): Axis {
  const { range } = decadeAxis(title, values, numberLabel);
  const [least, greatest] = range!;
  const reach = 10 ** (greatest + 0.1 * (greatest - least));
  return decadeAxis(title, [...values, reach], numberLabel);
}
