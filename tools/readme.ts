/**
 * The parts of README.md that are made from the sources. Such a part stands between
 *
 *     <!-- generated: NAME by deno task readme -->
 *     <!-- /generated -->
 *
 * and NAME is one of {@link sections}.
 */

import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { bound } from "../tests/bounds.ts";
import { readCertificates } from "../tests/verify/certificate.ts";
import { replaceFile } from "./files.ts";
import { exitWith, root } from "./process.ts";

/** Makes the Markdown of a part. */
export type Section = () => string | Promise<string>;

/** The parts by name. */
export const sections: Readonly<Record<string, Section>> = {
  accuracy,
  certificates,
  tasks,
};

/** Returns the README with its generated parts made again, and the rest as it is. */
export async function makeReadme(
  readme: string,
  from: Readonly<Record<string, Section>> = sections,
): Promise<string> {
  const marker = /(<!-- generated: (\S+) by [^>]*-->\n)[\s\S]*?(<!-- \/generated -->)/g;
  let text = "";
  let end = 0;
  for (const match of readme.matchAll(marker)) {
    const [all, head = "", name = "", tail = ""] = match;
    const section = from[name];
    if (section === undefined) throw new RangeError(`README.md has an unknown part "${name}"`);
    // Blank lines keep Markdown from reading the content as part of the comment.
    text += readme.slice(end, match.index) + head + `\n${(await section()).trim()}\n\n` + tail;
    end = match.index + all.length;
  }
  return text + readme.slice(end);
}

/** The promised bounds, from the table that tests and certificates hold the engines to. */
function accuracy(): string {
  const rows = [['float32, `"exact"`', "f32", "exact"], ['float32, `"fast"`', "f32", "fast"], [
    "float64",
    "f64",
    "exact",
  ]] as const;
  const table = [
    ["", "beta = 1", "other beta"],
    ...rows.map(([label, format, precision]) => [
      label,
      String(bound(format, precision)),
      String(bound(format, precision, 2)),
    ]),
  ];
  return markdownTable(table);
}

/** What the certificates found, one line for each function of each subject. */
async function certificates(): Promise<string> {
  const rows: string[][] = [];
  for (const one of await readCertificates(new URL("tests/certificates/", root))) {
    if (one.kind !== "kit" || one.bound === null) continue;
    rows.push([
      `${one.engine}${one.build ? ` (${one.build})` : ""}`,
      one.format === "f64" ? "float64" : `float32 \`"${one.precision}"\``,
      one.function,
      String(one.bound),
      one.maxUlp.toPrecision(4),
      one.misrounded.toLocaleString("en"),
      `${one.inputs.toLocaleString("en")}${one.method === "sampled" ? " sampled" : ""}`,
    ]);
  }
  const header = ["engine", "precision", "function", "promised", "found", "misrounded", "of"];
  return markdownTable([header, ...rows]);
}

/** A table as `deno fmt` writes it. */
function markdownTable([header = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = header.map((cell, c) =>
    Math.max(cell.length, 3, ...rows.map((row) => row[c]!.length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, c) => cell.padEnd(widths[c]!)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)]
    .join("\n");
}

function tasks(): string {
  const all: Readonly<Record<string, { readonly description: string }>> = config.tasks;
  const width = Math.max(...Object.keys(all).map((name) => name.length));
  const lines = Object.entries(all).map(([name, { description }]) =>
    `deno task ${name.padEnd(width)}  # ${description}`
  );
  return ["```sh", ...lines, "```"].join("\n");
}

if (import.meta.main) {
  await exitWith(async () => {
    const path = fileURLToPath(new URL("README.md", root));
    const current = await Deno.readTextFile(path);
    const text = await makeReadme(current);
    if (text !== current) await replaceFile(path, text);
    console.log(text === current ? "README.md is up to date" : "README.md was updated");
    return true;
  });
}
