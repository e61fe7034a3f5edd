/** A map of errors: a row for each implementation, a colour for each binade of x. */
import { groupBy } from "../statistics.ts";
import { EDGE, type EnvelopePoint, placeOfBinade, ticksOfBinades } from "./binades.ts";
import type { Titles } from "./sizes.ts";
import { layoutOf } from "./theme.ts";
import type { Figure, Trace } from "./types.ts";

/** Upper ends in ULP of the classes that have a colour each, and what the legend says. */
const CLASSES = [
  { most: 0.5, colour: "#eef3f7", label: "½, the least there is" },
  { most: 1, colour: "#cfe1f2", label: "to 1" },
  { most: 2, colour: "#93c3df", label: "to 2" },
  { most: 4, colour: "#4b97c9", label: "to 4" },
  { most: 16, colour: "#fdd08a", label: "to 16" },
  { most: 2 ** 12, colour: "#f98e52", label: "to 2<sup>12</sup>" },
  { most: 2 ** 20, colour: "#d7301f", label: "to 2<sup>20</sup>" },
  { most: Infinity, colour: "#67000d", label: "no digit right" },
] as const;

/** Greatest error in each binade of x, as colours; rows in the order in which they come. */
export function errorMap(data: readonly EnvelopePoint[], titles: Titles = {}): Figure {
  const groups = [...groupBy(data, ({ implementation }) => implementation)];
  const runs = groups.flatMap(([name, points]) => runsOf(name, points));
  // Every class has a trace, also an empty one: the legend is the scale.
  const traces = CLASSES.map(({ colour, label }, i): Trace => {
    const own = runs.filter((run) => run.level === i);
    return {
      type: "bar",
      name: label,
      orientation: "h",
      base: own.map(({ from }) => from - 0.5),
      x: own.map(({ from, to }) => to - from + 1),
      y: own.map(({ name }) => name),
      marker: { color: colour, line: { color: colour, width: 0 } },
      hovertemplate: `%{y}: ${label} ULP<extra></extra>`,
    };
  });
  const ticks = ticksOfBinades();
  const layout = layoutOf({
    title: titles.title ?? "Greatest error by binade of x, float32",
    subtitle: titles.subtitle,
    x: {
      title: { text: "x, a step for each power of two" },
      range: [-EDGE - 0.5, EDGE + 0.5],
      tickvals: ticks.map(({ at }) => at),
      ticktext: ticks.map(({ text }) => text),
      showgrid: false,
    },
    y: {
      title: { text: "" },
      type: "category",
      categoryarray: groups.map(([name]) => name),
      autorange: "reversed",
      ticks: "",
      showline: false,
      showgrid: false,
    },
    entries: traces.length,
    height: 150 + 24 * groups.length,
  });
  const legend = { ...layout["legend"] as object, title: { text: "greatest error (ULP)" } };
  return {
    data: traces,
    layout: { ...layout, legend, barmode: "overlay", bargap: 0.2 },
  };
}

/** Neighbouring binades of one class, as one bar. */
interface Run {
  readonly name: string;
  readonly level: number;
  readonly from: number;
  to: number;
}

function runsOf(name: string, points: readonly EnvelopePoint[]): Run[] {
  const greatest = new Map<number, number>();
  for (const point of points) {
    const at = placeOfBinade(point);
    greatest.set(at, Math.max(greatest.get(at) ?? 0, point.ulp));
  }
  const runs: Run[] = [];
  for (const [at, ulp] of [...greatest].sort(([a], [b]) => a - b)) {
    const level = levelOf(ulp);
    const last = runs.at(-1);
    // No binade stands at 0: -1 and 1 are neighbours, and share the gap.
    const from = at === 1 ? 0 : at;
    if (last?.level === level && last.to >= from - 1) last.to = at;
    else runs.push({ name, level, from, to: at });
  }
  return runs;
}

/** The class of an error. Certificates give six digits, so 1/2 may come as a little more. */
function levelOf(ulp: number): number {
  return CLASSES.findIndex(({ most }) => ulp <= most * (1 + 1e-6));
}
