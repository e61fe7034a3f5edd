/** Text that is made from numbers, as Markdown: sentences and tables for notebooks. */
import type { MimeBundle } from "./show.ts";

/** Shows Markdown as the result of a notebook cell, with the same text for a terminal. */
export function prose(markdown: string): object {
  const bundle: MimeBundle = { "text/markdown": markdown, "text/plain": markdown };
  return { [Symbol.for("Jupyter.display")]: () => bundle };
}

/** A Markdown table: the first column to the left, all others to the right unless told. */
export function markdownTable(
  header: readonly string[],
  lines: readonly (readonly string[])[],
  left: readonly number[] = [0],
): string {
  const cells = (line: readonly string[]) =>
    `| ${line.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  const rule = header.map((_, i) => left.includes(i) ? ":--" : "--:");
  return [cells(header), `| ${rule.join(" | ")} |`, ...lines.map(cells)].join("\n");
}

/** Three significant digits, large and small numbers as powers: for a terminal. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(1);
  return size >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The same as people write it, with a minus, powers of ten and infinities. */
export function figure3(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const [digits = "", power] = significant(value).split("e");
  if (power === undefined) return minus(digits);
  const exponent = [...String(Number(power))].map((digit) => SUPERSCRIPT[digit]).join("");
  return `${minus(digits)}·10${exponent}`;
}

/** A share as a percentage. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

const SUPERSCRIPT: Readonly<Record<string, string>> = {
  "-": "⁻",
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
};

function minus(digits: string): string {
  return digits.replace("-", "−");
}

/** A duration in the unit that people would say. */
export function durationText(ns: number): string {
  const [unit, name] = ns < 1e3
    ? [1, "ns"]
    : ns < 1e6
    ? [1e3, "µs"]
    : ns < 1e9
    ? [1e6, "ms"]
    : [1e9, "s"];
  return `${figure3(ns / (unit as number))} ${name}`;
}

/** "a", "a and b", "a, b and c". */
export function listText(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
