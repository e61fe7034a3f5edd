/**
 * One binade of float32: an implementation of somebody's own beside the screened reference.
 *
 * @module
 */
import type { Adapted } from "../adapt.ts";
import { bitsOf } from "../floats.ts";
import type { KnownName } from "../oracle/reference.ts";
import type { Reference } from "../oracle/screen.ts";
import type { StepBits } from "./certification.ts";
import { blocks, exponentOfSlice, SLICES } from "./slices.ts";
import { errorOfRounding, Tally } from "./tally.ts";
import type { SliceResult } from "./types.ts";

/** How a function of the oracle is had from a quicker reference: at -x, and negative, or not. */
const QUICKER = {
  softplus: { name: "softplus", mirrors: false, sign: 1, slope: 1 },
  sigmoid: { name: "sigmoid", mirrors: false, sign: 1, slope: 1 },
  softplusGrad: { name: "sigmoid", mirrors: false, sign: 1, slope: 1 },
  sigmoidGrad: { name: "sigmoidGrad", mirrors: false, sign: 1, slope: 0 },
  logSigmoid: { name: "softplus", mirrors: true, sign: -1, slope: 1 },
  logSigmoidGrad: { name: "sigmoid", mirrors: true, sign: 1, slope: -1 },
} as const;

/** The slice of -0: from there on patterns that go up are numbers that go down. */
const FIRST_NEGATIVE = SLICES / 2;

/** Elements that an implementation gets at a time. */
const BLOCK = 2 ** 15;

/** What of a slice is to be tried, as what. */
export interface Part {
  readonly known: KnownName;
  /** The dense subset alone. */
  readonly quick: boolean;
  /** Only inputs from the first to the second number, both included. */
  readonly between?: readonly [number, number];
}

/** An input and its result. */
interface Point {
  readonly x: number;
  readonly got: number;
}

/** What one slice told, and steps against the slope within it. */
export interface SliceTold {
  readonly slice: SliceResult;
  readonly steps: number;
  readonly firstStep: StepBits | undefined;
  /** Its ends, between which and the next slice may be one more step; undefined where nothing was tried. */
  readonly first: Point | undefined;
  readonly last: Point | undefined;
}

/** Arrays that slices share, one after the other. */
export interface Space {
  readonly reference: Reference;
  readonly refer: typeof import("../oracle/screen.ts").refer;
  readonly at: Float32Array<ArrayBuffer>;
}

/** Makes them. MPFR comes with it: not before it is needed. */
export async function makeSpace(): Promise<Space> {
  const { makeReference, refer } = await import("../oracle/screen.ts");
  return { reference: makeReference(BLOCK), refer, at: new Float32Array(BLOCK) };
}

/** Holds a slice of an implementation against the reference. */
export async function judgeSlice(
  one: Adapted,
  slice: number,
  { known, quick, between }: Part,
  space: Space,
  signal?: AbortSignal,
): Promise<SliceTold> {
  const judge = new Judge(one, known, slice, space);
  await blocks(slice, quick, BLOCK, async (bits) => {
    signal?.throwIfAborted();
    await judge.block(between === undefined ? bits : within(bits, between));
  });
  return judge.told();
}

/** All steps against the slope of slices in their order, those from one to the next with them. */
export function stepsOf(
  slices: readonly SliceTold[],
  known: KnownName,
): { readonly steps: number; readonly firstStep: StepBits | undefined } {
  let steps = 0;
  let firstStep: StepBits | undefined;
  let before: Point | undefined;
  for (const { slice: { slice }, first, last, ...inside } of slices) {
    if (slice === FIRST_NEGATIVE) before = undefined;
    if (before !== undefined && first !== undefined) {
      if (directionOf(QUICKER[known], slice) * (first.got - before.got) < 0) {
        steps++;
        firstStep ??= stepOf(before, first);
      }
    }
    steps += inside.steps;
    firstStep ??= inside.firstStep;
    before = last ?? before;
  }
  return { steps, firstStep };
}

/** Which way results ought to go: the patterns of negative numbers go down. */
function directionOf({ slope }: typeof QUICKER[KnownName], slice: number): number {
  return slope * (slice < FIRST_NEGATIVE ? 1 : -1);
}

/** The patterns whose numbers are in the range. */
function within(
  bits: Uint32Array<ArrayBuffer>,
  [from, to]: readonly [number, number],
): Uint32Array<ArrayBuffer> {
  const x = new Float32Array(bits.buffer, bits.byteOffset, bits.length);
  return bits.filter((_, i) => x[i]! >= from && x[i]! <= to);
}

/** Holds one binade of an implementation against the screened reference. */
class Judge {
  readonly #one: Adapted;
  readonly #rule: typeof QUICKER[KnownName];
  readonly #slice: number;
  readonly #space: Space;
  readonly #tally = new Tally("f32");
  #first: Point | undefined;
  #last: Point | undefined;
  #steps = 0;
  #firstStep: StepBits | undefined;

  constructor(one: Adapted, known: KnownName, slice: number, space: Space) {
    this.#one = one;
    this.#rule = QUICKER[known];
    this.#slice = slice;
    this.#space = space;
  }

  async block(bits: Uint32Array<ArrayBuffer>): Promise<void> {
    if (bits.length === 0) return;
    const { name, mirrors, sign } = this.#rule;
    const { reference, refer } = this.#space;
    const x = new Float32Array(bits.buffer, bits.byteOffset, bits.length);
    const at = this.#space.at.subarray(0, x.length);
    for (let i = 0; i < x.length; i++) at[i] = mirrors ? -x[i]! : x[i]!;
    refer(name, at, exponentOfSlice(this.#slice), reference);
    const { y, want, wantBits, hard } = reference;
    const rounding = errorOfRounding(y, want, wantBits, x.length);
    const got = await this.#one.apply(x) as Float32Array<ArrayBuffer>;
    this.#tally.compare(x, got, reference, rounding, sign);
    this.#tally.mpfr += hard.length;
    this.#countSteps(x, got);
  }

  /** Steps in the wrong direction: the patterns of negative numbers go down. */
  #countSteps(x: Float32Array, got: Float32Array): void {
    const direction = directionOf(this.#rule, this.#slice);
    this.#first ??= { x: x[0]!, got: got[0]! };
    let before = this.#last?.got ?? NaN;
    for (let i = 0; i < got.length; i++) {
      const value = got[i]!;
      if (direction * (value - before) < 0 && this.#steps++ === 0) {
        const from = i === 0 ? this.#last! : { x: x[i - 1]!, got: before };
        this.#firstStep = stepOf(from, { x: x[i]!, got: value });
      }
      before = value;
    }
    this.#last = { x: x.at(-1)!, got: before };
  }

  told(): SliceTold {
    return {
      slice: this.#tally.result(this.#slice),
      steps: this.#steps,
      firstStep: this.#firstStep,
      first: this.#first,
      last: this.#last,
    };
  }
}

function stepOf(before: Point, after: Point): StepBits {
  const hex = (value: number) => `0x${bitsOf(value, "f32").toString(16).padStart(8, "0")}`;
  return {
    before: { x: hex(before.x), got: hex(before.got) },
    after: { x: hex(after.x), got: hex(after.got) },
  };
}
