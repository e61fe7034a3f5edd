/** Names at the right end of lines, in place of a legend: nobody has to match colours. */
import type { Mark } from "./types.ts";

/** A line, by where it ends within the plot. */
export interface LineEnd {
  readonly text: string;
  readonly colour: string;
  readonly bold: boolean;
  /** Fractions of the plot's width and height, from the lower left corner. */
  readonly x: number;
  readonly y: number;
}

/** Height that a name takes, in pixels. */
export const LABEL_HEIGHT = 17;

/** Width of the margin that the names need, in pixels. */
export function labelMargin(texts: readonly string[]): number {
  return 44 + 7 * Math.max(0, ...texts.map((text) => text.length));
}

/**
 * Positions as near to the wanted ones as they can be with a gap between neighbours, in the same
 * order, from 0 to 1.
 *
 * @param wanted in ascending order
 */
export function spread(wanted: readonly number[], gap: number): number[] {
  // Neighbours that would overlap form a block around the mean of what they want.
  const blocks: { from: number; wanted: number[] }[] = [];
  for (const place of wanted) {
    blocks.push({ from: place, wanted: [place] });
    while (blocks.length > 1) {
      const [before, last] = blocks.slice(-2) as [typeof blocks[0], typeof blocks[0]];
      if (before.from + before.wanted.length * gap <= last.from) break;
      const all = [...before.wanted, ...last.wanted];
      const centre = all.reduce((sum, one, i) => sum + one - i * gap, 0) / all.length;
      const highest = Math.max(0, 1 - (all.length - 1) * gap);
      blocks.splice(-2, 2, { from: Math.min(Math.max(centre, 0), highest), wanted: all });
    }
  }
  return blocks.flatMap(({ from, wanted }) => wanted.map((_, i) => from + i * gap));
}

/**
 * The names as annotations, and thin lines that lead to those that had to move.
 *
 * @param height of the plot, width of the plot, in pixels
 */
export function endLabels(
  ends: readonly LineEnd[],
  { width, height }: { readonly width: number; readonly height: number },
): { annotations: Mark[]; shapes: Mark[] } {
  const sorted = ends.toSorted((a, b) => a.y - b.y);
  const places = spread(sorted.map(({ y }) => y), LABEL_HEIGHT / height);
  const [near, far] = [1 + 4 / width, 1 + 22 / width];
  const annotations = sorted.map(({ text, colour, bold }, i): Mark => ({
    xref: "paper",
    yref: "paper",
    x: far,
    y: places[i],
    xanchor: "left",
    yanchor: "middle",
    text: bold ? `<b>${text}</b>` : text,
    showarrow: false,
    xshift: 2,
    font: { size: 12.5, color: colour },
  }));
  const shapes = sorted.flatMap(({ colour, x, y }, i): Mark[] => {
    const line = { color: colour, width: 0.75 };
    const part = (x0: number, y0: number, x1: number, y1: number): Mark => ({
      type: "line",
      xref: "paper",
      yref: "paper",
      x0,
      y0,
      x1,
      y1,
      line,
    });
    const level = { ...line, dash: "dot" };
    // A line that ends early is led to the edge first.
    return [
      { ...part(x, y, near, y), line: level },
      part(near, y, far, places[i]!),
    ];
  });
  return { annotations, shapes };
}
