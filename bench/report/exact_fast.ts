/** What correct rounding costs, and what it buys: the two precisions of each engine side by side. */
import type { Certificate } from "./certified.ts";
import { isPlainCall, kitIdentity } from "../peers/naming.ts";
import type { ExactOverFast } from "./figures/exact_fast.ts";
import { timedRows, type Which } from "../results/rows.ts";
import { figure3, listText, markdownTable } from "../../lab/show/markdown.ts";
import type { Row } from "../results/schema.ts";
import { pairedRatio } from "../../lab/statistics.ts";

/** The engines that are compared, and the engine whose certificate stands for each. */
export const COMPUTED_BY: Readonly<Record<string, string>> = { wasm: "wasm", threads: "wasm" };

const ENGINES = Object.keys(COMPUTED_BY);
const PRECISIONS = ["exact", "fast"] as const;
type Precision = typeof PRECISIONS[number];

/** The rows of both precisions of the engines, of which figures show time over size. */
export function exactAndFast(rows: readonly Row[], engines: readonly string[] = ENGINES): Row[] {
  return rows.filter((row) =>
    row.kind === "floor" ||
    engines.some((engine) => PRECISIONS.some((level) => isRowOf(row, engine, level)))
  );
}

/** Whether a row is of an engine's plain calls. */
function isRowOf(row: Row, engine: string, level: Precision): boolean {
  return row.engine === engine && row.precision === level && row.passes === 1 && isPlainCall(row);
}

/** Time of exact over time of fast for each engine and size, from pairs of one round. */
export function exactOverFast(
  rows: readonly Row[],
  which: Which,
  engines: readonly string[] = ENGINES,
): ExactOverFast[] {
  const timed = timedRows(rows, which);
  return engines.flatMap((engine) => {
    const of = (level: Precision) => timed.filter((row) => isRowOf(row, engine, level));
    const fast = of("fast");
    return of("exact").flatMap((exact): ExactOverFast[] => {
      // Only rounds of the same run were taken side by side.
      const other = fast.find((row) => row.rows === exact.rows && row.date === exact.date);
      if (!other) return [];
      const { q1, median: ratio, q3 } = pairedRatio(exact.round_ns, other.round_ns);
      return [{
        implementation: `${engine} exact / fast`,
        kind: "kit",
        family: exact.library,
        engine,
        n: exact.rows,
        ratio,
        q1,
        q3,
        exact_ns: exact.median_ns / exact.elements,
        fast_ns: other.median_ns / other.elements,
      }];
    }).sort((a, b) => a.n - b.n);
  });
}

/** Who of them has no time, and why: "wasm fast: the reason". */
export function exactFastGaps(
  rows: readonly Row[],
  which: Which,
  engines: readonly string[] = ENGINES,
): string[] {
  const timed = timedRows(rows, which);
  return engines.flatMap((engine) =>
    PRECISIONS.flatMap((level) => {
      const { name } = kitIdentity(engine, level);
      if (timed.some((row) => isRowOf(row, engine, level))) return [];
      const gap = rows.find((row) =>
        isRowOf(row, engine, level) && row.gap !== null &&
        (row.function === null || row.function === which.function)
      );
      return [`${name}: ${gap?.gap ?? "not in this run"}`];
    })
  );
}

/** The worst that the certificates of an engine found, over its builds. */
export interface Bought {
  readonly engine: string;
  readonly precision: Precision;
  readonly max_ulp: number;
  readonly misrounded: number;
  readonly inputs: number;
  /** Whether every float32 was tried. */
  readonly exhaustive: boolean;
}

/** The error that a precision of an engine has; undefined where nothing certifies it yet. */
export function bought(
  certificates: readonly Certificate[],
  engine: string,
  precision: Precision,
  name: string,
): Bought | undefined {
  const found = certificates.filter((one) =>
    one.kind === "kit" && one.engine === (COMPUTED_BY[engine] ?? engine) && one.format === "f32" &&
    one.precision === precision && one.function === name
  );
  if (found.length === 0) return undefined;
  return {
    engine,
    precision,
    max_ulp: Math.max(...found.map(({ maxUlp }) => maxUlp)),
    misrounded: Math.max(...found.map(({ misrounded }) => misrounded)),
    inputs: Math.min(...found.map(({ inputs }) => inputs)),
    exhaustive: found.every(({ method }) => method === "exhaustive"),
  };
}

/** The answer in words and a table, of the numbers of a run and of the certificates. */
export function formatExactFast(
  rows: readonly Row[],
  certificates: readonly Certificate[],
  which: Which,
  engines: readonly string[] = ENGINES,
): string {
  const ratios = exactOverFast(rows, which, engines);
  const gaps = exactFastGaps(rows, which, engines);
  const certified = (engine: string, level: Precision) =>
    bought(certificates, engine, level, which.function);
  const measured = engines.filter((engine) => ratios.some((one) => one.engine === engine));
  const sentences = measured.map((engine) => {
    const own = ratios.filter((one) => one.engine === engine);
    return `${timeSentence(own)} ${
      errorSentence(certified(engine, "exact"), certified(engine, "fast"))
    }`;
  });
  const lines = engines.map((engine) => {
    const last = ratios.findLast((one) => one.engine === engine);
    const errors = PRECISIONS.map((level) => certified(engine, level));
    const swept = PRECISIONS.map((level) => sweep(rows, which, engine, level));
    return [
      `\`${engine}\``,
      last ? figure3(last.exact_ns) : "not measured",
      last ? figure3(last.fast_ns) : "not measured",
      last ? `${last.ratio.toFixed(2)} (${last.q1.toFixed(2)} to ${last.q3.toFixed(2)})` : "–",
      ...errors.map((error, i) => error ? ulpText(error.max_ulp) : swept[i]!),
      ...errors.map((error) => error ? shareText(error) : "not certified"),
    ];
  });
  const header = [
    ...["engine", "exact, ns per element", "fast, ns per element", "exact / fast (quartiles)"],
    ...["exact, max ULP", "fast, max ULP", "exact, misrounded", "fast, misrounded"],
  ];
  const sizes = [...new Set(ratios.map(({ n }) => n))];
  const heading = sizes.length > 0
    ? `**${which.function}**, float32, times at ${
      measured.map((engine) => {
        const n = ratios.findLast((one) => one.engine === engine)!.n;
        return `${n} × ${n}`;
      }).filter((text, i, all) => all.indexOf(text) === i).join(", ")
    }:`
    : `**${which.function}**, float32:`;
  const shared = engines.filter((engine) =>
    COMPUTED_BY[engine] !== undefined && COMPUTED_BY[engine] !== engine
  );
  return [
    sentences.map((sentence) => `- ${sentence}`).join("\n"),
    heading,
    markdownTable(header, lines),
    shared.map((engine) =>
      `\`${engine}\` runs the kernels of \`${COMPUTED_BY[engine]}\` on ranges, so their ` +
      "certificates are its own; of several builds, the worst counts."
    ).join(" "),
    gaps.length > 0 ? `Not measured: ${gaps.join("; ")}.` : "",
    missingCertificates(engines, certified),
  ].filter((block) => block !== "").join("\n\n");
}

function timeSentence(own: readonly ExactOverFast[]): string {
  const last = own.at(-1)!;
  const ratios = own.map(({ ratio }) => ratio);
  const range = own.length > 1
    ? ` Over all sizes, from ${own[0]!.n} × ${own[0]!.n}, the ratio lies between ` +
      `${Math.min(...ratios).toFixed(2)} and ${Math.max(...ratios).toFixed(2)}.`
    : "";
  const verdict = last.q1 <= 1 && last.q3 >= 1
    ? `exact and fast take the same time within the noise (${last.ratio.toFixed(2)}, quartiles ` +
      `${last.q1.toFixed(2)} to ${last.q3.toFixed(2)})`
    : `exact takes ${last.ratio.toFixed(2)} times as long as fast (quartiles ` +
      `${last.q1.toFixed(2)} to ${last.q3.toFixed(2)}), ${figure3(last.exact_ns - last.fast_ns)} ` +
      "ns more per element";
  return `On \`${last.engine}\`, ${last.n} × ${last.n}, ${verdict}.${range}`;
}

function errorSentence(exact: Bought | undefined, fast: Bought | undefined): string {
  if (!exact || !fast) return "";
  const tried = fast.exhaustive
    ? `all ${fast.inputs.toLocaleString("en")} float32`
    : `${fast.inputs.toLocaleString("en")} float32 tried`;
  return `For that, the greatest error is ${ulpText(exact.max_ulp)} ULP in place of ` +
    `${ulpText(fast.max_ulp)}, and of ${tried}, ${
      exact.misrounded.toLocaleString("en")
    } in place ` +
    `of ${fast.misrounded.toLocaleString("en")} are not the nearest float32 to the answer.`;
}

/** What the run itself found, over its inputs and a sweep, where no certificate says more. */
function sweep(rows: readonly Row[], which: Which, engine: string, level: Precision): string {
  const errors = timedRows(rows, which).filter((row) => isRowOf(row, engine, level))
    .flatMap(({ max_ulp, sweep_max_ulp }) => [max_ulp ?? 0, sweep_max_ulp ?? 0]);
  return errors.length > 0 ? `≥ ${ulpText(Math.max(...errors))}` : "–";
}

function ulpText(ulp: number): string {
  return ulp < 1e4 ? ulp.toFixed(3) : figure3(ulp);
}

function shareText({ misrounded, inputs }: Bought): string {
  const share = misrounded / inputs * 100;
  return misrounded === 0 ? "none" : `${misrounded.toLocaleString("en")} (${figure3(share)} %)`;
}

function missingCertificates(
  engines: readonly string[],
  certified: (engine: string, level: Precision) => Bought | undefined,
): string {
  const missing = new Set(
    engines.flatMap((engine) =>
      PRECISIONS.filter((level) => !certified(engine, level)).map((level) =>
        `\`${COMPUTED_BY[engine] ?? engine}\` ${level}`
      )
    ),
  );
  if (missing.size === 0) return "";
  return `No certificate yet for ${listText([...missing])}: \`deno task verify\` makes it. A "≥" ` +
    "before an error says that the benchmark found it, which tries some inputs only.";
}
