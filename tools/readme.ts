/**
 * The parts of README.md that are made from the sources, and its picture. Such a part stands between
 *
 *     <!-- generated: NAME by deno task readme -->
 *     <!-- /generated -->
 *
 * and NAME is one of {@link sections}.
 */

import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { overview } from "../bench/report/figures.ts";
import { frontSize, frontTable, overviewRows, runText } from "../bench/report/front_page.ts";
import { renderPng } from "../lab/show/png.ts";
import { loadReference } from "../bench/results/files.ts";
import { loadTargets, type Targets } from "../bench/targets/run.ts";
import type { Outcome } from "../bench/targets/judge.ts";
import {
  bound,
  type BoundedEngine,
  type BoundedFunction,
  MODULE_ENGINE,
  type Precision,
} from "../kernels/bounds.ts";
import type { Format } from "../lab/floats.ts";
import { readCertificates } from "../lab/certify/certificate.ts";
import { type FirstCalls, REFERENCE_FIRST_CALL } from "./first_call.ts";
import { replaceFile } from "../lab/files.ts";
import { makePicture } from "./picture.ts";
import { exitWith, root } from "./process.ts";

/** Makes the Markdown of a part. */
export type Section = () => string | Promise<string>;

/** The parts by name. */
export const sections: Readonly<Record<string, Section>> = {
  accuracy,
  certificates,
  comparison,
  targets: () => targetsTable(loadTargets()),
  "first-call": firstCall,
  sizes,
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
  const rows = [
    ['float32, `"exact"`', "f32", "exact", MODULE_ENGINE],
    ['float32, `"fast"`', "f32", "fast", MODULE_ENGINE],
    ["float64", "f64", "exact", MODULE_ENGINE],
    ["float16", "f16", "exact", MODULE_ENGINE],
    ["float32, `webgpu()`", "f32", "exact", "webgpu"],
  ] as const;
  const table = [
    ["", "beta = 1 or -1", "other beta", "sigmoidGrad", "backward passes"],
    ...rows.map(([label, format, precision, engine]) => [
      label,
      String(bound(format, precision, 1, engine)),
      String(bound(format, precision, 2, engine)),
      either(format, precision, engine, ["sigmoidGrad"]),
      either(format, precision, engine, ["softplusBackward", "sigmoidBackward"]),
    ]),
  ];
  return markdownTable(table);
}

/** The largest of some bounds, for beta = 1 and, if it differs, for others. */
function either(
  format: Format,
  precision: Precision,
  engine: BoundedEngine,
  names: readonly BoundedFunction[],
): string {
  const [plain, other] = [1, 2].map((beta) =>
    Math.max(...names.map((name) => bound(format, precision, beta, engine, name)))
  );
  return plain === other ? String(plain) : `${plain}; other beta ${other}`;
}

/** What the certificates found, one line for each function of each subject. */
async function certificates(): Promise<string> {
  const rows: string[][] = [];
  for (const one of await readCertificates(new URL("bench/certificates/", root))) {
    if (one.kind !== "kit" || one.bound === null) continue;
    rows.push([
      one.engine + (one.build && ` (${one.build})`) +
      (one.environment.adapter ? ` on ${one.environment.adapter}` : ""),
      one.format === "f64" ? "float64" : `float32${one.precision && ` \`"${one.precision}"\``}`,
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

/** A table with its columns lined up, as `deno fmt` leaves it; the first row is its head. */
function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, c) =>
    Math.max(3, ...[head, ...rows].map((row) => [...(row[c] ?? "")].length))
  );
  const line = (row: readonly string[], fill = " ") =>
    `| ${widths.map((width, c) => (row[c] ?? "").padEnd(width, fill)).join(" | ")} |`;
  return [line(head), line([], "-"), ...rows.map((row) => line(row))].join("\n");
}

/** Text broken into lines of at most 100 characters, as `deno fmt` leaves it. */
function wrapped(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
    if (longer.length <= 100) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join("\n");
}

/** Runs of `deno task targets` that have the same lines, a column for each machine. */
export function targetsTable(runs: readonly Targets[]): string {
  const [first] = runs;
  if (first === undefined) return "Not measured yet: `deno task targets`.";
  const number = (value: number | null) => value === null ? "–" : String(+value.toPrecision(3));
  const cell = ({ figure, q1, q3, verdict }: Outcome) =>
    verdict === "gap"
      ? "not measured"
      : `${verdict}: ${number(figure)}${q1 === q3 ? "" : ` (${number(q1)} to ${number(q3)})`}`;
  const rows = first.outcomes.map(({ title, target }, line) => [
    ...[title, target.replace(">=", "≥").replace("<=", "≤")],
    ...runs.map(({ outcomes }) => cell(outcomes[line]!)),
  ]);
  const machines = runs.map(({ cpu, cores, date, noise }) =>
    `${cpu}, ${cores} cores, ${date.slice(0, 10)}` +
    (noise === null ? "" : `, machine noise ${(noise * 100).toFixed(1)} %`)
  );
  const text = "1e6 float32 of normal(0, 4), output array given, unless a line says otherwise: " +
    `medians and quartiles. Measured on ${machines.join("; ")}.`;
  return `${wrapped(text)}\n\n${
    markdownTable([["", "target", ...runs.map(({ cpu }) => cpu)], ...rows])
  }`;
}

/** What an import by URL fetches. */
async function sizes(): Promise<string> {
  const bytes = async (...files: string[]): Promise<number> => {
    const sizes = files.map(async (file) => (await Deno.stat(new URL(file, root))).size);
    return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
  };
  const kB = (count: number) => `${(count / 1000).toFixed(0)} kB`;
  const run = await bytes("mod.ts", "dist/softplus.js");
  const types = await bytes("dist/softplus.d.ts");
  return `That fetches two files, ${kB(run)}; an editor downloads another ${kB(types)} of types.`;
}

/** The reference run of `deno task first-call`. */
async function firstCall(): Promise<string> {
  const run: FirstCalls = JSON.parse(await Deno.readTextFile(REFERENCE_FIRST_CALL));
  const rows = run.rows.map((row) => [
    row.runtime,
    ...[row.import, row.first, row.import + row.first, row.later].map((ms) => ms.toFixed(1)),
  ]);
  const head = ["ms, medians", "import", "first call", "together", "later calls"];
  const text = `Empty caches, softplus of 1e6 float32, \`"exact"\`. Measured on ${run.cpu}, ` +
    `${run.cores} cores, ${run.date.slice(0, 10)}.`;
  return `${wrapped(text)}\n\n${markdownTable([head, ...rows])}`;
}

/** The reference run: its picture, which `deno task readme` draws beside it, and its table. */
function comparison(): string {
  const rows = loadReference();
  const { head, lines } = frontTable(rows);
  const n = frontSize(rows);
  const text =
    `Nanoseconds per element of ${n} × ${n} float32 from normal(0, 4), worst errors over ` +
    `the whole range in ULP. Measured on ${runText(rows)}.`;
  return `![Time and worst error of every implementation](${PICTURE})\n\n${wrapped(text)}\n\n${
    markdownTable([head, ...lines])
  }`;
}

/** The picture of the reference run, from the project's folder. */
export const PICTURE = "bench/reference/cpu.png";

/** Draws it. */
export function comparisonPicture(): Promise<Uint8Array<ArrayBuffer>> {
  const rows = loadReference();
  return renderPng(overview(overviewRows(rows), {
    title: `Softplus, ${frontSize(rows)} × ${frontSize(rows)}, float32`,
    subtitle: runText(rows),
  }));
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
    await replaceFile(fileURLToPath(new URL("notebooks/demo/digits.svg", root)), makePicture());
    await Deno.writeFile(new URL(PICTURE, root), await comparisonPicture());
    console.log(text === current ? "README.md is up to date" : "README.md was updated");
    return true;
  });
}
