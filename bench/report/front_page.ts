/** The outcome of a run on one page: the rows of its picture, its table, and what to say first. */
import type { FunctionName } from "../plans/cases.ts";
import { FUNCTIONS } from "../plans/cases.ts";
import { type Contender, contenders, least } from "./contenders.ts";
import type { OverviewRow } from "./figures/overview.ts";
import { timedRows } from "../results/rows.ts";
import { durationText, figure3, listText, percent } from "../../lab/show/markdown.ts";
import type { Row } from "../results/schema.ts";

/** The rows of the picture of a function, at the largest size. */
export function overviewRows(rows: readonly Row[], fn: FunctionName = "softplus"): OverviewRow[] {
  return contenders(rows, { function: fn }).map((one): OverviewRow => ({
    name: one.name,
    kind: one.kind,
    precision: one.precision,
    ulp: one.ulp,
    one: perElement(one.one),
    all: perElement(one.all),
    fails: one.wrong ? `${figure3(one.wrong.got)} at ${figure3(one.wrong.at)}` : "",
  }));
}

function perElement(row: Contender["one"]): number | undefined {
  return row && row.median_ns / row.elements;
}

/** Where and how a run was made, in a line. */
export function runText([row]: readonly Row[]): string {
  if (!row) return "";
  const noise = typeof row.noise === "number" ? `, machine noise ${percent(row.noise)}` : "";
  return `${row.cpu}, ${row.cores} cores, ${row.date?.slice(0, 10)}${noise}`;
}

/** The size that the front page is about; undefined when nothing was timed. */
export function frontSize(rows: readonly Row[], fn: FunctionName = "softplus"): number | undefined {
  const sizes = timedRows(rows, { function: fn }).map((row) => row.rows);
  return sizes.length > 0 ? Math.max(...sizes) : undefined;
}

/** The header and the lines of the front page's table: one line for each contender. */
export function frontTable(rows: readonly Row[]): { head: string[]; lines: string[][] } {
  const functions = (["softplus", "sigmoid"] as const).filter((fn) => frontSize(rows, fn));
  const found = functions.map((fn) => contenders(rows, { function: fn }));
  const names = [...new Set(found.flat().map(({ name }) => name))];
  const head = [
    "",
    ...functions.flatMap((fn) => [
      `${fn}, 1 thread`,
      "several",
      "ULP",
      "fails, such as",
    ]),
  ];
  const lines = names.map((name) => [
    name,
    ...found.flatMap((all) => {
      const one = all.find((each) => each.name === name);
      const time = (row: Contender["one"]) => {
        const ns = perElement(row);
        return ns === undefined ? "" : figure3(ns);
      };
      if (!one) return ["", "", "", ""];
      const { wrong, ulp } = one;
      return [
        ...[time(one.one), time(one.all), ulp === null ? "" : figure3(ulp)],
        wrong ? `${figure3(wrong.got)} at ${figure3(wrong.at)}` : "",
      ];
    }),
  ]);
  return { head, lines };
}

/** Who is fastest, who is most accurate and who fails, one sentence each: Markdown. */
export function headline(rows: readonly Row[], fn: FunctionName = "softplus"): string {
  const all = contenders(rows, { function: fn }).filter(({ kind }) => kind !== "floor");
  const n = frontSize(rows, fn);
  if (all.length === 0 || n === undefined) return "";
  const on = (threads: "one" | "all") =>
    all.filter((one) => one[threads]).toSorted((a, b) =>
      a[threads]!.median_ns - b[threads]!.median_ns
    );
  const [one] = on("one");
  const [any] = all.toSorted((a, b) => least(a) - least(b));
  const speed = ({ name }: Contender, ns: number) =>
    `**${name}** (${durationText(ns)}, ${figure3(ns / n ** 2)} ns per element)`;
  const exact = all.filter(({ ulp }) => ulp !== null).toSorted((a, b) => a.ulp! - b.ulp!);
  const best = exact.filter(({ ulp }) => ulp! - exact[0]!.ulp! < 0.005);
  const wrong = all.filter((each) => each.wrong);
  const title = FUNCTIONS[fn].title.replace(/^./, (letter) => letter.toUpperCase());
  const fastest = one === undefined
    ? `Fastest is ${speed(any!, least(any!))}, on several threads.`
    : any === one
    ? `Fastest is ${speed(one, least(one))}, ${
      one.all && one.all.median_ns === least(one) ? "on several threads" : "on one thread"
    }.`
    : `Fastest on one thread is ${speed(one, one.one!.median_ns)}, on several ` +
      `${speed(any!, least(any!))}.`;
  const accurate = best.length === 0
    ? ""
    : `Most accurate: ${listText(best.map(({ name }) => `**${name}**`))}, ` +
      `${figure3(best[0]!.ulp!)} ULP.`;
  const fails = wrong.length === 0
    ? "Nobody fails."
    : `0, ∞ or NaN somewhere where the answer is none of them: ${
      listText(wrong.map(({ name }) => name))
    }.`;
  return [`${title}, ${n} × ${n}, float32.`, fastest, accurate, fails]
    .filter((text) => text !== "").join(" ");
}
