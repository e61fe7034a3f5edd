/** Figures of a GPU over the number of elements: times of calls, and memory traffic. */
import { decadeAxis, durationLabel, numberLabel, powerAxis } from "./axes.ts";
import { overSize, secondsOf, type Titles, trafficOf } from "./sizes.ts";
import type { Drawn } from "./theme.ts";
import type { Figure } from "./types.ts";

/** An implementation at one number of elements. */
export interface GpuTiming extends Drawn {
  readonly wrong?: boolean;
  readonly elements: number;
  readonly median_ns: number;
  readonly q1_ns: number;
  readonly q3_ns: number;
  readonly gb_per_s: number;
}

/** Time of a call over the number of elements, both logarithmic, with quartiles. */
export function timeOverElements(data: readonly GpuTiming[], titles: Titles = {}): Figure {
  return overSize(byElements(data), {
    title: titles.title ?? "Time of a call: lower is faster",
    subtitle: titles.subtitle,
    value: secondsOf,
    axis: (values) => decadeAxis("time of a call (median, quartiles)", values, durationLabel),
    sizes: powerAxis,
    hover: "%{x} elements: %{y:.3s}s",
  });
}

/** Bytes read and written per second over the number of elements. */
export function trafficOverElements(data: readonly GpuTiming[], titles: Titles = {}): Figure {
  return overSize(byElements(data), {
    title: titles.title ?? "Memory traffic: a copy is the roof",
    subtitle: titles.subtitle,
    value: trafficOf,
    axis: (values) => decadeAxis("read and written (GB/s)", values, numberLabel),
    sizes: powerAxis,
    hover: "%{x} elements: %{y:.3g} GB/s",
  });
}

function byElements(data: readonly GpuTiming[]): (GpuTiming & { readonly n: number })[] {
  return data.map((row) => ({ ...row, n: row.elements }));
}
