/** Results of notebook cells: figures that show themselves wherever they are looked at. */
import { Buffer } from "node:buffer";
import type { Figure } from "../figures/types.ts";
import type { RenderOptions } from "./png.ts";

/** What a notebook shows: a bundle of the same content as several media types. */
export type MimeBundle = Record<string, unknown>;

/** What the Deno kernel asks a cell's result for. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as typeof DISPLAY;

/** A result that a notebook shows. */
export interface Shown {
  /** The bundle of what is shown; called by the kernel. */
  [DISPLAY](): MimeBundle | Promise<MimeBundle>;
}

/**
 * Shows a figure as the result of a notebook cell: interactive where the notebook has Plotly
 * (JupyterLab with its extension, VS Code), as a picture everywhere else, in words for who sees none.
 *
 * @param figure Plotly's `{ data, layout }`: of the laboratory, or of one's own
 * @throws {TypeError} it is no figure
 *
 * @example Figures of the laboratory show themselves; any other is shown so
 * ```ts
 * import { show } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const figure = { data: [{ type: "bar", x: ["a", "b"], y: [1, 2] }], layout: { title: { text: "Two" } } };
 * const shown = await show(figure, { scale: 1 });
 * const bundle = await shown[Symbol.for("Jupyter.display") as keyof typeof shown]();
 * assert.deepEqual(Object.keys(bundle), ["application/vnd.plotly.v1+json", "image/png", "text/plain"]);
 * ```
 */
export async function show(figure: AnyFigure, options: RenderOptions = {}): Promise<Shown> {
  if (!Array.isArray(figure?.data) || typeof (figure.layout ?? {}) !== "object") {
    throw new TypeError(
      `show: the figure must be { data: [...], layout: {...} }, as Plotly has it, got ${
        typeof figure === "object" ? `an object with ${Object.keys(figure ?? {})}` : typeof figure
      }`,
    );
  }
  const bundle = await figureBundle(whole(figure), options);
  return { [DISPLAY]: () => bundle };
}

/** Lets the Deno kernel show the results of a class: it asks for a bundle by this symbol. */
export function showsItself(
  prototype: { display(): Promise<MimeBundle>; toString(): string },
): void {
  Object.defineProperty(prototype, DISPLAY, {
    value(this: typeof prototype) {
      return this.display();
    },
  });
  // console.log of a result says what it found.
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: typeof prototype) {
      return this.toString();
    },
  });
}

/** A figure that need not say how large it is. */
export interface AnyFigure {
  /** Plotly's traces. */
  readonly data: readonly object[];
  /** Plotly's layout. */
  readonly layout?: object;
}

/** A figure of one's own with what all figures of the laboratory have. */
function whole({ data, layout = {} }: AnyFigure): Figure {
  const { title, ...rest } = layout as { readonly title?: unknown };
  const text = typeof title === "string" ? title : (title as { text?: string } | undefined)?.text;
  const own = { title: { ...(typeof title === "object" ? title : {}), text: text ?? "" } };
  return { data, layout: { width: 900, height: 480, ...rest, ...own } } as unknown as Figure;
}

/** The one bundle of a figure: for Plotly, as PNG, and in words. */
export async function figureBundle(
  figure: Figure,
  options: RenderOptions = {},
  text: string = figureText(figure),
): Promise<MimeBundle> {
  const { renderPng } = await import("./png.ts");
  const png = await renderPng(figure, options);
  return {
    "application/vnd.plotly.v1+json": { data: figure.data, layout: figure.layout, config: {} },
    "image/png": Buffer.from(png).toString("base64"),
    "text/plain": text,
  };
}

/** A figure in words, for whoever sees no picture. */
export function figureText({ data, layout }: Figure): string {
  const names = data.map(({ name }) => name).filter((name) => name !== undefined);
  return `Figure: ${layout.title.text.replaceAll(/<[^>]*>/g, " ")} (${
    [...new Set(names)].join(", ")
  })`;
}
