/** How the lines of the target table came out. */
import type { Row } from "../results/schema.ts";
import { pairedRatio, type Quartiles, quartiles } from "../../lab/statistics.ts";
import type { Case } from "../plans/cases.ts";
import type { Line, MemoryLine, TimeLine } from "./lines.ts";
import type { MemoryUse } from "./memory.ts";

/** A line with its figure. */
export interface Outcome {
  readonly title: string;
  /** ">= 2", "<= 0.65". */
  readonly target: string;
  readonly verdict: "pass" | "falls short" | "gap";
  /** Median, and quartiles where there are samples; null in a gap. */
  readonly figure: number | null;
  readonly q1: number | null;
  readonly q3: number | null;
  readonly subject: string;
  /** Whom the figure compares with; for a gap, why there is none. */
  readonly note: string;
}

/** Judges a line by the rows of a run, or by what was found of memory. */
export function judgeLine(
  line: Line,
  rows: readonly Row[],
  memory: Readonly<Record<string, MemoryUse | string>>,
): Outcome {
  return line.kind === "memory" ? judgeMemory(line, memory) : judgeTime(line, rows);
}

function judgeTime(line: TimeLine, rows: readonly Row[]): Outcome {
  const { kind, item, subject, against } = line;
  const find = (name: string) =>
    rows.find((row) => row.implementation === name && (row.function === null || isOf(row, item)));
  const mine = find(subject);
  if (!mine || mine.gap !== null) return gapOf(line, `${subject}: ${mine?.gap ?? "not measured"}`);
  if (kind === "time") return outcome(line, quartiles(mine.round_ns!), "");
  const found = against.map((name) => [name, find(name)] as const);
  const timed = found.flatMap(([, row]) => row && row.gap === null ? [row] : []);
  const absent = found.filter(([, row]) => !row || row.gap !== null)
    .map(([name, row]) => `without ${name}: ${row?.gap ?? "not measured"}`);
  const best = timed.toSorted((a, b) => a.median_ns! - b.median_ns!)[0];
  if (!best) return gapOf(line, absent.join("; "));
  const [above, below] = kind === "faster" ? [best, mine] : [mine, best];
  const note = [`against ${best.implementation} ${best.version}`, ...absent].join("; ");
  return outcome(line, pairedRatio(above.round_ns!, below.round_ns!), note);
}

/** Whether a row is of a case. */
function isOf(row: Row, { fn, dtype, distribution, rows, columns }: Case): boolean {
  return row.function === fn && row.dtype === dtype && row.distribution === distribution &&
    row.rows === rows && row.columns === columns;
}

function judgeMemory(
  line: MemoryLine,
  memory: Readonly<Record<string, MemoryUse | string>>,
): Outcome {
  const found = memory[line.engine];
  if (found === undefined || typeof found === "string") {
    return gapOf(line, found ?? "not measured");
  }
  const most = Math.max(...found.sizes.map(({ mib }) => mib)) / found.threads;
  const control = Math.max(...found.sizes.map(({ controlMib }) => controlMib));
  const millions = found.sizes.at(-1)!.elements / 1e6;
  const note = `the most of ${found.sizes.length} sizes up to ${millions} million elements; a ` +
    `plain copy shows ${control.toFixed(1)} MiB by the same measure`;
  return outcome(line, { q1: most, median: most, q3: most }, note);
}

function outcome(line: Line, { q1, median, q3 }: Quartiles, note: string): Outcome {
  const passes = line.kind === "faster" ? median >= line.target : median <= line.target;
  return {
    ...base(line),
    verdict: passes ? "pass" : "falls short",
    figure: median,
    q1,
    q3,
    note,
  };
}

function gapOf(line: Line, note: string): Outcome {
  return { ...base(line), verdict: "gap", figure: null, q1: null, q3: null, note };
}

function base(line: Line): Pick<Outcome, "title" | "target" | "subject"> {
  return {
    title: line.title,
    target: `${line.kind === "faster" ? ">=" : "<="} ${line.target}`,
    subject: line.kind === "memory" ? line.engine : line.subject,
  };
}
