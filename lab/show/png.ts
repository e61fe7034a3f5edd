/**
 * Figures without a browser: to SVG and to PNG. Needs no fonts of the system: the same figure gives
 * the same picture everywhere.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "../figures/types.ts";
import { loadPackage } from "../packages.ts";
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
  const svg = await renderSvg(figure, options);
  const { Resvg } = await loadPackage(
    "@resvg/resvg-js",
    "a picture",
    () => import("@resvg/resvg-js"),
  );
  // It takes fonts from files alone.
  const folder = await mkdtemp(join(tmpdir(), "softplus-kit-"));
  try {
    const fontFiles = Object.keys(FACES).map((weight) => join(folder, `${weight}.ttf`));
    for (const [i, { bytes }] of Object.values(FACES).entries()) {
      await writeFile(fontFiles[i]!, bytes);
    }
    const image = new Resvg(svg, {
      fitTo: { mode: "zoom", value: options.scale ?? 2 },
      font: {
        fontFiles,
        loadSystemFonts: false,
        defaultFontFamily: FONT_FAMILY,
        sansSerifFamily: FONT_FAMILY,
      },
    });
    return new Uint8Array(image.render().asPng());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
