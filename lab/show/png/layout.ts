/**
 * The layout of SVG text, which a DOM without a browser does not know: where a `<text>`, its lines
 * and a group of them extend to. Plotly asks for these boxes to place titles, ticks and legends.
 *
 * Only what Plotly writes is understood: lines as `<tspan class="line" dy="1.3em">`, super- and
 * subscripts as smaller `<tspan>`s, translations, and rectangles.
 */
import { FACES } from "./font.ts";

/** A box in the units of the figure, y downward. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The members of a DOM element that layout reads. */
export interface SvgElement {
  readonly nodeName: string;
  readonly childNodes: ArrayLike<SvgElement>;
  readonly textContent: string | null;
  getAttribute?(name: string): string | null;
  readonly style?: { fontSize: string; fontWeight: string; display: string };
}

interface TextStyle {
  readonly size: number;
  readonly bold: boolean;
}

/** Where an element extends to, in its parent's coordinates; undefined when it draws nothing. */
export function boxOf(element: SvgElement): Box | undefined {
  if (element.style?.display === "none") return undefined;
  const box = localBox(element);
  const transform = attribute(element, "transform");
  return box && transform ? transformed(box, transform) : box;
}

/** The box around a box after the translations and rotations of a `transform` attribute. */
function transformed({ left, top, right, bottom }: Box, transform: string): Box {
  let corners = [left, right].flatMap((x) => [top, bottom].map((y) => [x, y] as const));
  // The last of the list is the first to be applied.
  const steps = [...transform.matchAll(/(translate|rotate)\(([^)]*)\)/g)].reverse();
  for (const [, kind, list] of steps) {
    const [a = 0, b = 0, c = 0] = list!.split(/[\s,]+/).map(Number);
    if (kind === "translate") {
      corners = corners.map(([x, y]) => [x + a, y + b]);
    } else {
      const [cos, sin] = [Math.cos(a * Math.PI / 180), Math.sin(a * Math.PI / 180)];
      corners = corners.map(([x, y]) => [
        b + (x - b) * cos - (y - c) * sin,
        c + (x - b) * sin + (y - c) * cos,
      ]);
    }
  }
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return {
    left: Math.min(...xs),
    top: Math.min(...ys),
    right: Math.max(...xs),
    bottom: Math.max(...ys),
  };
}

/** Width of a text element's widest line. */
export function textLength(element: SvgElement): number {
  return Math.max(
    0,
    ...textLines(element, styleOf(element, DEFAULT_STYLE)).map(({ width }) => width),
  );
}

const DEFAULT_STYLE: TextStyle = { size: 12, bold: false };

function localBox(element: SvgElement): Box | undefined {
  switch (element.nodeName.toLowerCase()) {
    case "text":
      return textBox(element);
    case "rect": {
      const [left, top] = [numeric(element, "x"), numeric(element, "y")];
      const [width, height] = [numeric(element, "width"), numeric(element, "height")];
      return { left, top, right: left + width, bottom: top + height };
    }
    case "g":
    case "svg": {
      const boxes = Array.from(element.childNodes, boxOf).filter((box) => box !== undefined);
      if (boxes.length === 0) return undefined;
      return {
        left: Math.min(...boxes.map(({ left }) => left)),
        top: Math.min(...boxes.map(({ top }) => top)),
        right: Math.max(...boxes.map(({ right }) => right)),
        bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
      };
    }
    default:
      return undefined;
  }
}

function textBox(element: SvgElement): Box | undefined {
  const style = styleOf(element, DEFAULT_STYLE);
  const lines = textLines(element, style);
  const width = Math.max(...lines.map((line) => line.width));
  if (!(width > 0)) return undefined;
  const anchor = { middle: 0.5, end: 1 }[attribute(element, "text-anchor")] ?? 0;
  const left = numeric(element, "x") - anchor * width;
  const baseline = numeric(element, "y");
  const { ascent, descent } = FACES.regular;
  return {
    left,
    top: baseline + (lines[0]!.dy - ascent) * style.size,
    right: left + width,
    bottom: baseline + (lines.at(-1)!.dy + descent) * style.size,
  };
}

interface Line {
  width: number;
  /** Offset of the baseline in ems. */
  dy: number;
}

function textLines(element: SvgElement, style: TextStyle): Line[] {
  const lines = Array.from(element.childNodes)
    .filter((child) => attribute(child, "class") === "line")
    .map((line) => ({
      width: runWidth(line, styleOf(line, style)),
      dy: ems(attribute(line, "dy")),
    }));
  if (lines.length > 0) return lines; // the dy of a line stands in place of its text's
  return [{ width: runWidth(element, style), dy: ems(attribute(element, "dy")) }];
}

/** Width of the text within an element, each part in its own size and weight. */
function runWidth(element: SvgElement, style: TextStyle): number {
  let width = 0;
  for (const child of Array.from(element.childNodes)) {
    if (child.nodeName === "#text") {
      // Plotly puts zero-width spaces where super- and subscripts return to the baseline.
      const text = (child.textContent ?? "").replaceAll("\u200b", "");
      width += FACES[style.bold ? "bold" : "regular"].width(text) * style.size;
    } else {
      width += runWidth(child, styleOf(child, style));
    }
  }
  return width;
}

function styleOf({ style }: SvgElement, inherited: TextStyle): TextStyle {
  const size = parseFloat(style?.fontSize ?? "");
  const weight = style?.fontWeight;
  return {
    size: Number.isNaN(size)
      ? inherited.size
      : style!.fontSize.endsWith("%")
      ? inherited.size * size / 100
      : size,
    bold: weight ? weight === "bold" || Number(weight) >= 600 : inherited.bold,
  };
}

function attribute(element: SvgElement, name: string): string {
  return element.getAttribute?.(name) ?? "";
}

function numeric(element: SvgElement, name: string): number {
  return parseFloat(attribute(element, name)) || 0;
}

/** "1.3em" as 1.3. */
function ems(text: string): number {
  return text.endsWith("em") ? parseFloat(text) : 0;
}
