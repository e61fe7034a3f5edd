/** Figures over batch size: time, time per element, memory traffic, speed-up. One line for each. */
import { groupBy } from "../statistics.ts";
import type { Axis, ErrorBars, Figure, Mark, Trace } from "./types.ts";
import { decadeAxis, durationLabel, numberLabel, sizeAxis } from "./axes.ts";
import { endLabels, labelMargin, type LineEnd } from "./labels.ts";
import { type Drawn, layoutOf, timeLookOf } from "./theme.ts";

/** An implementation at one size. */
export interface Timing extends Drawn {
  /** Whether it gives 0, NaN or an infinity somewhere where the answer is none of them. */
  readonly wrong?: boolean;
  /** Rows, and columns, of the batch. */
  readonly n: number;
  readonly elements: number;
  readonly median_ns: number;
  readonly q1_ns: number;
  readonly q3_ns: number;
  readonly gb_per_s: number;
}

/** The words above a figure. */
export interface Titles {
  readonly title?: string;
  readonly subtitle?: string;
}

/** Time of a call over batch size, both logarithmic, with quartiles as error bars. */
export function timeOverSize(data: readonly Timing[], titles: Titles = {}): Figure {
  return overSize(data, {
    title: titles.title ?? "Time of a call: lower is faster",
    subtitle: titles.subtitle,
    value: secondsOf,
    axis: (values) => decadeAxis("time of a call (median, quartiles)", values, durationLabel),
    hover: "n = %{x}: %{y:.3s}s",
  });
}

/** Nanoseconds per element over batch size: flat where a call's overhead no longer counts. */
export function timePerElement(data: readonly Timing[], titles: Titles = {}): Figure {
  return overSize(data, {
    title: titles.title ?? "Time per element: lower is faster",
    subtitle: titles.subtitle,
    value: ({ q1_ns, median_ns, q3_ns, elements }) => [
      q1_ns / elements,
      median_ns / elements,
      q3_ns / elements,
    ],
    axis: (values) => decadeAxis("time per element (ns)", values, numberLabel),
    hover: "n = %{x}: %{y:.3g} ns",
  });
}

/** Bytes read and written per second over batch size, under the roof that a plain copy sets. */
export function roofline(data: readonly Timing[], titles: Titles = {}): Figure {
  return overSize(data, {
    title: titles.title ?? "Memory traffic: a plain copy is the roof",
    subtitle: titles.subtitle,
    value: trafficOf,
    axis: (values) => decadeAxis("read and written (GB/s)", values, numberLabel),
    hover: "n = %{x}: %{y:.3g} GB/s",
  });
}

/** Quartiles of the time of a call. */
interface CallTime {
  readonly q1_ns: number;
  readonly median_ns: number;
  readonly q3_ns: number;
}

/** First quartile, median and third quartile of the time, in seconds. */
export function secondsOf(
  { q1_ns, median_ns, q3_ns }: CallTime,
): readonly [number, number, number] {
  return [q1_ns / 1e9, median_ns / 1e9, q3_ns / 1e9];
}

/** The same of the memory traffic, in GB/s: the longest time is the least of it. */
export function trafficOf(
  { gb_per_s: median, q1_ns, median_ns, q3_ns }: CallTime & { readonly gb_per_s: number },
): readonly [number, number, number] {
  return [median * median_ns / q3_ns, median, median * median_ns / q1_ns];
}

/** What every row of a figure over size has. */
export interface SizedRecord extends Drawn {
  readonly wrong?: boolean;
  readonly n: number;
}

/** What a figure over size shows of its rows. */
export interface Description<T> {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** First quartile, median and third quartile. */
  readonly value: (row: T) => readonly [number, number, number];
  readonly axis: (values: readonly number[]) => Axis;
  /** The axis of the sizes; that of batches n × n unless told. */
  readonly sizes?: (sizes: readonly number[]) => Axis;
  readonly hover: string;
}

/**
 * One line for each implementation over batch size, its name at the right end.
 *
 * Long: traces, labels and layout of one figure, which share what is computed of the groups.
 */
export function overSize<T extends SizedRecord>(
  rows: readonly T[],
  description: Description<T>,
): Figure {
  const { title, subtitle, value, axis, sizes = sizeAxis, hover } = description;
  const groups = [...groupBy(rows, ({ implementation }) => implementation).values()]
    .map((group) => group.toSorted((a, b) => a.n - b.n));
  // In the order of the lines at the right edge, from top to bottom; the kit is drawn last.
  groups.sort((a, b) => value(b.at(-1)!)[1] - value(a.at(-1)!)[1]);
  const data = groups.map((group): Trace => {
    const { implementation } = group[0]!;
    const { colour, marker, dash, width, isKit } = timeLookOf(group[0]!);
    const values = group.map(value);
    return {
      type: "scatter",
      name: labelOf(group[0]!),
      x: group.map(({ n }) => n),
      y: values.map(([, median]) => median),
      mode: "lines+markers",
      line: { color: colour, width, dash },
      marker: {
        color: colour,
        symbol: marker,
        size: isKit ? 8 : 6,
        line: { color: colour, width: 1.25 },
      },
      error_y: quartileBars(values, colour),
      zorder: isKit ? 1 : 0,
      hovertemplate: `${implementation}<br>${hover}<extra></extra>`,
    };
  });
  const [x, y] = [sizes(rows.map(({ n }) => n)), axis(rows.flatMap((row) => value(row)))];
  const names = data.map(({ name }) => name);
  const layout = layoutOf({
    title,
    subtitle: withLegend(subtitle, rows),
    x,
    y,
    right: labelMargin(names),
    entries: data.length,
    height: 520,
  });
  const { l, r, t, b } = layout["margin"] as Record<string, number>;
  const ends = groups.map((group, i): LineEnd => {
    const { ink: colour, isKit: bold } = timeLookOf(group[0]!);
    const last = group.at(-1)!;
    const at = { x: fraction(x, last.n), y: fraction(y, value(last)[1]) };
    return { text: names[i]!, colour, bold, ...at };
  });
  const plot = { width: layout.width - l! - r!, height: layout.height - t! - b! };
  const { annotations, shapes } = endLabels(ends, plot);
  return {
    data,
    layout: {
      ...layout,
      showlegend: false,
      shapes,
      // An empty frame says why it is empty.
      annotations: rows.length === 0 ? [NOTHING] : annotations,
    },
  };
}

/** Where a value stands on a logarithmic axis, from 0 to 1. */
function fraction({ range }: Axis, value: number): number {
  return (Math.log10(value) - range![0]) / (range![1] - range![0]);
}

const NOTHING: Mark = {
  xref: "paper",
  yref: "paper",
  x: 0.5,
  y: 0.75,
  showarrow: false,
  text: "not measured in this run",
};

/** The name in a legend, marked where values are wrong. */
export function labelOf(
  { implementation, wrong }: Pick<SizedRecord, "implementation" | "wrong">,
): string {
  return wrong ? `${implementation} †` : implementation;
}

/** The subtitle, and what the mark means if somebody has it. */
export function withLegend(
  subtitle: string | undefined,
  rows: readonly Pick<SizedRecord, "wrong">[],
): string | undefined {
  const mark = rows.some(({ wrong }) => wrong)
    ? "†: 0 or ∞ somewhere where the answer is neither"
    : "";
  return [subtitle, mark].filter(Boolean).join("; ") || undefined;
}

/** Quartiles as error bars. */
export function quartileBars(
  values: readonly (readonly [number, number, number])[],
  color: string,
): ErrorBars {
  return {
    type: "data",
    symmetric: false,
    array: values.map(([, median, q3]) => q3 - median),
    arrayminus: values.map(([q1, median]) => median - q1),
    thickness: 1.25,
    width: 3,
    color,
  };
}
