/**
 * Slices joined into one result, and what in it breaks a promise.
 *
 * @module
 */
import type { WitnessBits } from "../oracle/error.ts";
import { ulpError } from "../oracle/mpfr.ts";
import { type Binades, fromHex } from "./certificate.ts";
import {
  EDGES,
  type Format,
  type FunctionName,
  isParts,
  type Rule,
  RULES,
  type SliceResult,
  type Violation,
} from "./types.ts";

/** Slices joined into one. */
export interface Joined {
  readonly inputs: number;
  readonly misrounded: number;
  readonly maxUlp: number;
  readonly worst: WitnessBits | null;
  readonly histogram: readonly number[];
  readonly violations: Readonly<Record<Rule, Violation>>;
  readonly subnormal: number;
  readonly flushed: number;
  readonly mpfr: number;
  readonly tested: number;
  readonly binades: Binades;
  readonly digest: string;
  readonly seconds: number;
}

/** Joins the slices of a target, in the order of the inputs whatever order they came in. */
export function join(
  slices: Iterable<SliceResult>,
  name: FunctionName,
  format: Format,
): Joined {
  return joinWith(slices, format, (worst) => maxUlpOf(worst, name, format));
}

/** The same for any function; `maxUlp` measures the worst error once more. */
export function joinWith(
  slices: Iterable<SliceResult>,
  format: Format,
  maxUlp: (worst: SliceResult | undefined) => number,
): Joined {
  const all = [...slices].sort((a, b) => a.slice - b.slice);
  const total = (of: (slice: SliceResult) => number) => all.reduce((sum, s) => sum + of(s), 0);
  let worst: SliceResult | undefined;
  for (const slice of all) {
    if (slice.worst && slice.maxUlp > (worst?.maxUlp ?? -1)) worst = slice;
  }
  return {
    inputs: total((s) => s.inputs),
    misrounded: total((s) => s.misrounded),
    maxUlp: maxUlp(worst),
    worst: worst?.worst ?? null,
    histogram: EDGES.concat(Infinity).map((_, bin) => total((s) => s.histogram[bin]!)),
    violations: Object.fromEntries(RULES.map((rule) => {
      const first = all.find((s) => s.violations[rule].count > 0)?.violations[rule].first;
      const count = total((s) => s.violations[rule].count);
      return [rule, first ? { count, first } : { count }];
    })) as Record<Rule, Violation>,
    subnormal: total((s) => s.subnormal),
    flushed: total((s) => s.flushed),
    mpfr: total((s) => s.mpfr),
    tested: total((s) => s.tested),
    binades: binadesOf(all, format),
    digest: digestOf(all),
    seconds: total((s) => s.seconds),
  };
}

/** The worst error once more, by MPFR. */
function maxUlpOf(worst: SliceResult | undefined, name: FunctionName, format: Format): number {
  if (worst === undefined || isParts(name)) return 0;
  const { x, got } = worst.worst!;
  return ulpError(name, fromHex(x, format), fromHex(got, format), format);
}

function digestOf(all: readonly SliceResult[]): string {
  let [a, b] = [0x811c9dc5, 0x2545f491];
  for (const { digest } of all) {
    a = Math.imul(a ^ digest[0], 0x01000193);
    b = Math.imul(b + digest[1] | 0, 0x9e3779b1) ^ (b >>> 15);
  }
  return [a, b].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}

function binadesOf(all: readonly SliceResult[], format: Format): Binades {
  const [first, last] = format === "f32" ? [-127, 127] : [-1075, 1023];
  const empty = <T>(value: T): T[] => Array.from({ length: last - first + 1 }, () => value);
  const max = { positive: empty<number | null>(null), negative: empty<number | null>(null) };
  const count = { positive: empty(0), negative: empty(0) };
  const wrong = { positive: empty(0), negative: empty(0) };
  const note = (negative: boolean, exponent: number, error: number, misrounded: number) => {
    const side = negative ? "negative" : "positive";
    const at = exponent - first;
    if (at > last - first) return; // infinities and NaN have no binade
    max[side][at] = Math.max(max[side][at] ?? 0, rounded(error));
    count[side][at]! += misrounded;
  };
  for (const { slice, maxUlp, misrounded, binades, violations: { nan, infinity } } of all) {
    const exponent = (slice & 255) - 127;
    if (binades === undefined && format === "f32") {
      note(slice >= 256, exponent, maxUlp, misrounded);
      if (exponent <= last) {
        wrong[slice >= 256 ? "negative" : "positive"][exponent - first]! += nan.count +
          infinity.count;
      }
    }
    for (const [key, error, count] of binades ?? []) {
      note(key >= 4096, (key & 4095) - 1075, error, count);
    }
  }
  return {
    first,
    ...max,
    misroundedPositive: count.positive,
    misroundedNegative: count.negative,
    ...([...wrong.positive, ...wrong.negative].some((n) => n > 0)
      ? { wrongPositive: wrong.positive, wrongNegative: wrong.negative }
      : {}),
  };
}

/** Six digits, enough for a figure. */
function rounded(x: number): number {
  return Number(x.toPrecision(6));
}

/** What breaks the promise, in words; the first witness of each. */
export function problemsOf(
  joined: Joined,
  name: FunctionName,
  format: Format,
  bound: number | null,
): string[] {
  const problems: string[] = [];
  const witness = ({ x, got, want, beta }: WitnessBits) =>
    `x=${x} got=${got} want=${want}${beta === undefined ? "" : ` beta=${beta}`}`;
  if (bound !== null && joined.maxUlp > bound && joined.worst) {
    problems.push(
      `error ${joined.maxUlp} ULP, promised ${bound}: ${witness(joined.worst)}`,
    );
  }
  if (bound === 0.5 && joined.misrounded > 0 && joined.worst) {
    problems.push(`${joined.misrounded} misrounded: ${witness(joined.worst)}`);
  }
  for (const rule of RULES) {
    const { count, first } = joined.violations[rule];
    if (first) problems.push(`${count} results break the rule "${rule}": ${witness(first)}`);
  }
  if (joined.flushed > 0) problems.push(`${joined.flushed} subnormal results came back as 0`);
  return problems.map((problem) => `${name} ${format}: ${problem}`);
}
