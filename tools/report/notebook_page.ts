/** A page of the report: one executed notebook. */

import { type Notebook, textOf } from "../notebooks/ipynb.ts";
import { cellHtml } from "./cells.ts";
import { escapeHtml } from "./html.ts";
import { type Heading, titleAndLead } from "./markdown.ts";
import { type Link, page } from "./page.ts";

/** The title of a notebook and its first paragraph, as Markdown. */
export function notebookTitle(notebook: Notebook, name: string): { title: string; lead: string } {
  const prose = notebook.cells.filter((cell) => cell.cell_type === "markdown")
    .map((cell) => textOf(cell.source)).join("\n\n");
  const { title, lead } = titleAndLead(prose);
  return { title: title ?? name, lead };
}

/** The whole HTML file for one notebook. */
export function notebookPage(notebook: Notebook, link: Link, pages: readonly Link[]): string {
  const headings: Heading[] = [];
  const cells = notebook.cells.map((cell) => cellHtml(cell, headings)).join("\n");
  const body = `<button type="button" class="toggle" data-toggle-code hidden>Hide code</button>\n` +
    (headings.some(({ level }) => level === 1) ? "" : `<h1>${escapeHtml(link.title)}</h1>\n`) +
    cells;
  return page({ ...link, pages, contents: contentsHtml(headings), body });
}

function contentsHtml(headings: readonly Heading[]): string {
  const shown = headings.filter(({ level }) => level === 2 || level === 3);
  if (shown.length < 3) return "";
  const items = shown.map(({ id, level, html }) =>
    `<li class="level-${level}"><a href="#${id}">${html}</a></li>`
  );
  return `<nav class="contents" aria-label="On this page"><ul>\n${items.join("\n")}\n</ul></nav>`;
}
