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

/** Time per element at the left, worst error at the right, a line for each; fastest on top. */
export function overview(rows: readonly OverviewRow[], titles: Titles = {}): Figure {
  const shown = rows.filter(({ kind }) => kind !== "floor");
  const floor = rows.find(({ kind }) => kind === "floor");
  const names = shown.map(({ name, kind }) => kind === "kit" ? `<b>${name}</b>` : name);
  const colours = shown.map(({ kind, precision }) =>
    kind === "kit" ? COLOURS[precision === "fast" ? 1 : 0]! : MUTED
  );
  const places = shown.map((_, i) => -i);
  const pick = <T>(list: readonly T[], keep: (row: OverviewRow) => boolean): T[] =>
    list.filter((_, i) => keep(shown[i]!));

  const dots = (
    name: string,
    value: (row: OverviewRow) => number | undefined,
    symbol: (row: OverviewRow) => string,
    axis: Pick<Trace, "xaxis"> = {},
    unit = "ns per element",
  ): Trace => {
    const has = (row: OverviewRow) => value(row) !== undefined;
    return {
      ...{ type: "scatter", name, mode: "markers", ...axis },
      x: shown.filter(has).map((row) => value(row)!),
      y: pick(places, has),
      marker: {
        color: pick(colours, has),
        symbol: shown.filter(has).map(symbol),
        size: 11,
        line: { color: pick(colours, has), width: 2 },
      },
      text: shown.filter(has).map((row) => row.name),
      hovertemplate: `%{text}<br>%{x:.3g} ${unit}<extra>${name}</extra>`,
    };
  };
  const times = shown.flatMap(({ one, all }) => [one, all]).filter((ns) => ns !== undefined);
  const ulp = (row: OverviewRow) => row.ulp === null ? undefined : Math.min(row.ulp, MOST_ULP);
  const data: Trace[] = [
    dots("one thread", ({ one }) => one, () => "circle"),
    dots("several threads", ({ all }) => all, () => "diamond-open"),
    dots(
      "worst error",
      ulp,
      ({ fails }) => fails === "" ? "circle" : "x-thin",
      { xaxis: "x2" },
      "ULP",
    ),
  ].map((trace) => ({ ...trace, showlegend: false }));
  // Entries of the legend in a colour that is nobody's.
  data.push(...[["one thread", "circle"], ["several threads", "diamond-open"]].map(
    ([name = "", symbol = ""]): Trace => ({
      ...{ type: "scatter", name, mode: "markers", x: [1], y: [null], hoverinfo: "skip" },
      marker: { color: MUTED, symbol, size: 11, line: { color: MUTED, width: 2 } },
    }),
  ));
  // A trace: a shape would lie under the second panel's grid.
  data.push({
    ...{ type: "scatter", name: "correctly rounded", mode: "lines", xaxis: "x2", zorder: -1 },
    ...{ x: [0.5, 0.5], y: [-shown.length + 0.4, 0.6], hoverinfo: "skip", showlegend: false },
    line: { color: COLOURS[0]!, width: 1, dash: "dot" },
  });
  const timeAxis = decadeAxis("time per element (ns)", [
    ...times,
    ...(floor?.one === undefined ? [] : [floor.one]),
  ], numberLabel);
  const layout = layoutOf({
    title: titles.title ?? "Who is fastest, who is most accurate, who fails",
    subtitle: titles.subtitle,
    x: { ...timeAxis, domain: [0, 0.5], tickangle: 0 },
    y: {
      title: { text: "" },
      tickvals: places,
      ticktext: names,
      range: [-shown.length + 0.4, 0.6],
      ticks: "",
      showgrid: false,
    },
    entries: 1,
    height: 190 + ROW_HEIGHT * shown.length,
    right: 132,
  });
  const top = Math.max(10, ...shown.map((row) => ulp(row) ?? 0));
  const errorAxis: Axis = {
    ...layout.xaxis,
    title: { text: "worst error (ULP)", standoff: 10 },
    domain: [0.56, 1],
    range: [Math.log10(0.2), Math.log10(top) + 0.35],
    tickvals: [0.5, 10, 1e3, 1e5, 1e7, 1e9].filter((tick) => tick <= top * 1.5),
    ticktext: ["½", "10", "10<sup>3</sup>", "10<sup>5</sup>", "10<sup>7</sup>", "∞"],
  };
  // Over the grid, under the dots.
  const line = (mark: Mark): Mark => ({ type: "line", layer: "between", ...mark });
  const shapes: Mark[] = [
    // A band behind the kit, so that the eye finds it in both panels.
    ...shown.flatMap(({ kind }, i): Mark[] =>
      kind === "kit"
        ? [{
          ...{ type: "rect", xref: "paper", x0: 0, x1: 1, y0: -i - 0.5, y1: -i + 0.5 },
          ...{ layer: "below", line: { width: 0 }, fillcolor: "#eef3f8" },
        }]
        : []
    ),
    ...shown.flatMap(({ one, all }, i): Mark[] =>
      one === undefined || all === undefined ? [] : [
        line({ x0: one, x1: all, y0: -i, y1: -i, line: { color: colours[i]!, width: 1.5 } }),
      ]
    ),
    ...(floor?.one === undefined ? [] : [line({
      ...{ yref: "paper", x0: floor.one, x1: floor.one, y0: 0, y1: 1 },
      line: { color: "#777777", width: 1, dash: "dot" },
    })]),
  ];
  const head = (text: string, x: number, xref: string, xanchor = "center"): Mark => ({
    ...{ text, x, xref, xanchor, yref: "paper", y: 1, yanchor: "bottom", yshift: 2 },
    ...{ showarrow: false, font: { size: 12, color: "#555555" } },
  });
  const annotations: Mark[] = [
    head("correctly rounded", Math.log10(0.5), "x2", "left"),
    ...(floor?.one === undefined ? [] : [head("plain copy", Math.log10(floor.one), "x")]),
    ...shown.flatMap((row, i): Mark[] =>
      row.fails === "" ? [] : [{
        ...{ text: row.fails, xref: "paper", x: 1, xanchor: "left", xshift: 6, y: -i },
        ...{ showarrow: false, font: { size: 12, color: FAILS } },
      }]
    ),
    ...(shown.some(({ fails }) => fails !== "")
      ? [head("fails, such as", 1, "paper", "left")]
      : []),
  ];
  return {
    data,
    layout: {
      ...layout,
      ...{ xaxis2: errorAxis, shapes, annotations, showlegend: true },
      // Else the second panel would cover what is drawn below it.
      plot_bgcolor: "rgba(0, 0, 0, 0)",
      legend: {
        ...{ orientation: "h", x: 0, xanchor: "left", y: -54 / (ROW_HEIGHT * shown.length) },
        ...{ yanchor: "top", font: { color: INK } },
      },
    },
  };
}
