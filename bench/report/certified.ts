/** What the certificates found, as records for figures and tables. */
import { exact } from "../../lab/oracle/mpfr.ts";
import {
  type Certificate,
  fromHex,
  readCertificates,
  slug,
} from "../../lab/certify/certificate.ts";
import type { EnvelopePoint } from "../../lab/figures/binades.ts";
import type { SharePoint } from "./figures/certified.ts";
import type { Drawn } from "../../lab/figures/theme.ts";
import type { Implementation } from "../peers/implementation.ts";
import { IMPLEMENTATIONS } from "../peers/implementations.ts";
import { align } from "./table.ts";

export type { Certificate } from "../../lab/certify/certificate.ts";

/** A function that a certificate judges by itself. */
export type CertifiedFunction = "softplus" | "sigmoid" | "logSigmoid";

/** The committed certificates, the kit's first, then the textbook, then peers. */
export async function loadCertificates(): Promise<Certificate[]> {
  const order = ["kit", "textbook", "peer"];
  const all = await readCertificates(new URL("../certificates/", import.meta.url));
  return all.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** The certificates about one function in one format. */
export function about(
  certificates: readonly Certificate[],
  name: CertifiedFunction,
  format: "f32" | "f64" = "f32",
): Certificate[] {
  return certificates.filter((one) => one.function === name && one.format === format);
}

/** Those of certificates whose subjects figures call so, in the order of the names. */
export function named(
  certificates: readonly Certificate[],
  ...names: readonly string[]
): Certificate[] {
  return names.flatMap((name) => certificates.filter((one) => nameOf(one) === name));
}

/** How figures call the subject of a certificate. */
export function nameOf({ subject }: Certificate): string {
  // What the benchmark has too has the same name there, and so the same look.
  return benchmarked(subject)?.name ?? subject.replaceAll("-", " ");
}

/** The row of the benchmark that a certificate is about, if it is none of the kit's. */
function benchmarked(subject: string): Implementation | undefined {
  return IMPLEMENTATIONS.find(({ name }) => slug(name) === subject);
}

/** How figures have a certificate: its name, and whose look it has. */
function drawn(one: Certificate): Drawn {
  const family = one.kind === "kit"
    ? `${one.engine} ${one.precision}`
    : benchmarked(one.subject)?.library;
  return { implementation: nameOf(one), kind: one.kind, ...(family !== undefined && { family }) };
}

/** The greatest error in each binade of x; a wrong NaN or infinity counts as no digit right. */
export function envelopes(certificates: readonly Certificate[]): EnvelopePoint[] {
  return certificates.flatMap((one) => {
    const { first, positive, negative, wrongPositive, wrongNegative } = one.binades;
    const subject = drawn(one);
    const sides = [[true, negative, wrongNegative], [false, positive, wrongPositive]] as const;
    return sides.flatMap(([isNegative, side, wrong]) =>
      side.flatMap((ulp, i): EnvelopePoint[] =>
        ulp === null ? [] : [{
          ...subject,
          negative: isNegative,
          exponent: first + i,
          ulp: (wrong?.[i] ?? 0) > 0 ? Math.max(ulp, 2 ** 24) : ulp,
        }]
      )
    );
  });
}

/** For each edge of the histogram, the share of all inputs whose error is greater. */
export function shares(certificates: readonly Certificate[]): SharePoint[] {
  return certificates.flatMap((one) => {
    const { edges, counts } = one.histogram;
    const subject = drawn(one);
    let left = one.inputs - one.violations.nan.count - one.violations.infinity.count;
    return edges.map((ulp, i): SharePoint => {
      left -= counts[i]!;
      return { ...subject, ulp, share: left / one.inputs };
    });
  });
}

/**
 * Inputs whose result has no right digit: an error above 2^22 of the 2^23 to 2^24 ULP that a
 * normal float32 is, and subnormal results that came back as 0.
 */
export function withoutDigits({ histogram: { edges, counts }, subnormals }: Certificate): number {
  return counts.reduce(
    (sum, count, i) => sum + ((edges[i - 1] ?? 0) >= 2 ** 22 ? count : 0),
    subnormals.flushed,
  );
}

/** The worst result of each certificate, with the input that shows it: a table as text. */
export function formatWorst(certificates: readonly Certificate[]): string {
  const header = ["", "max ULP", "misrounded", "no digit right", "wrong NaN, ±∞", "worst at"];
  const lines = certificates.map((one) => {
    const wrong = one.violations.nan.count + one.violations.infinity.count;
    return [
      `${one.function} ${one.format}  ${nameOf(one)}`,
      one.maxUlp < 1e4 ? one.maxUlp.toFixed(4) : one.maxUlp.toExponential(2),
      one.misrounded.toLocaleString("en"),
      one.format === "f32" ? withoutDigits(one).toLocaleString("en") : "",
      wrong.toLocaleString("en"),
      one.worst === null ? "" : witness(one),
    ];
  });
  return align([header, ...lines]);
}

function witness({ worst, format, function: name }: Certificate): string {
  const [x, got] = [worst!.x, worst!.got].map((bits) => fromHex(bits, format)) as [number, number];
  const short = (value: number) => String(+value.toPrecision(format === "f32" ? 9 : 17));
  const want = exact(name as CertifiedFunction, x, format);
  return `x = ${worst!.x} (${short(x)}): ${short(got)}, correct ${short(want)}`;
}

/** Whom the certificates are about: versions and the exact call; a table as text. */
export function formatCalls(certificates: readonly Certificate[]): string {
  return align([
    ["", "version", "inputs", "call"],
    ...certificates.map((one) => [
      `${one.function} ${one.format}  ${nameOf(one)}`,
      one.version,
      `${one.inputs.toLocaleString("en")} (${one.method})`,
      one.call,
    ]),
  ]);
}

/** From which binade on next to no digit is right, and how many subnormal results came back as 0; as text. */
export function formatTails(certificates: readonly Certificate[]): string {
  const header = ["", "x < 0: off by 2^20 ULP from", "subnormal results", "came back as 0"];
  return align([
    header,
    ...certificates.filter(({ format }) => format === "f32").map((one) => {
      const { first, negative } = one.binades;
      const lost = negative.findIndex((ulp) => ulp !== null && ulp >= 2 ** 20);
      return [
        `${one.function}  ${nameOf(one)}`,
        lost < 0 ? "nowhere" : `-${2 ** (first + lost)} on`,
        one.subnormals.results.toLocaleString("en"),
        one.subnormals.flushed.toLocaleString("en"),
      ];
    }),
  ]);
}

/** What was certified, how, and how long it took: a table as text. */
export function formatRuns(certificates: readonly Certificate[]): string {
  const header = ["", "inputs", "decided by MPFR", "worker seconds", "on"];
  return align([
    header,
    ...certificates.map((one) => [
      `${one.function} ${one.format}  ${nameOf(one)}`,
      `${one.inputs.toLocaleString("en")} (${one.method})`,
      (one.reference.decidedByMpfr + one.reference.confirmedByMpfr).toLocaleString("en"),
      one.time.workerSeconds.toFixed(0),
      `${one.time.workers} ${one.time.workers === 1 ? "core" : "cores"}, ${one.environment.cpu}`,
    ]),
  ]);
}
