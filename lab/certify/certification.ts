/** What `certify` found: figures of merit, a picture by binade, a table, JSON. */
import { errorMap } from "../figures/error_map.ts";
import type { EnvelopePoint } from "../figures/binades.ts";
import type { Figure } from "../figures/types.ts";
import { replaceFile } from "../files.ts";
import { type Format, fromBits } from "../floats.ts";
import type { WitnessBits } from "../oracle/error.ts";
import { markdownTable } from "../show/markdown.ts";
import { figureBundle, type MimeBundle, showsItself } from "../show/show.ts";

/** A number with its bits in hexadecimal. */
export interface BitsAndValue {
  readonly value: number;
  readonly bits: string;
}

/** An input, what an implementation gave there, and the correctly rounded result. */
export interface Found {
  readonly x: BitsAndValue;
  readonly got: BitsAndValue;
  readonly want: BitsAndValue;
}

/** Results that break a rule, and the first of them. */
export interface WrongCount {
  readonly count: number;
  readonly first?: WitnessBits;
}

/** Two neighbouring inputs whose results step against the slope, as bits in hexadecimal. */
export interface StepBits {
  readonly before: { readonly x: string; readonly got: string };
  readonly after: { readonly x: string; readonly got: string };
}

/** Two neighbouring inputs whose results step against the slope of the function. */
export interface Step {
  readonly before: { readonly x: BitsAndValue; readonly got: BitsAndValue };
  readonly after: { readonly x: BitsAndValue; readonly got: BitsAndValue };
}

/** What was counted. */
export interface Counts {
  readonly inputs: number;
  readonly misrounded: number;
  readonly maxUlp: number;
  readonly worst: WitnessBits | null;
  readonly violations: Readonly<Record<"nan" | "infinity" | "zeroSign", WrongCount>>;
  readonly flushed: number;
  /** The greatest error by the exponent of x, from `first` on; null where nothing was tried. */
  readonly binades: {
    readonly first: number;
    readonly positive: readonly (number | null)[];
    readonly negative: readonly (number | null)[];
  };
}

/** What a certification is made of. */
export interface CertificationData {
  /** Of the implementation. */
  readonly name: string;
  /** What it was held against. */
  readonly function: string;
  readonly dtype: Format;
  /** Which inputs were tried, in words. */
  readonly method: string;
  /** Whether errors are known by the binade of x. */
  readonly hasBinades: boolean;
  readonly joined: Counts;
  /** Neighbouring inputs whose results step against the slope of the function. */
  readonly stepsAgainstSlope: number;
  /** The first of them. */
  readonly firstStep?: StepBits;
}

/**
 * The result of `certify`.
 *
 * @example
 * ```ts
 * import { Certification, certify } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const found: Certification = await certify(Math.exp, { of: "softplus", between: [1, 1.001] });
 * assert.equal(found.misrounded, found.inputs);
 * ```
 */
export class Certification {
  readonly name: string;
  readonly function: string;
  readonly dtype: Format;
  /** Which inputs were tried, in words. */
  readonly method: string;
  readonly inputs: number;
  /** The greatest error in ULP; 0.5 at most where nothing is misrounded. NaNs and infinities are counted apart. */
  readonly maxUlp: number;
  /** Where it was; undefined where no result was a number. */
  readonly worst: Found | undefined;
  /** Results other than the correctly rounded one; wrong NaNs, infinities and signs of zero are apart. */
  readonly misrounded: number;
  /** NaN for a number, or a number for NaN. */
  readonly wrongNans: number;
  readonly wrongInfinities: number;
  /** 0 with the wrong sign. */
  readonly wrongZeros: number;
  /** The first of these wrong ones. */
  readonly firstWrong: Found | undefined;
  /** 0 where the result is a subnormal number. */
  readonly flushed: number;
  /** Neighbouring inputs whose results step against the slope of the function. */
  readonly stepsAgainstSlope: number;
  /** The first of them. */
  readonly firstStep: Step | undefined;
  readonly #data: CertificationData;

  /** @param data what was found */
  constructor(data: CertificationData) {
    const { joined, dtype } = data;
    const { nan, infinity, zeroSign } = joined.violations;
    this.#data = data;
    this.name = data.name;
    this.function = data.function;
    this.dtype = dtype;
    this.method = data.method;
    this.inputs = joined.inputs;
    this.maxUlp = joined.maxUlp;
    this.worst = foundOf(joined.worst ?? undefined, dtype);
    this.misrounded = joined.misrounded;
    this.wrongNans = nan.count;
    this.wrongInfinities = infinity.count;
    this.wrongZeros = zeroSign.count;
    this.firstWrong = foundOf(nan.first ?? infinity.first ?? zeroSign.first, dtype);
    this.flushed = joined.flushed;
    this.stepsAgainstSlope = data.stepsAgainstSlope;
    this.firstStep = stepOf(data.firstStep, dtype);
  }

  /** Whether every result is the correctly rounded one. */
  get isCorrectlyRounded(): boolean {
    return this.misrounded + this.wrongNans + this.wrongInfinities + this.wrongZeros === 0;
  }

  /** The greatest error in each binade of x, as colours; float32 held against a function by name. */
  get figure(): Figure | undefined {
    if (!this.#data.hasBinades) return undefined;
    const { first, positive, negative } = this.#data.joined.binades;
    const points = [positive, negative].flatMap((side, k) =>
      side.flatMap((ulp, at): EnvelopePoint[] =>
        ulp === null ? [] : [{
          implementation: this.name,
          kind: "own",
          negative: k === 1,
          exponent: first + at,
          ulp,
        }]
      )
    );
    const title = this.isCorrectlyRounded
      ? `${this.name}: every result is the correctly rounded ${this.function}`
      : `${this.name} errs by up to ${this.maxUlp.toPrecision(3)} ULP`;
    return errorMap(points, { title, subtitle: this.method });
  }

  /** The findings in a table. */
  toString(): string {
    const of = (n: number) => n.toLocaleString("en");
    const rows = [
      ["inputs", `${of(this.inputs)}: ${this.method}`],
      ["greatest error", `${this.maxUlp.toPrecision(4)} ULP`],
      ["at x", this.worst ? told(this.worst.x) : "–"],
      ["it gives", this.worst ? told(this.worst.got) : "–"],
      ["correctly rounded", this.worst ? told(this.worst.want) : "–"],
      ["misrounded", of(this.misrounded)],
      ["wrong NaN", of(this.wrongNans)],
      ["wrong infinity", of(this.wrongInfinities)],
      ["wrong sign of 0", of(this.wrongZeros)],
      ["subnormal results that came back as 0", of(this.flushed)],
      ["steps against the slope", of(this.stepsAgainstSlope)],
      ...(this.firstStep ? [["the first, at x", told(this.firstStep.after.x)]] : []),
    ];
    return markdownTable([`${this.name} as ${this.function}, ${this.dtype}`, ""], rows);
  }

  /** What a notebook shows: the picture by binade, where there is one, and the table. */
  async display(): Promise<MimeBundle> {
    const { figure } = this;
    const text = this.toString();
    if (figure === undefined) return { "text/markdown": text, "text/plain": text };
    return { ...await figureBundle(figure), "text/plain": text };
  }

  /** Writes it as JSON; `Certification.load` reads it. */
  async save(path: string): Promise<void> {
    await replaceFile(path, `${JSON.stringify(this.#data, null, 1)}\n`);
  }

  /** Reads what `save` wrote. */
  static async load(path: string): Promise<Certification> {
    const { readFile } = await import("node:fs/promises");
    const data = JSON.parse(await readFile(path, "utf8")) as Partial<CertificationData>;
    if (typeof data.joined !== "object" || typeof data.name !== "string") {
      throw new TypeError(`Certification.load: ${path} holds no certification`);
    }
    return new Certification(data as CertificationData);
  }
}

showsItself(Certification.prototype);

const told = ({ value, bits }: BitsAndValue): string => `${value} (${bits})`;

function foundOf(witness: WitnessBits | undefined, dtype: Format): Found | undefined {
  if (witness === undefined) return undefined;
  const both = (bits: string) => valueOf(bits, dtype);
  return { x: both(witness.x), got: both(witness.got), want: both(witness.want) };
}

function stepOf(step: StepBits | undefined, dtype: Format): Step | undefined {
  if (step === undefined) return undefined;
  const one = ({ x, got }: StepBits["before"]) => ({
    x: valueOf(x, dtype),
    got: valueOf(got, dtype),
  });
  return { before: one(step.before), after: one(step.after) };
}

function valueOf(bits: string, dtype: Format): BitsAndValue {
  return { value: fromBits(BigInt(bits), dtype), bits };
}
