/** Writes the report: executed notebooks become pages that open from disk, offline; the reference beside them. */

import plotly from "plotly.js-dist/plotly.js" with { type: "text" };
import type { Environment } from "../lab/environment.ts";
import { replaceFolder } from "./files.ts";
import type { Notebook } from "./notebooks/ipynb.ts";
import { indexPage } from "./report/index_page.ts";
import { notebookPage, notebookTitle } from "./report/notebook_page.ts";
import { PLOTLY } from "./report/page.ts";
import { reference, writeReference } from "./report/reference.ts";

/** Everything that the report shows. */
export interface ReportContent {
  readonly environment: Environment;
  /** The outcome in brief, HTML. */
  readonly summary: string;
  /** What the reader should know about how this report came to be. */
  readonly remarks: readonly string[];
  /** What this machine lacks, and how to add it, a sentence each; nothing if left out. */
  readonly missing?: readonly string[];
  /** Executed notebooks in reading order. */
  readonly notebooks: readonly { readonly name: string; readonly notebook: Notebook }[];
}

/** The report's files and their content, the index first. */
export function reportPages(content: ReportContent): ReadonlyMap<string, string> {
  const entries = content.notebooks.map(({ name, notebook }) => ({
    file: `${name}.html`,
    ...notebookTitle(notebook, name),
  }));
  const links = [{ file: "index.html", title: "Report" }, ...entries, reference];
  const pages = new Map([["index.html", indexPage({ ...content, entries }, links)]]);
  for (const [index, { notebook }] of content.notebooks.entries()) {
    const entry = entries[index];
    if (entry) pages.set(entry.file, notebookPage(notebook, entry, links));
  }
  return pages;
}

/** Puts the report into a folder, at once: an earlier report stays until the new one is whole. */
export async function writeReport(folder: string, content: ReportContent): Promise<void> {
  const pages = reportPages(content);
  await replaceFolder(folder, async (folder) => {
    for (const [file, html] of pages) await Deno.writeTextFile(`${folder}/${file}`, html);
    await Deno.writeTextFile(`${folder}/${PLOTLY}`, plotly);
    await writeReference(folder);
  });
}
