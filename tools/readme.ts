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
import { readTargets, type Targets } from "../bench/targets.ts";
import { bound } from "../tests/engines.ts";
import { replaceFile } from "./files.ts";
import { exitWith, root } from "./process.ts";

/** Makes the Markdown of a part. */
export type Section = () => string | Promise<string>;

/** The parts by name. */
export const sections: Readonly<Record<string, Section>> = { accuracy, targets, tasks };

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

/** The promised bounds, from the table that the tests hold the engines to. */
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
  const widths = [0, 1, 2].map((c) => Math.max(...table.map((row) => row[c]!.length)));
  const lines = table.map((row) =>
    `| ${row.map((cell, c) => cell.padEnd(widths[c]!)).join(" | ")} |`
  );
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}

/** The reference run of `deno task targets`. */
function targets(): string {
  let run: Targets;
  try {
    run = readTargets();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "Not measured yet: `deno task targets`.";
  }
  const number = (value: number | null) => value === null ? "–" : String(+value.toPrecision(3));
  const lines = run.outcomes.map(({ title, target, figure, q1, q3, verdict }) => {
    const spread = q1 === q3 ? "" : `${number(q1)} to ${number(q3)}`;
    const goal = target.replace(">=", "≥").replace("<=", "≤");
    return `| ${[title, goal, number(figure), spread, verdict].join(" | ")} |`;
  });
  return [
    `1e6 float32 of normal(0, 4), output array given, unless a line says otherwise; ${run.cpu}, ` +
    `${run.cores} cores, ${run.date.slice(0, 10)}.`,
    "",
    "| | target | median | quartiles | |",
    "| - | - | - | - | - |",
    ...lines,
  ].join("\n");
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
