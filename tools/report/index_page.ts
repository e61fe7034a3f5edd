/** The first page of the report: what was run, where, what came out, and where to read on. */

import type { Environment } from "../../lab/environment.ts";
import { escapeHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import { type Link, page } from "./page.ts";

/** A notebook as the index shows it. */
export interface Entry extends Link {
  /** Its first paragraph, Markdown. */
  readonly lead: string;
}

/** What the index tells. */
export interface IndexContent {
  readonly environment: Environment;
  /** The outcome in brief, HTML: a table, a figure. */
  readonly summary: string;
  /** Sentences about what is not as it should be, such as notebooks that could not be executed. */
  readonly remarks: readonly string[];
  /** What this machine lacks, and how to add it, a sentence each. */
  readonly missing?: readonly string[];
  readonly entries: readonly Entry[];
}

/** The title of the report. */
export const indexTitle = "Softplus and sigmoid, compared";

/** The whole HTML file. */
export function indexPage(content: IndexContent, pages: readonly Link[]): string {
  const { environment, summary, remarks, missing = [], entries } = content;
  const facts = [
    ["Processor", `${environment.cpu}, ${environment.cores} cores`],
    ["System", environment.os],
    ["Deno", `${environment.deno} (V8 ${environment.v8})`],
    ["Made", `${environment.date.slice(0, 16).replace("T", " ")} UTC`],
    ["Commit", environment.commit.replace(/\+$/, " with changes") || "not a checkout"],
  ] as const;
  const body = `<h1>${indexTitle}</h1>
${remarks.map((remark) => `<p class="remark">${escapeHtml(remark)}</p>`).join("\n")}
${summary === "" ? "" : `<section class="summary">\n${summary}\n</section>`}
<h2 id="notebooks">Notebooks</h2>
<ul class="cards">
${entries.map(card).join("\n")}
</ul>
<h2 id="machine">The machine</h2>
<dl class="facts">
${facts.map(([name, fact]) => `<div><dt>${name}</dt><dd>${escapeHtml(fact)}</dd></div>`).join("\n")}
</dl>${missing.length === 0 ? "" : missingHtml(missing)}`;
  return page({ file: "index.html", title: indexTitle, pages, body });
}

function missingHtml(missing: readonly string[]): string {
  const items = missing.map((text) => `<li>${escapeHtml(text)}</li>`).join("\n");
  return `\n<h2 id="to-add">Missing on this machine</h2>\n<ul>\n${items}\n</ul>`;
}

function card({ file, title, lead }: Entry): string {
  // A link within the paragraph may lead to a file that the report does not have.
  const text = renderMarkdown(lead).replace(/<\/?a\b[^>]*>/g, "");
  return `<li><h3><a href="${file}">${escapeHtml(title)}</a></h3>\n${text}</li>`;
}
