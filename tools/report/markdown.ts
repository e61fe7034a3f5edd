/** Markdown with formulas and code to HTML that needs no font, style sheet or script from afar. */

import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import katex from "katex";
import { Marked, Renderer, type TokenizerAndRendererExtension, type Tokens } from "marked";
import { escapeHtml } from "./html.ts";

hljs.registerLanguage("bash", bash);
hljs.registerLanguage("json", json);
hljs.registerLanguage("python", python);
hljs.registerLanguage("typescript", typescript);
hljs.registerAliases(["ts", "js", "javascript"], { languageName: "typescript" });
hljs.registerAliases(["sh"], { languageName: "bash" });

/** A heading, for a table of contents. */
export interface Heading {
  readonly id: string;
  readonly level: number;
  readonly html: string;
}

/** Renders Markdown. `headings` collects what a table of contents needs, with ids not used yet. */
export function renderMarkdown(markdown: string, headings: Heading[] = []): string {
  const marked = new Marked({ gfm: true, extensions: [blockMath, inlineMath] });
  marked.use({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading): string {
        const html = this.parser.parseInline(tokens);
        const id = uniqueId(text, headings);
        headings.push({ id, level: depth, html });
        return `<h${depth} id="${id}">${html}</h${depth}>\n`;
      },
      code({ text, lang }: Tokens.Code): string {
        return codeBlock(text, lang ?? "");
      },
      table(token: Tokens.Table): string {
        return `<div class="table">${Renderer.prototype.table.call(this, token)}</div>`;
      },
    },
  });
  return marked.parse(markdown, { async: false });
}

/** Highlighted code in a block. */
export function codeBlock(code: string, language: string): string {
  const html = hljs.getLanguage(language) === undefined
    ? escapeHtml(code)
    : hljs.highlight(code, { language, ignoreIllegals: true }).value;
  return `<pre class="code"><code>${html}</code></pre>\n`;
}

/** The title of a document, and its first paragraph as Markdown. */
export function titleAndLead(markdown: string): { title: string | undefined; lead: string } {
  const title = /^#\s+(.+)$/m.exec(markdown)?.[1]?.trim();
  const paragraphs = markdown.split(/\n\s*\n/).map((paragraph) => paragraph.trim());
  return { title, lead: paragraphs.find((it) => it !== "" && /^[^#>|<!-]/.test(it)) ?? "" };
}

function formula(tex: string, displayMode: boolean): string {
  // MathML is drawn by the browser itself, so there are no fonts to ship.
  return katex.renderToString(tex, { output: "mathml", displayMode, throwOnError: false });
}

const blockMath: TokenizerAndRendererExtension = {
  name: "blockMath",
  level: "block",
  start: (source) => /^ {0,3}\$\$/m.exec(source)?.index,
  tokenizer(source) {
    const match = /^ {0,3}\$\$([\s\S]+?)\$\$[ \t]*(?:\n|$)/.exec(source);
    return match ? { type: "blockMath", raw: match[0], tex: match[1] } : undefined;
  },
  renderer: (token) => `<p class="formula">${formula(String(token["tex"]).trim(), true)}</p>\n`,
};

const inlineMath: TokenizerAndRendererExtension = {
  name: "inlineMath",
  level: "inline",
  start: (source) => source.indexOf("$"),
  tokenizer(source) {
    // As in Jupyter, a dollar sign before a digit or behind a space is money.
    const match = /^\$\$((?:\\.|[^\\$])+?)\$\$/.exec(source) ??
      /^\$(?![\s$])((?:\\.|[^\\$])*?[^\s\\$]|\S)\$(?!\d)/.exec(source);
    return match ? { type: "inlineMath", raw: match[0], tex: match[1] } : undefined;
  },
  renderer: (token) => formula(String(token["tex"]), token.raw.startsWith("$$")),
};

function uniqueId(text: string, headings: readonly Heading[]): string {
  const plain = text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  const base = plain || "section";
  let id = base;
  for (let n = 2; headings.some((heading) => heading.id === id); n++) id = `${base}-${n}`;
  return id;
}
