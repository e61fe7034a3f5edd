/**
 * What the slices of a target add up to: joined, judged, and compared with the certificate of before
 * or written as a new one.
 *
 * @module
 */
import type { Environment } from "../environment.ts";
import { replaceFile } from "../files.ts";
import { type Certificate, fileOf, formatJson } from "./certificate.ts";
import { join, type Joined, problemsOf } from "./join.ts";
import { QUICK_SAMPLES } from "./samples.ts";
import type { Sources } from "./sources.ts";
import { isWhole, type Subject } from "./subject.ts";
import {
  EDGES,
  type FunctionName,
  isParts,
  type Mode,
  type SliceResult,
  type Target,
} from "./types.ts";

/** What came of one target. */
export interface Finding {
  readonly target: Target;
  readonly joined: Joined;
  readonly problems: readonly string[];
  /** True where a certificate of these very sources was there to compare with, or was written. */
  readonly certified: boolean;
}

/** Who was certified: what a certificate says besides what was found. */
export interface Certified {
  readonly subject: Subject;
  readonly sources: Sources;
  readonly version: string;
  call(name: FunctionName): string;
  readonly adapter: string | undefined;
}

/** The slices of a target in a mode. */
export interface Slices {
  readonly mode: Mode;
  readonly found: ReadonlyMap<number, SliceResult>;
}

/** Where certificates are, and how it was computed. */
export interface Place {
  /** Folder for certificates; read by a quick run, written by a full one. */
  readonly certificates: string;
  readonly quick: boolean;
  readonly workers: number;
  readonly machine: Pick<Environment, "cpu" | "os" | "deno" | "v8" | "date">;
}

/** Joins the slices of a target, judges, and writes or compares the certificate. */
export async function conclude(
  target: Target,
  slices: readonly Slices[],
  about: Certified,
  place: Place,
): Promise<Finding> {
  const { name, format } = target;
  const { subject, sources } = about;
  const main = slices.find(({ mode }) => mode === "full") ?? slices[0]!;
  const joined = join(main.found.values(), name, format);
  const bound = isParts(name) ? null : subject.bound?.(name, format) ?? null;
  const problems = subject.kind === "kit" ? problemsOf(joined, name, format, bound) : [];
  const quick = quickOf(target, slices, main, subject);
  const path = `${place.certificates}/${fileOf({ ...target })}`;
  if (!place.quick) {
    const found = { joined, bound, problems, quick };
    await replaceFile(path, formatJson(certificateOf(target, found, about, place)));
    return { target, joined, problems, certified: true };
  }
  const earlier = await readCertificate(path);
  const comparable = quick !== null && earlier?.quick?.inputs === quick.inputs &&
    (subject.machineBound !== true || earlier.environment.adapter === about.adapter);
  if (comparable && earlier.quick!.digest !== quick.digest) {
    problems.push(
      `${name} ${format}: results are not those certified, digest ${quick.digest} ` +
        `instead of ${earlier.quick!.digest}`,
    );
  }
  const certified = comparable === true && earlier.sources.hash === sources.hash;
  return { target, joined, problems, certified };
}

/** The declared subset, which is the same on every machine; of the kit alone. */
function quickOf(
  { name, format }: Target,
  slices: readonly Slices[],
  main: Slices,
  { kind }: Subject,
): Certificate["quick"] {
  const subset = slices.find(({ mode }) => mode === "quick")?.found.values() ??
    (format === "f64" ? [...main.found.values()].filter(({ slice }) => slice < QUICK_SAMPLES) : []);
  const { inputs, digest } = join(subset, name, format);
  return inputs === 0 || kind !== "kit" ? null : { inputs, digest };
}

/** What was found of a target. */
interface Found {
  readonly joined: Joined;
  readonly bound: number | null;
  readonly problems: readonly string[];
  readonly quick: Certificate["quick"];
}

function certificateOf(
  target: Target,
  { joined, bound, problems, quick }: Found,
  { subject, sources, version, call, adapter }: Certified,
  { workers, machine }: Place,
): Certificate {
  const { name, format } = target;
  const { cpu, os, deno, v8, date } = machine;
  return {
    subject: subject.id,
    kind: subject.kind,
    engine: subject.engine,
    build: subject.build,
    precision: subject.precision,
    function: name,
    format,
    version,
    call: call(name),
    method: methodOf(target, subject),
    inputs: joined.inputs,
    bound,
    verdict: problems.length > 0 ? "broken" : subject.kind === "kit" ? "holds" : "no promise",
    problems,
    maxUlp: joined.maxUlp,
    worst: joined.worst,
    misrounded: joined.misrounded,
    violations: joined.violations,
    subnormals: { results: joined.subnormal, flushed: joined.flushed },
    reference: {
      screen: screenOf(target),
      decidedByMpfr: joined.mpfr,
      confirmedByMpfr: joined.tested,
    },
    histogram: histogramOf(joined),
    binades: joined.binades,
    quick,
    sources,
    environment: { cpu, ...(adapter === undefined ? {} : { adapter }), os, deno, v8, date },
    time: {
      workerSeconds: Number(joined.seconds.toFixed(1)),
      workers: subject.alone ? 1 : workers,
    },
  };
}

function methodOf({ name, format }: Target, subject: Subject): Certificate["method"] {
  if (format === "f64") return "sampled";
  if (subject.subsetOnly) return "subset";
  return isParts(name) && !isWhole(subject, name) ? "strided" : "exhaustive";
}

function screenOf({ name, format }: Target): string {
  if (isParts(name)) return "the parts";
  return format === "f32" ? "lab/oracle/screen.ts" : "lab/oracle/double_double.ts";
}

function histogramOf({ histogram }: Joined): Certificate["histogram"] {
  let length = histogram.length;
  while (length > 1 && histogram[length - 1] === 0) length--;
  return { edges: EDGES.slice(0, length), counts: histogram.slice(0, length) };
}

async function readCertificate(path: string): Promise<Certificate | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path)) as Certificate;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
