/**
 * Plotly in a DOM without a browser: jsdom holds the elements, `layout.ts` measures text, and what
 * comes out is the SVG that a browser would draw. Made on first use, half a second, and kept.
 */
import { JSDOM } from "jsdom";
import source from "plotly.js-cartesian-dist-min/plotly-cartesian.min.js" with { type: "text" };
import { Random } from "../../random.ts";
import type { Box, SvgElement } from "./layout.ts";
import { boxOf, textLength } from "./layout.ts";

/** A plotted figure, as plain data; see `figures/types.ts` for how figures are typed. */
export interface Plottable {
  readonly data: readonly unknown[];
  readonly layout: object;
}

/** What is used of the window. */
interface PlotWindow {
  Plotly?: {
    toImage(
      figure: Plottable,
      options: { format: "svg"; width: number; height: number; imageDataOnly: true },
    ): Promise<string>;
  };
  Math: { random: () => number };
  URL: { createObjectURL?: () => string };
  HTMLCanvasElement: { prototype: { getContext: () => null } };
  SVGElement: { prototype: Record<string, (this: SvgElement) => unknown> };
  eval(source: string): void;
}

let ready: PlotWindow | undefined;

function plotWindow(): PlotWindow {
  if (ready) return ready;
  const { window } = new JSDOM("<!doctype html><title></title>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
  }) as { window: PlotWindow };
  // Asked for while Plotly starts, by plot types that are not used here.
  window.URL.createObjectURL ??= () => "blob:";
  window.HTMLCanvasElement.prototype.getContext = () => null;
  Object.assign(window.SVGElement.prototype, {
    getBoundingClientRect(this: SvgElement) {
      return rectangle(boxOf(this));
    },
    getBBox(this: SvgElement) {
      return rectangle(boxOf(this));
    },
    getComputedTextLength(this: SvgElement) {
      return textLength(this);
    },
  });
  window.eval(source);
  return ready = window;
}

/** A box as the DOM gives it. */
function rectangle(box: Box = { left: 0, top: 0, right: 0, bottom: 0 }): object {
  const { left, top, right, bottom } = box;
  return { ...box, x: left, y: top, width: right - left, height: bottom - top };
}

/** The SVG of a figure; the same figure gives the same text. */
export async function plotSvg(figure: Plottable, width: number, height: number): Promise<string> {
  const window = plotWindow();
  const random = new Random(1);
  window.Math.random = () => random.uniform(); // ids within the SVG
  // Plotly writes defaults into what it is given.
  const { data, layout } = structuredClone(figure);
  const options = { format: "svg", width, height, imageDataOnly: true } as const;
  return await window.Plotly!.toImage({ data, layout }, options);
}
