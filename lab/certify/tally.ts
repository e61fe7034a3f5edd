/**
 * Counts what a subject's results are worth, beside the reference.
 *
 * Where the bits agree, the error is that of rounding correctly, the same for every subject: only
 * its greatest is needed, once for a block (`errorOfRounding`). So agreement costs a comparison,
 * and the work is in the elements that differ.
 *
 * @module
 */
import { type Format, FORMATS } from "../floats.ts";
import { bitsOfWitness, F32_PER_UNIT, type WitnessBits, wrongKind } from "../oracle/error.ts";
import { EDGES, type Rule, RULES, type SliceResult, type Violation } from "./types.ts";

/** The greatest error of the correctly rounded results of a block, and where. */
export interface Rounding {
  error: number;
  at: number;
}

/** The greatest error in a block whose results are all correctly rounded. */
export function errorOfRounding(
  y: Float64Array,
  want: Float32Array,
  wantBits: Int32Array,
  length: number,
): Rounding {
  const worst = { error: 0, at: 0 };
  const perUnit = F32_PER_UNIT;
  for (let i = 0; i < length; i++) {
    const error = Math.abs(want[i]! - y[i]!) * perUnit[(wantBits[i]! >>> 23) & 255]!;
    if (error > worst.error) { // NaN is not greater
      worst.error = error;
      worst.at = i;
    }
  }
  return worst;
}

/** Collects the counts of one slice for one target. */
export class Tally {
  inputs = 0;
  misrounded = 0;
  maxUlp = 0;
  subnormal = 0;
  flushed = 0;
  mpfr = 0;
  tested = 0;
  seconds = 0;
  readonly #histogram = EDGES.map(() => 0).concat(0);
  readonly #violations: Record<Rule, { count: number; first?: WitnessBits }>;
  readonly #digest = new Int32Array([0x811c9dc5, 0x2545f491]);
  readonly #binades = new Map<number, { max: number; misrounded: number }>();
  #worst: WitnessBits | undefined;
  readonly #format: Format;

  constructor(format: Format) {
    this.#format = format;
    this.#violations = Object.fromEntries(RULES.map((rule) => [rule, { count: 0 }])) as Record<
      Rule,
      { count: number }
    >;
  }

  /**
   * Compares a block of float32 results with the reference, or with its negative (sign = -1).
   *
   * @param rounding the greatest error of rounding in the block
   */
  compare(
    x: Float32Array,
    got: Float32Array<ArrayBuffer>,
    { y, want, wantBits }: { y: Float64Array; want: Float32Array; wantBits: Int32Array },
    rounding: Rounding,
    sign: 1 | -1,
  ): void {
    const n = x.length;
    const gotBits = new Int32Array(got.buffer, got.byteOffset, n);
    const flip = sign === 1 ? 0 : 0x80000000 | 0;
    const perUnit = F32_PER_UNIT;
    let equal = 0;
    for (let i = 0; i < n; i++) {
      if (gotBits[i] === (wantBits[i]! ^ flip)) equal++;
      else {
        const scale = perUnit[(wantBits[i]! >>> 23) & 255]!;
        this.judge(x[i]!, got[i]!, sign * want[i]!, Math.abs(got[i]! - sign * y[i]!) * scale);
      }
    }
    this.inputs += n;
    this.#histogram[0]! += equal;
    if (rounding.error > this.maxUlp) {
      const { at } = rounding;
      this.maxUlp = rounding.error;
      this.#worst = this.#witness(x[at]!, sign * want[at]!, sign * want[at]!);
    }
  }

  /** Takes in one result that is not, bit for bit, the correctly rounded one, with its error. */
  judge(x: number, got: number, want: number, ulps: number): void {
    if (Object.is(got, want)) return this.#count(0); // NaNs of other bits
    const wrong = wrongKind(got, want);
    if (wrong !== undefined) return this.violate(wrong, x, got, want);
    if (got === want) {
      this.violate("zeroSign", x, got, want);
      return this.#count(0);
    }
    this.misrounded++;
    // Next to a tie the difference may come out as 1/2; a misrounding is further off.
    const error = Math.max(ulps, 0.5 + Number.EPSILON);
    if (got === 0 && Math.abs(want) < 2 ** FORMATS[this.#format].minExponent) this.flushed++;
    if (Object.is(got, -0) && want > 0 || Object.is(got, 0) && want < 0) {
      this.violate("zeroSign", x, got, want);
    }
    this.#count(error);
    if (error > this.maxUlp) {
      this.maxUlp = error;
      this.#worst = this.#witness(x, got, want);
    }
  }

  /** Notes the error of one input by its binade; for slices that hold many. */
  noteBinade(key: number, error: number, misrounded: boolean): void {
    const entry = this.#binades.get(key);
    if (entry === undefined) {
      this.#binades.set(key, { max: error, misrounded: misrounded ? 1 : 0 });
      return;
    }
    entry.max = Math.max(entry.max, error);
    if (misrounded) entry.misrounded++;
  }

  /** Takes in one correctly rounded result with its error. */
  agree(x: number, want: number, error: number): void {
    this.#histogram[0]!++;
    if (error <= this.maxUlp) return;
    this.maxUlp = error;
    this.#worst = this.#witness(x, want, want);
  }

  /** Notes a broken rule. */
  violate(rule: Rule, x: number, got: number, want: number, beta = 1): void {
    const violation = this.#violations[rule];
    violation.count++;
    violation.first ??= { ...this.#witness(x, got, want), ...(beta === 1 ? {} : { beta }) };
  }

  /** Adds the bits of results to the digest; every NaN counts as one. */
  digest(got: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): void {
    const words = new Int32Array(got.buffer, got.byteOffset, got.byteLength / 4);
    const width = got.BYTES_PER_ELEMENT / 4;
    let [a, b] = this.#digest as unknown as [number, number];
    for (let i = 0; i < words.length; i++) {
      const value = got[width === 1 ? i : i >>> 1]!;
      const word = value === value ? words[i]! : 0x7fc00000;
      a = Math.imul(a ^ word, 0x01000193);
      b = Math.imul(b + word | 0, 0x9e3779b1) ^ (b >>> 15);
    }
    this.#digest[0] = a;
    this.#digest[1] = b;
  }

  /** What the slice told. */
  result(slice: number): SliceResult {
    const violations = this.#violations as Record<Rule, Violation>;
    return {
      slice,
      inputs: this.inputs,
      misrounded: this.misrounded,
      maxUlp: this.maxUlp,
      ...(this.#worst ? { worst: this.#worst } : {}),
      histogram: this.#histogram,
      violations,
      subnormal: this.subnormal,
      flushed: this.flushed,
      mpfr: this.mpfr,
      tested: this.tested,
      ...(this.#binades.size > 0
        ? {
          binades: [...this.#binades].sort(([a], [b]) => a - b)
            .map(([key, { max, misrounded }]) => [key, max, misrounded] as const),
        }
        : {}),
      digest: [this.#digest[0]! >>> 0, this.#digest[1]! >>> 0],
      seconds: this.seconds,
    };
  }

  #count(error: number): void {
    // A NaN has no bin; it cannot come here.
    let bin = 0;
    while (bin < EDGES.length && error > EDGES[bin]!) bin++;
    this.#histogram[bin]!++;
  }

  #witness(input: number, got: number, want: number): WitnessBits {
    return bitsOfWitness({ input, got, want }, this.#format);
  }
}
