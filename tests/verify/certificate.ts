/**
 * A certificate: what the verification found about one function of one subject in one format.
 *
 * Everything in it but `time` and `environment.date` follows from the sources and the machine, so
 * a second run gives the same.
 *
 * @module
 */
import { type Format, fromBits } from "../floats.ts";
import { exact, ulpError } from "../oracle.ts";
import type { Sources } from "./sources.ts";
import {
  EDGES,
  type FunctionName,
  isParts,
  type Rule,
  RULES,
  type SliceResult,
  type UnaryName,
  type Violation,
  type Witness,
} from "./types.ts";

/** Errors by the sign and the exponent of x. Missing exponents were not tried or were all right. */
export interface Binades {
  /** Exponent of the first entry; -127 (f32) and -1075 (f64) hold 0, and in float32 subnormals. */
  readonly first: number;
  /** Greatest error in ULP for x >= +0, by exponent; null where no input was tried. */
  readonly positive: readonly (number | null)[];
  readonly negative: readonly (number | null)[];
  /** Misrounded results, likewise. */
  readonly misroundedPositive: readonly number[];
  readonly misroundedNegative: readonly number[];
}

/** A certificate. */
export interface Certificate {
  readonly subject: string;
  readonly kind: "kit" | "textbook" | "peer";
  readonly engine: string;
  readonly build: string;
  readonly precision: string;
  readonly function: FunctionName;
  readonly format: Format;
  readonly version: string;
  readonly call: string;
  /** exhaustive: all 2^32 bit patterns; sampled: float64; subset: the quick subset; strided. */
  readonly method: "exhaustive" | "sampled" | "subset" | "strided";
  readonly inputs: number;
  /** The promise in ULP; null for peers and for functions that must equal their parts. */
  readonly bound: number | null;
  readonly verdict: "holds" | "broken" | "no promise";
  readonly problems: readonly string[];
  /** Greatest error in ULP: distance to the exact value, in units of the correct result. */
  readonly maxUlp: number;
  readonly worst: Witness | null;
  readonly misrounded: number;
  readonly violations: Readonly<Record<Rule, Violation>>;
  readonly subnormals: {
    /** Inputs with a subnormal correct result, and how many of them came back as 0. */
    readonly results: number;
    readonly flushed: number;
  };
  readonly reference: {
    readonly screen: string;
    /** Inputs that the screen left undecided, or that are out of its range. */
    readonly decidedByMpfr: number;
    /** Inputs that it had decided and MPFR confirmed in this run. */
    readonly confirmedByMpfr: number;
  };
  readonly histogram: {
    /** Upper edges in ULP; the last count is what lies beyond. Zeros at the end are left out. */
    readonly edges: readonly number[];
    readonly counts: readonly number[];
  };
  readonly binades: Binades;
  /** The same subset on every machine: what `--quick` compares with. */
  readonly quick: { readonly inputs: number; readonly digest: string } | null;
  readonly sources: Sources;
  readonly environment: {
    readonly cpu: string;
    readonly os: string;
    readonly deno: string;
    readonly v8: string;
    readonly date: string;
  };
  /** Seconds that workers spent on it, shares of the reference included, and their number. */
  readonly time: { readonly workerSeconds: number; readonly workers: number };
}

/** Slices joined into one. */
export interface Joined {
  readonly inputs: number;
  readonly misrounded: number;
  readonly maxUlp: number;
  readonly worst: Witness | null;
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
  const all = [...slices].sort((a, b) => a.slice - b.slice);
  const total = (of: (slice: SliceResult) => number) => all.reduce((sum, s) => sum + of(s), 0);
  let worst: SliceResult | undefined;
  for (const slice of all) {
    if (slice.worst && slice.maxUlp > (worst?.maxUlp ?? -1)) worst = slice;
  }
  return {
    inputs: total((s) => s.inputs),
    misrounded: total((s) => s.misrounded),
    maxUlp: maxUlpOf(worst, name, format),
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

/** The number with bits in hexadecimal. */
export function fromHex(bits: string, format: Format): number {
  return fromBits(BigInt(bits), format);
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
  const note = (negative: boolean, exponent: number, error: number, misrounded: number) => {
    const side = negative ? "negative" : "positive";
    const at = exponent - first;
    if (at > last - first) return; // infinities and NaN have no binade
    max[side][at] = Math.max(max[side][at] ?? 0, rounded(error));
    count[side][at]! += misrounded;
  };
  for (const { slice, maxUlp, misrounded, binades } of all) {
    if (binades === undefined && format === "f32") {
      note(slice >= 256, (slice & 255) - 127, maxUlp, misrounded);
    }
    for (const [key, error, wrong] of binades ?? []) {
      note(key >= 4096, (key & 4095) - 1075, error, wrong);
    }
  }
  return {
    first,
    ...max,
    misroundedPositive: count.positive,
    misroundedNegative: count.negative,
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
  const witness = (w: Witness) => `x=${w.x} got=${w.got} want=${w.want}`;
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

/** The correctly rounded value at a witness, once more, by MPFR: what `want` must be. */
export function wantOf(name: UnaryName, witness: Witness, format: Format): number {
  return exact(name, fromHex(witness.x, format), format);
}

/** The file name of a certificate. */
export function fileOf({ format, name, subject }: {
  format: Format;
  name: FunctionName;
  subject: string;
}): string {
  return `${format}-${name}-${subject}.json`;
}

/** JSON with lists in one line, so that a difference is easy to read. */
export function formatJson(value: unknown): string {
  const text = JSON.stringify(value, null, 1);
  return text.replace(
    /\[\s+([^\[\]{}]*?)\s+\]/g,
    (_, inner: string) => `[${inner.replace(/\s*\n\s*/g, " ")}]`,
  ) + "\n";
}

/** Reads the certificates of a folder, in the order of their names. */
export async function readCertificates(folder: string | URL): Promise<Certificate[]> {
  const certificates: [string, Certificate][] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^f(32|64)-.*\.json$/.test(name)) continue;
    const path = folder instanceof URL ? new URL(name, folder) : `${folder}/${name}`;
    certificates.push([name, JSON.parse(await Deno.readTextFile(path)) as Certificate]);
  }
  return certificates.sort(([a], [b]) => a < b ? -1 : 1).map(([, one]) => one);
}
