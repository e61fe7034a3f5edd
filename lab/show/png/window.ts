/**
 * Plotly in a DOM without a browser: jsdom holds the elements, `layout.ts` measures text, and what
 * comes out is the SVG that a browser would draw. Made on first use, half a second, and kept.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { loadPackage } from "../../packages.ts";
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
  TextDecoder?: typeof TextDecoder;
  URL: { createObjectURL?: () => string };
  HTMLCanvasElement: { prototype: { getContext: () => null } };
  SVGElement: { prototype: Record<string, (this: SvgElement) => unknown> };
  eval(source: string): void;
}

let ready: Promise<PlotWindow> | undefined;

function plotWindow(): Promise<PlotWindow> {
  return ready ??= makeWindow();
}

async function makeWindow(): Promise<PlotWindow> {
  const { JSDOM } = await loadPackage("jsdom", "a picture", () => import("jsdom"));
  const source = await loadPackage("plotly.js-dist", "a picture", plotlySource);
  const { window } = new JSDOM("<!doctype html><title></title>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
  }) as { window: PlotWindow };
  // Asked for while Plotly starts, by plot types that are not used here.
  window.URL.createObjectURL ??= () => "blob:";
  window.TextDecoder ??= TextDecoder;
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
  return window;
}

/** The text of Plotly. Node imports no text, and Deno finds no file of a package by URL. */
async function plotlySource(): Promise<string> {
  if ("Deno" in globalThis) {
    const { default: text } = await import("plotly.js-dist/plotly.js", {
      with: { type: "text" },
    });
    return text;
  }
  const require = createRequire(import.meta.url);
  return await readFile(require.resolve("plotly.js-dist/plotly.js"), "utf8");
}

/** A box as the DOM gives it. */
function rectangle(box: Box = { left: 0, top: 0, right: 0, bottom: 0 }): object {
  const { left, top, right, bottom } = box;
  return { ...box, x: left, y: top, width: right - left, height: bottom - top };
}

/** The SVG of a figure; the same figure gives the same text. */
export async function plotSvg(figure: Plottable, width: number, height: number): Promise<string> {
  const window = await plotWindow();
  const random = new Random(1);
  window.Math.random = () => random.uniform(); // ids within the SVG
  // Plotly writes defaults into what it is given.
  const { data, layout } = structuredClone(figure);
  const options = { format: "svg", width, height, imageDataOnly: true } as const;
  return await window.Plotly!.toImage({ data, layout }, options);
}
