/** The frame that all pages of the report share. A page needs nothing but itself, and Plotly beside it for figures. */

import { escapeHtml } from "./html.ts";
import cells from "./cells.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import style from "./style.css" with { type: "text" };

/** A page that can be gone to. */
export interface Link {
  /** Its file, in the same folder. */
  readonly file: string;
  readonly title: string;
}

/** A page before it has its frame. */
export interface PageContent {
  readonly file: string;
  readonly title: string;
  /** All pages, this one included, in reading order. */
  readonly pages: readonly Link[];
  /** The table of contents, if the page is long enough to have one. */
  readonly contents?: string;
  readonly body: string;
}

/** The file of the report that draws figures; all pages share it. */
export const PLOTLY = "plotly.js";

// The browser itself holds the pages to their promise: it refuses whatever does not lie beside them.
// A page that is opened from disk has no origin of its own, which 'self' would name.
const policy = "default-src 'none'; script-src 'self' file: 'unsafe-inline'; " +
  "style-src 'unsafe-inline'; img-src data: blob:";

/** The whole HTML file. Plotly is loaded only where there is a figure to draw. */
export function page(content: PageContent): string {
  const { file, title, pages, contents = "", body } = content;
  const link = (to: Link) =>
    to.file === file
      ? `<a href="${to.file}" aria-current="page">${escapeHtml(to.title)}</a>`
      : `<a href="${to.file}">${escapeHtml(to.title)}</a>`;
  const here = pages.findIndex((it) => it.file === file);
  const [previous, next] = [pages[here - 1], pages[here + 1]];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)} · softplus-kit</title>
<style>
${style}${cells}</style>
</head>
<body>
<header class="top"><nav aria-label="Pages">${pages.map(link).join("\n")}</nav></header>
<div class="layout">
${contents}
<main>
${body}
<nav class="turn" aria-label="Previous and next page">
${previous ? `<a href="${previous.file}">← ${escapeHtml(previous.title)}</a>` : "<span></span>"}
${next ? `<a href="${next.file}">${escapeHtml(next.title)} →</a>` : "<span></span>"}
</nav>
</main>
</div>
${body.includes("data-figure") ? `<script src="${PLOTLY}"></script>\n` : ""}<script>
${inline(script)}</script>
</body>
</html>
`;
}

/** A script's text must not end its element; in JavaScript's strings, `\x3c` is `<` as well. */
function inline(code: string): string {
  return code.replace(/<(?=\/script|!--)/gi, "\\x3c");
}
