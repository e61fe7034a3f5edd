/** Axes whose ticks read well: durations with their units, sizes, powers of ten. */
import type { Axis } from "./types.ts";

/** The least and the greatest of positive finite values; 1 and 10 where there are none. */
function extent(values: readonly number[]): [number, number] {
  const known = values.filter((value) => value > 0 && Number.isFinite(value));
  return known.length > 0 ? [Math.min(...known), Math.max(...known)] : [1, 10];
}

/** A logarithmic axis around values, ticks at the powers of ten that `label` names. */
export function decadeAxis(
  title: string,
  values: readonly number[],
  label: (power: number) => string,
): Axis {
  const [least, greatest] = extent(values).map(Math.log10) as [number, number];
  const margin = Math.max(0.08, 0.05 * (greatest - least));
  const range = [least - margin, greatest + margin] as const;
  const decades = range[1] - range[0];
  const powers: number[] = [];
  for (let p = Math.ceil(range[0]); p <= range[1]; p++) powers.push(p);
  // The fewer decades, the more ticks between the powers.
  const between = decades < 1 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : decades < 2.2 ? [1, 2, 5] : [1];
  const ticks = [Math.floor(range[0]), ...powers]
    .flatMap((p) => between.map((factor) => ({ factor, p, value: factor * 10 ** p })))
    .filter(({ value }) => Math.log10(value) >= range[0] && Math.log10(value) <= range[1])
    .filter(({ value }, i, all) => all.findIndex((other) => other.value === value) === i);
  const sparse = ticks.length > 12 ? ticks.filter(({ p }) => p % 2 === 0) : ticks;
  return {
    title: { text: title },
    type: "log",
    range,
    tickvals: sparse.map(({ value }) => value),
    ticktext: sparse.map(({ factor, p }) => factor === 1 ? label(p) : scaled(label(p), factor)),
  };
}

/** "1 ms" times 2 is "2 ms"; "10 ms" times 5 is "50 ms"; 10^6 times 5 is 5 × 10^6. */
function scaled(text: string, factor: number): string {
  if (text.includes("<sup>")) return `${factor} × ${text}`;
  return text.replace(/^[\d.]+/, (digits) => String(+(Number(digits) * factor).toPrecision(3)));
}

/** 10^p seconds in the unit that people would say: "100 ns", "1 µs", "10 ms". */
export function durationLabel(power: number): string {
  const units = ["ns", "µs", "ms", "s"] as const;
  const place = Math.min(3, Math.max(0, Math.floor((power + 9) / 3)));
  return `${+(10 ** (power + 9 - 3 * place)).toPrecision(1)} ${units[place]}`;
}

/** 10^p as a plain number where that is short, else as a power. */
export function numberLabel(power: number): string {
  if (power >= -3 && power <= 3) return String(+(10 ** power).toPrecision(1));
  return `10<sup>${String(power).replace("-", "−")}</sup>`;
}

/** A logarithmic axis over batch sizes n, with the measured sizes as ticks where they fit. */
export function sizeAxis(sizes: readonly number[]): Axis {
  const sorted = [...new Set(sizes)].sort((a, b) => a - b);
  const [least, greatest] = extent(sorted);
  const span = Math.max(0.5, Math.log10(greatest / least));
  const ticks: number[] = [];
  for (const n of sorted.toReversed()) {
    // A label is about 7 % of the axis wide.
    const next = ticks.at(-1);
    if (next === undefined || Math.log10(next / n) > 0.07 * span) ticks.push(n);
  }
  return {
    title: { text: "n, for a batch of n × n" },
    type: "log",
    range: [Math.log10(least) - 0.04 * span, Math.log10(greatest) + 0.04 * span],
    tickangle: 0,
    tickvals: ticks.toReversed(),
    ticktext: ticks.toReversed().map(String),
  };
}

/** A logarithmic axis over numbers of elements, powers of two, with those as ticks. */
export function powerAxis(elements: readonly number[]): Axis {
  const axis = sizeAxis(elements);
  return {
    ...axis,
    title: { text: "elements" },
    ticktext: axis.tickvals!.map((value) => `2<sup>${+Math.log2(value).toFixed(1)}</sup>`),
  };
}
