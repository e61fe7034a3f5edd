/** Figures over x: the functions themselves, and the error of their implementations. */
import { groupBy } from "../statistics.ts";
import { type Format, FORMATS } from "../floats.ts";
import type { Figure, Mark, Trace } from "./types.ts";
import { numberLabel } from "./axes.ts";
import type { Titles } from "./sizes.ts";
import { COLOURS, type Drawn, layoutOf, lineOf } from "./theme.ts";

/** A point of a named curve. */
export interface CurvePoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

const DASHES = ["solid", "dash", "dot", "dashdot", "longdash"];

/** Functions of x, one line for each name. */
export function functionsOverX(data: readonly CurvePoint[], titles: Titles = {}): Figure {
  const groups = [...groupBy(data, ({ name }) => name)];
  return {
    data: groups.map(([name, points], i): Trace => ({
      type: "scatter",
      name,
      mode: "lines",
      x: points.map(({ x }) => x),
      y: points.map(({ y }) => Number.isFinite(y) ? y : null),
      line: {
        color: COLOURS[i % COLOURS.length]!,
        width: 2.5,
        dash: DASHES[i % DASHES.length]!,
        simplify: false,
      },
      hovertemplate: `${name}<br>x = %{x:.3g}: %{y:.4g}<extra></extra>`,
    })),
    layout: layoutOf({
      title: titles.title ?? "Softplus and its derivative, the sigmoid",
      subtitle: titles.subtitle,
      x: { title: { text: "x" } },
      y: { title: { text: "value" } },
      entries: groups.length,
    }),
  };
}

/** The error of an implementation around x; the columns of `errorPoints` in lab/error_over_x.ts. */
export interface ErrorPoint extends Drawn {
  readonly x: number;
  /** The largest error in ULP around x; infinite for NaN and Infinity that should not be. */
  readonly ulp: number;
  /** True where 0, NaN or an infinity stands for a number that is none of them. */
  readonly wrong: boolean;
}

/** Errors below this are drawn at it: far below 1/2, what correct rounding may err by. */
const FLOOR = 2 ** -6;

/**
 * Error in ULP over x, logarithmic. Where a result is wrong altogether its mark is a cross: at its
 * error, or at the top edge where that is infinite.
 *
 * @param dtype says which error stands for "no digit is right": 2^11, 2^24 or 2^53 ULP
 */
export function errorCurves(
  data: readonly ErrorPoint[],
  dtype: Format,
  titles: Titles = {},
): Figure {
  const points = data;
  const digits = FORMATS[dtype].precision;
  const top = 2 ** (digits + 3);
  const groups = [...groupBy(points, ({ implementation }) => implementation)];
  const traces = groups.flatMap(([name, group], i) => {
    const sorted = group.toSorted((a, b) => a.x - b.x);
    return [errorLine(name, sorted, i, groups.length), ...errorCrosses(name, sorted, top, i)];
  });
  const power = Math.log10(top);
  const step = dtype === "f64" ? 2 : 1;
  const powers = Array.from({ length: Math.floor(power / step) + 1 }, (_, i) => i * step).slice(1);
  const layout = layoutOf({
    title: titles.title ?? "Error over x: lower is better",
    subtitle: titles.subtitle,
    x: { title: { text: "x" }, range: extent(points.map(({ x }) => x), groups.length) },
    y: {
      title: { text: "error (ULP), ½: correctly rounded" },
      type: "log",
      range: [Math.log10(FLOOR) - 0.15, power + 0.15],
      tickvals: [FLOOR, 0.5, ...powers.map((p) => 10 ** p)],
      ticktext: ["0", "½", ...powers.map(numberLabel)],
    },
    entries: traces.length,
  });
  return {
    data: traces,
    layout: {
      ...layout,
      shapes: [levelLine(0.5), levelLine(2 ** digits)],
      annotations: [{
        xref: "paper",
        x: 0.99,
        xanchor: "right",
        y: digits * Math.log10(2),
        yanchor: "top",
        text: "no digit is right",
        showarrow: false,
        font: { size: 12, color: "#555555" },
      }],
    },
  };
}

/** From half a bin before the first point to half a bin after the last. */
function extent(xs: readonly number[], series: number): [number, number] {
  const [least, greatest] = [Math.min(...xs), Math.max(...xs)];
  const half = (greatest - least) / Math.max(1, xs.length / series - 1) / 2;
  return [least - half, greatest + half];
}

/**
 * The line of an implementation, number `index` of `count`. The earlier, the wider, and the first
 * without gaps: so every line can be seen below the ones that are drawn over it.
 */
function errorLine(
  name: string,
  points: readonly ErrorPoint[],
  index: number,
  count: number,
): Trace {
  const { line } = lineOf(points[0]!);
  const width = 1.5 + Math.min(4, 1.5 * (count - 1 - index));
  const dash = index === 0 ? "solid" : line!.dash;
  return {
    type: "scatter",
    name,
    mode: "lines",
    line: { color: line!.color, width, dash, simplify: false },
    legendgroup: name,
    x: points.map(({ x }) => x),
    // A line to the top edge would suggest a number where there is none.
    y: points.map(({ ulp }) => Number.isFinite(ulp) ? Math.max(FLOOR, ulp) : null),
    hovertemplate: `${name}<br>x = %{x:.4g}: %{y:.3g} ULP<extra></extra>`,
  };
}

/** Crosses where results are wrong altogether; with other `index`, between those of the others. */
function errorCrosses(
  name: string,
  points: readonly ErrorPoint[],
  top: number,
  index: number,
): Trace[] {
  const isWrong = points.map(({ wrong, ulp }) => wrong || !Number.isFinite(ulp));
  const every = Math.max(1, Math.round(points.length / 40));
  const shown = points.filter((_, i) =>
    // Both ends of a stretch, and some between: all would be a smear.
    isWrong[i] && (!isWrong[i - 1] || !isWrong[i + 1] || (i + 3 * index) % every === 0)
  );
  if (shown.length === 0) return [];
  const { marker } = lineOf(points[0]!);
  return [{
    type: "scatter",
    name: `${name}: 0, ∞ or NaN`,
    mode: "markers",
    marker: { color: marker!.color, symbol: "x-thin-open", size: 8, line: marker!.line! },
    legendgroup: name,
    x: shown.map(({ x }) => x),
    y: shown.map(({ ulp }) => Math.min(top, Math.max(FLOOR, ulp))),
    hovertemplate: `${name}<br>x = %{x:.4g}: wrong altogether<extra></extra>`,
  }];
}

/** A dotted line across the plot. */
function levelLine(y: number): Mark {
  return {
    type: "line",
    xref: "paper",
    x0: 0,
    x1: 1,
    y0: y,
    y1: y,
    layer: "below",
    line: { color: "#555555", width: 1.25, dash: "dot" },
  };
}
