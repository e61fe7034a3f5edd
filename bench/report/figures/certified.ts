/** Figure of the certificates: errors over all float32, by how many inputs have them. */
import { numberLabel } from "../../../lab/figures/axes.ts";
import { power } from "../../../lab/figures/binades.ts";
import type { Titles } from "../../../lab/figures/sizes.ts";
import { type Drawn, layoutOf, lineOf } from "../../../lab/figures/theme.ts";
import type { Figure, Trace } from "../../../lab/figures/types.ts";

/** The share of inputs with an error greater than `ulp`. */
export interface SharePoint extends Drawn {
  readonly ulp: number;
  readonly share: number;
}

/** The histogram, summed from the right: how many inputs have an error greater than that. */
export function shareOverError(data: readonly SharePoint[], titles: Titles = {}): Figure {
  const groups = [...Map.groupBy(data, ({ implementation }) => implementation)];
  const least = 2 ** -32;
  const traces = groups.map(([name, points]): Trace => {
    const shown = points.filter(({ share }) => share > 0);
    // Where the last inputs are used up, the curve falls to the lower edge.
    const end = points.find(({ share }) => share === 0);
    const drawn = end ? [...shown, { ...end, share: least / 2 }] : shown;
    return {
      type: "scatter",
      name,
      ...lineOf(points[0]!),
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
