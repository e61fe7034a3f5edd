/** The cells of an executed notebook as HTML. */

import { type Cell, type Multiline, type Output, textOf } from "../notebooks/ipynb.ts";
import { ansiToHtml } from "./ansi.ts";
import { type Figure, figureHtml, imageHtml, isDrawable } from "./figure.ts";
import { codeBlock, type Heading, renderMarkdown } from "./markdown.ts";

/** One cell; `headings` collects the headings of the notebook. */
export function cellHtml(cell: Cell, headings: Heading[]): string {
  const source = textOf(cell.source);
  if (cell.cell_type === "markdown") return renderMarkdown(source, headings);
  if (cell.cell_type !== "code" || source.trim() === "") return "";
  // The code is there to be read, and can be folded away by those who look at results.
  return `<section class="cell"><details class="source" open><summary>` +
    `Code${cell.execution_count === null ? ", not run" : ` ${cell.execution_count}`}</summary>` +
    `${codeBlock(source, "typescript")}</details>\n` +
    `${cell.outputs.map(outputHtml).join("")}</section>\n`;
}

/** One output, in the best of its representations that a page can show. */
export function outputHtml(output: Output): string {
  if (output.output_type === "stream") {
    return `<pre class="output ${output.name}">${ansiToHtml(textOf(output.text))}</pre>\n`;
  }
  if (output.output_type === "error") {
    const trace = output.traceback.length > 0
      ? output.traceback.join("\n")
      : `${output.ename}: ${output.evalue}`;
    return `<pre class="output error">${ansiToHtml(trace)}</pre>\n`;
  }
  const text = (type: string): string | undefined =>
    output.data[type] === undefined ? undefined : textOf(output.data[type] as Multiline);

  const figure = output.data["application/vnd.plotly.v1+json"] as Figure | undefined;
  const png = text("image/png");
  if (figure !== undefined && isDrawable(figure)) return figureHtml(figure, png);
  const html = text("text/html") ?? text("image/svg+xml");
  if (html !== undefined) return `<div class="output html">${html}</div>\n`;
  if (png !== undefined) return `<div class="plot">${imageHtml(png)}</div>\n`;
  const markdown = text("text/markdown");
  if (markdown !== undefined) return `<div class="output">${renderMarkdown(markdown)}</div>\n`;
  return `<pre class="output">${ansiToHtml(text("text/plain") ?? "")}</pre>\n`;
}
