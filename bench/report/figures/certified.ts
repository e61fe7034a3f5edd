/** Figures of the certificates: errors over all float32, by binade and by how many have them. */
import { numberLabel } from "../../../lab/figures/axes.ts";
import {
  EDGE,
  type EnvelopePoint,
  placeOfBinade,
  power,
  ticksOfBinades,
} from "../../../lab/figures/binades.ts";
import type { Titles } from "../../../lab/figures/sizes.ts";
import { type Drawn, layoutOf, lineOf } from "../../../lab/figures/theme.ts";
import type { Figure, Records, Trace } from "../../../lab/figures/types.ts";
import { records } from "../../../lab/figures/types.ts";

/** The share of inputs with an error greater than `ulp`. */
export interface SharePoint extends Drawn {
  readonly ulp: number;
  readonly share: number;
}

/** Errors below this are drawn at it. */
const FLOOR = 2 ** -6;

/** Greatest error in each binade of x, from -infinity over 0 to +infinity. */
export function errorOverBinades(data: Records<EnvelopePoint>, titles: Titles = {}): Figure {
  const groups = [...Map.groupBy(records(data), ({ implementation }) => implementation)];
  const traces = groups.map(([name, points], i): Trace => {
    const greatest = new Map<number, number>();
    for (const point of points) {
      const at = placeOfBinade(point);
      greatest.set(at, Math.max(greatest.get(at) ?? FLOOR, point.ulp));
    }
    const sorted = [...greatest].sort(([a], [b]) => a - b);
    const { line } = lineOf(points[0]!);
    // The earlier, the wider: lines that coincide can still be seen.
    const width = 1.5 + Math.min(4, 1.5 * (groups.length - 1 - i));
    return {
      ...{ type: "scatter", name, mode: "lines" },
      line: { color: line!.color, width, dash: line!.dash, simplify: false },
      x: sorted.map(([at]) => at),
      y: sorted.map(([, ulp]) => ulp),
      hovertemplate: `${name}: %{y:.4g} ULP<extra></extra>`,
    };
  });
  const ticks = ticksOfBinades();
  const top = Math.max(1, ...traces.flatMap(({ y }) => y as number[]));
  const decades = Math.ceil(Math.log10(top) + 0.1);
  // All decades up to four, else every other one.
  const powers = Array.from({ length: decades }, (_, p) => p + 1)
    .filter((p) => decades <= 4 || p % 2 === 0);
  return {
    data: traces,
    layout: {
      ...layoutOf({
        title: titles.title ?? "Greatest error by binade of x, float32",
        subtitle: titles.subtitle,
        x: {
          title: { text: "x, a step for each power of two" },
          range: [-EDGE - 0.5, EDGE + 0.5],
          tickvals: ticks.map(({ at }) => at),
          ticktext: ticks.map(({ text }) => text),
        },
        y: {
          title: { text: "greatest error (ULP), ½: correctly rounded" },
          type: "log",
          range: [Math.log10(FLOOR) - 0.15, decades + 0.1],
          tickvals: [FLOOR, 0.5, 1, 2, ...powers.map((p) => 10 ** p)],
          ticktext: ["0", "½", "1", "2", ...powers.map(numberLabel)],
        },
        entries: traces.length,
      }),
      shapes: [{
        ...{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 0.5, y1: 0.5, layer: "below" },
        line: { color: "#555555", width: 1.25, dash: "dot" },
      }],
    },
  };
}

/** The histogram, summed from the right: how many inputs have an error greater than that. */
export function shareOverError(data: Records<SharePoint>, titles: Titles = {}): Figure {
  const groups = [...Map.groupBy(records(data), ({ implementation }) => implementation)];
  const least = 2 ** -32;
  const traces = groups.map(([name, points]): Trace => {
    const shown = points.filter(({ share }) => share > 0);
    // Where the last inputs are used up, the curve falls to the lower edge.
    const end = points.find(({ share }) => share === 0);
    const drawn = end ? [...shown, { ...end, share: least / 2 }] : shown;
    return {
      ...{ type: "scatter", name, ...lineOf(points[0]!) },
      x: drawn.map(({ ulp }) => ulp),
      y: drawn.map(({ share }) => share),
      hovertemplate: `${name}: %{y:.3g} of all beyond %{x:.4g} ULP<extra></extra>`,
    };
  });
  const top = Math.max(2, ...traces.flatMap(({ x }) => x));
  const edges = [0.5, 1, 2, 4, 16, 256, 2 ** 12, 2 ** 16, 2 ** 20, 2 ** 24]
    .filter((edge) => edge <= top * 1.01);
  const shares = [0, -2, -4, -6, -8];
  return {
    data: traces,
    layout: layoutOf({
      title: titles.title ?? "How many float32 have an error greater than that",
      subtitle: titles.subtitle,
      x: {
        title: { text: "error (ULP)" },
        type: "log",
        range: [Math.log10(0.48), Math.log10(top) + 0.05],
        tickvals: edges,
        ticktext: edges.map((edge) => edge > 256 ? power(Math.log2(edge)) : String(edge)),
      },
      y: {
        title: { text: "share of the inputs tried" },
        type: "log",
        range: [Math.log10(least / 2), 0.2],
        tickvals: [...shares.map((p) => 10 ** p), least],
        ticktext: [...shares.map(numberLabel), "one input"],
      },
      entries: traces.length,
    }),
  };
}
