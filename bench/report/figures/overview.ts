/** One picture of a run: how fast everybody is, how accurate, and who fails. */
import { decadeAxis, numberLabel } from "../../../lab/figures/axes.ts";
import type { Titles } from "../../../lab/figures/sizes.ts";
import { COLOURS, INK, layoutOf } from "../../../lab/figures/theme.ts";
import type { Axis, Figure, Mark, Trace } from "../../../lab/figures/types.ts";

/** A contender as the picture has it; `bench/report/contenders.ts` makes them. */
export interface OverviewRow {
  readonly name: string;
  readonly kind: string;
  readonly precision: string;
  /** Nanoseconds per element on one thread and on more; undefined where there is no such row. */
  readonly one: number | undefined;
  readonly all: number | undefined;
  readonly ulp: number | null;
  /** "0 at −16.7", or "". */
  readonly fails: string;
}

const MUTED = "#7b838c";
const FAILS = "#b3261e";
const ROW_HEIGHT = 27;
/** Errors beyond this, infinite ones too, stand at the right edge. */
const MOST_ULP = 1e9;

/** What is drawn: a line for each row, the first on top. */
interface Shown {
  readonly rows: readonly OverviewRow[];
  readonly colours: readonly string[];
  /** Nanoseconds per element of a plain copy, if it was timed. */
  readonly floor: number | undefined;
}

/** Time per element at the left, worst error at the right, a line for each; fastest on top. */
export function overview(rows: readonly OverviewRow[], titles: Titles = {}): Figure {
  const contenders = rows.filter(({ kind }) => kind !== "floor");
  const shown: Shown = {
    rows: contenders,
    colours: contenders.map(({ kind, precision }) =>
      kind === "kit" ? COLOURS[precision === "fast" ? 1 : 0]! : MUTED
    ),
    floor: rows.find(({ kind }) => kind === "floor")?.one,
  };
  const height = ROW_HEIGHT * contenders.length;
  const layout = layoutOf({
    title: titles.title ?? "Who is fastest, who is most accurate, who fails",
    subtitle: titles.subtitle,
    x: { ...timeAxis(shown), domain: [0, 0.5], tickangle: 0 },
    y: nameAxis(contenders),
    entries: 1,
    height: 190 + height,
    right: 132,
  });
  return {
    data: tracesOf(shown),
    layout: {
      ...layout,
      xaxis2: errorAxis(layout.xaxis, contenders),
      shapes: [...bands(contenders), ...spans(shown)],
      annotations: annotationsOf(shown),
      showlegend: true,
      // Else the second panel would cover what is drawn below it.
      plot_bgcolor: "rgba(0, 0, 0, 0)",
      legend: {
        orientation: "h",
        x: 0,
        xanchor: "left",
        y: -54 / height,
        yanchor: "top",
        font: { color: INK },
      },
    },
  };
}

function ulpOf({ ulp }: OverviewRow): number | undefined {
  return ulp === null ? undefined : Math.min(ulp, MOST_ULP);
}

function timeAxis({ rows, floor }: Shown): Axis {
  const times = [...rows.flatMap(({ one, all }) => [one, all]), floor];
  return decadeAxis(
    "time per element (ns)",
    times.filter((ns) => ns !== undefined),
    numberLabel,
  );
}

function nameAxis(rows: readonly OverviewRow[]): Axis {
  return {
    title: { text: "" },
    tickvals: rows.map((_, i) => -i),
    ticktext: rows.map(({ name, kind }) => kind === "kit" ? `<b>${name}</b>` : name),
    range: [-rows.length + 0.4, 0.6],
    ticks: "",
    showgrid: false,
  };
}

function errorAxis(axis: Axis, rows: readonly OverviewRow[]): Axis {
  const top = Math.max(10, ...rows.map((row) => ulpOf(row) ?? 0));
  return {
    ...axis,
    title: { text: "worst error (ULP)", standoff: 10 },
    domain: [0.56, 1],
    range: [Math.log10(0.2), Math.log10(top) + 0.35],
    tickvals: [0.5, 10, 1e3, 1e5, 1e7, 1e9].filter((tick) => tick <= top * 1.5),
    ticktext: ["½", "10", "10<sup>3</sup>", "10<sup>5</sup>", "10<sup>7</sup>", "∞"],
  };
}

/** What a series of dots shows of its rows. */
interface Series {
  readonly name: string;
  readonly unit: string;
  readonly value: (row: OverviewRow) => number | undefined;
  readonly symbol: (row: OverviewRow) => string;
  readonly axis?: string;
}

const SERIES: readonly Series[] = [
  { name: "one thread", unit: "ns per element", value: ({ one }) => one, symbol: () => "circle" },
  {
    name: "several threads",
    unit: "ns per element",
    value: ({ all }) => all,
    symbol: () => "diamond-open",
  },
  {
    name: "worst error",
    unit: "ULP",
    value: ulpOf,
    symbol: ({ fails }) => fails === "" ? "circle" : "x-thin",
    axis: "x2",
  },
];

function tracesOf(shown: Shown): Trace[] {
  return [
    ...SERIES.map((series) => dots(shown, series)),
    ...[["one thread", "circle"], ["several threads", "diamond-open"]].map(
      ([name = "", symbol = ""]) => legendEntry(name, symbol),
    ),
    // A trace: a shape would lie under the second panel's grid.
    {
      type: "scatter",
      name: "correctly rounded",
      mode: "lines",
      xaxis: "x2",
      zorder: -1,
      x: [0.5, 0.5],
      y: [-shown.rows.length + 0.4, 0.6],
      hoverinfo: "skip",
      showlegend: false,
      line: { color: COLOURS[0]!, width: 1, dash: "dot" },
    },
  ];
}

function dots({ rows, colours }: Shown, { name, unit, value, symbol, axis }: Series): Trace {
  const there = rows.flatMap((row, i) => {
    const x = value(row);
    return x === undefined ? [] : [{ row, x, y: -i, colour: colours[i]! }];
  });
  const color = there.map(({ colour }) => colour);
  return {
    type: "scatter",
    name,
    mode: "markers",
    ...(axis !== undefined && { xaxis: axis }),
    x: there.map(({ x }) => x),
    y: there.map(({ y }) => y),
    marker: {
      color,
      symbol: there.map(({ row }) => symbol(row)),
      size: 11,
      line: { color, width: 2 },
    },
    text: there.map(({ row }) => row.name),
    hovertemplate: `%{text}<br>%{x:.3g} ${unit}<extra>${name}</extra>`,
    showlegend: false,
  };
}

/** An entry of the legend, in a colour that is nobody's. */
function legendEntry(name: string, symbol: string): Trace {
  return {
    type: "scatter",
    name,
    mode: "markers",
    x: [1],
    y: [null],
    hoverinfo: "skip",
    marker: { color: MUTED, symbol, size: 11, line: { color: MUTED, width: 2 } },
  };
}

/** A band behind the kit, so that the eye finds it in both panels. */
function bands(rows: readonly OverviewRow[]): Mark[] {
  return rows.flatMap(({ kind }, i): Mark[] =>
    kind !== "kit" ? [] : [{
      type: "rect",
      xref: "paper",
      x0: 0,
      x1: 1,
      y0: -i - 0.5,
      y1: -i + 0.5,
      layer: "below",
      line: { width: 0 },
      fillcolor: "#eef3f8",
    }]
  );
}

/** From one thread to several, and the time of a plain copy: over the grid, under the dots. */
function spans({ rows, colours, floor }: Shown): Mark[] {
  const line = (mark: Mark): Mark => ({ type: "line", layer: "between", ...mark });
  return [
    ...rows.flatMap(({ one, all }, i): Mark[] =>
      one === undefined || all === undefined ? [] : [
        line({ x0: one, x1: all, y0: -i, y1: -i, line: { color: colours[i]!, width: 1.5 } }),
      ]
    ),
    ...(floor === undefined ? [] : [line({
      yref: "paper",
      x0: floor,
      x1: floor,
      y0: 0,
      y1: 1,
      line: { color: "#777777", width: 1, dash: "dot" },
    })]),
  ];
}

function annotationsOf({ rows, floor }: Shown): Mark[] {
  const failing = rows.some(({ fails }) => fails !== "");
  return [
    heading("correctly rounded", Math.log10(0.5), "x2", "left"),
    ...(floor === undefined ? [] : [heading("plain copy", Math.log10(floor), "x")]),
    ...rows.flatMap((row, i): Mark[] =>
      row.fails === "" ? [] : [{
        text: row.fails,
        xref: "paper",
        x: 1,
        xanchor: "left",
        xshift: 6,
        y: -i,
        showarrow: false,
        font: { size: 12, color: FAILS },
      }]
    ),
    ...(failing ? [heading("fails, such as", 1, "paper", "left")] : []),
  ];
}

/** A word above a place of the picture. */
function heading(text: string, x: number, xref: string, xanchor = "center"): Mark {
  return {
    text,
    x,
    xref,
    xanchor,
    yref: "paper",
    y: 1,
    yanchor: "bottom",
    yshift: 2,
    showarrow: false,
    font: { size: 12, color: "#555555" },
  };
}
