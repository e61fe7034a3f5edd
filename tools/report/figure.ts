/** Plotly figures on a page: an image at once, and a chart to play with when it comes into view. */

import { escapeHtml, scriptJson } from "./html.ts";

/** A figure as Plotly and Jupyter have it. */
export interface Figure {
  readonly data: readonly { readonly type?: string }[];
  readonly layout?: Readonly<Record<string, unknown>>;
}

/** What a page draws itself. Other figures stay images: maps, for one, would have to be fetched. */
const drawable = new Set([
  ...["bar", "box", "contour", "heatmap", "histogram", "histogram2d", "histogram2dcontour"],
  ...["image", "pie", "scatter", "scatterternary", "violin"],
]);

/** Whether the page can draw a figure itself. */
export function isDrawable(figure: Figure): boolean {
  return figure.data.every(({ type }) => drawable.has(type ?? "scatter"));
}

/** A figure that draws itself; `png`, in base64, stands in until then, on paper, and for search. */
export function figureHtml(figure: Figure, png?: string): string {
  // The width is the page's to choose. Heights carry meaning (bars per row), so they are kept.
  const { width: _width, ...layout } = figure.layout ?? {};
  const height = typeof layout["height"] === "number" ? layout["height"] : 450;
  const image = png === undefined ? "" : imageHtml(png, titleOf(layout["title"]));
  return `<div class="plot" style="height:${height}px" data-figure>${image}` +
    `<script type="application/json">${scriptJson({ data: figure.data, layout })}</script></div>\n`;
}

/** An image that is part of the page. */
export function imageHtml(png: string, title = "Figure"): string {
  return `<img alt="${escapeHtml(title)}" src="data:image/png;base64,${png.replace(/\s/g, "")}">`;
}

function titleOf(title: unknown): string {
  const text = typeof title === "object" && title !== null && "text" in title ? title.text : title;
  return typeof text === "string" ? text.replace(/<[^>]*>/g, " ") : "Figure";
}
