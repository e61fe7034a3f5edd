/** The figure of a race: time over size, and below it the time of each over that of the first. */
import { groupBy } from "../statistics.ts";
import { decadeAxis, durationLabel, numberLabel, sizeAxis } from "./axes.ts";
import { labelOf, quartileBars, withLegend } from "./sizes.ts";
import { type Drawn, layoutOf, lineOf, placesOf } from "./theme.ts";
import type { Axis, Figure, Mark, Trace } from "./types.ts";

/** An implementation at one size. */
export interface RacePoint extends Drawn {
  readonly function: string;
  readonly dtype: string;
  readonly distribution: string;
  readonly elements: number;
  readonly median_ns: number;
  readonly q1_ns: number;
  readonly q3_ns: number;
  readonly ratio: number;
  readonly ratio_q1: number;
  readonly ratio_q3: number;
  readonly wrong: boolean;
}

type Quartile = readonly [number, number, number];

const seconds = ({ q1_ns, median_ns, q3_ns }: RacePoint): Quartile => [
  q1_ns / 1e9,
  median_ns / 1e9,
  q3_ns / 1e9,
];
const ratios = ({ ratio, ratio_q1, ratio_q3 }: RacePoint): Quartile => [ratio_q1, ratio, ratio_q3];

/** Two panels over one axis of sizes. */
export function raceFigure(rows: readonly RacePoint[], warnings: readonly string[]): Figure {
  const places = placesOf(rows);
  const points = rows.map((row): RacePoint => ({ ...row, ...places.get(row.implementation) }));
  const groups = [...groupBy(points, ({ implementation }) => implementation).values()];
  const [first] = points;
  const traces = groups.flatMap((group) => [
    line(group, seconds, "y", "%{x} elements: %{y:.3s}s"),
    line(group, ratios, "y2", `%{x} elements: %{y:.3g} times ${first?.implementation}'s time`),
  ]);
  const axis = sizeAxis(points.map(({ elements }) => elements));
  const ticktext = axis.tickvals!.map((n) =>
    n > 1e4 && Number.isInteger(Math.log10(n)) ? numberLabel(Math.log10(n)) : n.toLocaleString("en")
  );
  const sizes = { ...axis, ticktext, title: { text: "elements" }, anchor: "y2" };
  const y = decadeAxis("a call (median, quartiles)", points.flatMap(seconds), durationLabel);
  const lower = decadeAxis(`over ${first?.implementation}`, points.flatMap(ratios), numberLabel);
  const what = `${first?.function}, ${first?.dtype}, inputs ${first?.distribution}`;
  const layout = layoutOf({
    title: "Race: lower is faster",
    subtitle: withLegend(
      [what, ...warnings.length > 0 ? [warned(warnings)] : []].join("; "),
      points,
    ),
    x: sizes,
    y: { ...y, domain: [0.44, 1] },
    entries: groups.length,
    height: 620,
  });
  const { yaxis } = layout;
  const yaxis2: Axis = {
    ...yaxis,
    ...lower,
    title: { standoff: 12, ...lower.title },
    domain: [0, 0.36],
  };
  return { data: traces, layout: { ...layout, yaxis2, shapes: [level(1)] } };
}

function warned(warnings: readonly string[]): string {
  return warnings.length === 1
    ? "1 warning, see the text"
    : `${warnings.length} warnings, see the text`;
}

/** A line of one panel; the legend has those of the upper. */
function line(
  group: readonly RacePoint[],
  value: (point: RacePoint) => Quartile,
  yaxis: "y" | "y2",
  hover: string,
): Trace {
  const sorted = group.toSorted((a, b) => a.elements - b.elements);
  const look = lineOf(sorted[0]!);
  const name = labelOf({ ...sorted[0]!, wrong: group.some(({ wrong }) => wrong) });
  return {
    type: "scatter",
    name,
    ...look,
    yaxis,
    x: sorted.map(({ elements }) => elements),
    y: sorted.map((point) => value(point)[1]),
    error_y: quartileBars(sorted.map(value), String(look.line!.color)),
    legendgroup: name,
    showlegend: yaxis === "y",
    hovertemplate: `${name}<br>${hover}<extra></extra>`,
  };
}

/** A dotted line across the lower panel: as fast as the first. */
function level(y: number): Mark {
  const line = { color: "#555555", width: 1.25, dash: "dot" };
  return {
    type: "line",
    xref: "paper",
    x0: 0,
    x1: 1,
    yref: "y2",
    y0: y,
    y1: y,
    layer: "below",
    line,
  };
}
