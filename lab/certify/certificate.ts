/**
 * A certificate: what the verification found about one function of one subject in one format.
 *
 * Everything in it but `time` and `environment.date` follows from the sources and the machine, so
 * a second run gives the same.
 *
 * @module
 */
import { fromBits } from "../floats.ts";
import type { Sources } from "./sources.ts";
import type { WitnessBits } from "../oracle/error.ts";
import type { Format, FunctionName, Rule, Violation } from "./types.ts";

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
  /** Wrong NaNs and infinities, which have no error in ULP, likewise; only where there are any. */
  readonly wrongPositive?: readonly number[];
  readonly wrongNegative?: readonly number[];
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
  readonly worst: WitnessBits | null;
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
    /** The GPU, where one computed; results are then compared on the same one only. */
    readonly adapter?: string;
    readonly os: string;
    readonly deno: string;
    readonly v8: string;
    readonly date: string;
  };
  /** Seconds that workers spent on it, shares of the reference included, and their number. */
  readonly time: { readonly workerSeconds: number; readonly workers: number };
}

/** The number with bits in hexadecimal. */
export function fromHex(bits: string, format: Format): number {
  return fromBits(BigInt(bits), format);
}

/** A name as a part of a file name: `onnxruntime-node, 1 thread` is `onnxruntime-node-1-thread`. */
export function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/-$/, "");
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
