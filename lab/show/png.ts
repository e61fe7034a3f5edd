/**
 * Figures without a browser: to SVG, to PNG, and into a notebook. Needs no network and no fonts of
 * the system: the same figure gives the same picture everywhere.
 */
import { Resvg } from "@resvg/resvg-js";
import type { Figure } from "../figures/types.ts";
import { FACES, FONT_FAMILY } from "./png/font.ts";
import { plotSvg } from "./png/window.ts";

/** How large a figure is drawn. */
export interface RenderOptions {
  /** Width and height in CSS pixels; by default what the figure's layout says. */
  readonly width?: number;
  readonly height?: number;
  /** Device pixels to a CSS pixel in a PNG; 2 looks sharp on most screens. */
  readonly scale?: number;
}

/** The figure as SVG. */
export function renderSvg(figure: Figure, options: RenderOptions = {}): Promise<string> {
  const { width = figure.layout.width, height = figure.layout.height } = options;
  return plotSvg(figure, width, height);
}

/** The figure as PNG. */
export async function renderPng(
  figure: Figure,
  options: RenderOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const image = new Resvg(await renderSvg(figure, options), {
    fitTo: { mode: "zoom", value: options.scale ?? 2 },
    font: {
      fontFiles: Object.values(FACES).map(({ path }) => path),
      loadSystemFonts: false,
      defaultFontFamily: FONT_FAMILY,
      sansSerifFamily: FONT_FAMILY,
    },
  });
  return new Uint8Array(image.render().asPng());
}

/** What a notebook shows: a bundle of the same content as several media types. */
export type MimeBundle = Record<string, unknown>;

/**
 * Shows a figure as the result of a notebook cell: interactive where the notebook has Plotly
 * (JupyterLab with its extension, VS Code), as a picture everywhere else.
 *
 * @example
 * ```ts ignore
 * await show(timeOverSize(rows));
 * ```
 */
export async function show(figure: Figure, options: RenderOptions = {}): Promise<object> {
  const png = await renderPng(figure, options);
  const bundle: MimeBundle = {
    "application/vnd.plotly.v1+json": { data: figure.data, layout: figure.layout, config: {} },
    "image/png": png.toBase64(),
    "text/plain": figureText(figure),
  };
  return { [Symbol.for("Jupyter.display")]: () => bundle };
}

/** A figure in words, for whoever sees no picture. */
function figureText({ data, layout }: Figure): string {
  const names = data.map(({ name }) => name).filter((name) => name !== undefined);
  return `Figure: ${layout.title.text.replaceAll(/<[^>]*>/g, " ")} (${
    [...new Set(names)].join(", ")
  })`;
}
