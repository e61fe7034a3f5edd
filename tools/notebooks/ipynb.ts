/** The notebook file format (nbformat 4.5), as far as this project uses it. */

/** Text as notebooks store it: whole, or as a list of lines that keep their line ends. */
export type Multiline = string | readonly string[];

/** Representations of one result by media type. */
export type Bundle = Readonly<Record<string, unknown>>;

/** One thing that a code cell put out. */
export type Output =
  | {
    readonly output_type: "stream";
    readonly name: "stdout" | "stderr";
    readonly text: Multiline;
  }
  | {
    readonly output_type: "display_data";
    readonly data: Bundle;
    readonly metadata: Bundle;
  }
  | {
    readonly output_type: "execute_result";
    readonly data: Bundle;
    readonly metadata: Bundle;
    readonly execution_count: number | null;
  }
  | {
    readonly output_type: "error";
    readonly ename: string;
    readonly evalue: string;
    readonly traceback: readonly string[];
  };

interface CommonCell {
  readonly id?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: Multiline;
}

/** A cell that runs. */
export interface CodeCell extends CommonCell {
  readonly cell_type: "code";
  readonly execution_count: number | null;
  readonly outputs: readonly Output[];
}

/** A cell to be read. */
export interface MarkdownCell extends CommonCell {
  readonly cell_type: "markdown";
}

/** A cell that is neither. */
export interface RawCell extends CommonCell {
  readonly cell_type: "raw";
}

/** Any cell. */
export type Cell = CodeCell | MarkdownCell | RawCell;

/** A notebook. */
export interface Notebook {
  readonly nbformat: number;
  readonly nbformat_minor: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly cells: readonly Cell[];
}

/** The text in one piece. */
export function textOf(text: Multiline): string {
  return typeof text === "string" ? text : text.join("");
}

/** The text as lines, each with its line end. */
export function linesOf(text: Multiline): readonly string[] {
  return textOf(text).match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Reads a notebook's JSON. */
export function parseNotebook(json: string): Notebook {
  const value = JSON.parse(json) as Partial<Notebook>;
  if (value.nbformat !== 4 || !Array.isArray(value.cells)) {
    throw new TypeError("not a notebook of format 4");
  }
  return value as Notebook;
}

/** Writes a notebook as Jupyter does: keys sorted, one space of indentation. */
export function formatNotebook(notebook: Notebook): string {
  return JSON.stringify(sorted(notebook), null, 1) + "\n";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, sorted(entry)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1));
}
