/** softplusWithGrad beside softplus and sigmoid: the bits have to be the same. */
import type { Precision } from "../../kernels/bounds.ts";
import type { LoadedSubject, Subject } from "./subject.ts";
import type { Tally } from "./tally.ts";

type F32 = Float32Array<ArrayBuffer>;

/** Compares softplusWithGrad with its parts in one block of a slice, beta = 1. */
export async function judgeEach(
  tally: Tally,
  methods: NonNullable<LoadedSubject["methods"]>,
  x: F32,
  precision: Precision,
  outputs: readonly F32[],
): Promise<void> {
  const [value, grad, softplus, sigmoid] = outputs.map((one) => one.subarray(0, x.length)) as [
    F32,
    F32,
    F32,
    F32,
  ];
  // What writes nothing must not pass with its forerunner's results.
  for (const one of [value, grad]) one.fill(12345);
  await methods.softplusWithGrad(x, { out: { value, grad }, precision });
  await methods.softplus(x, { out: softplus, precision });
  await methods.sigmoid(x, { out: sigmoid, precision });
  tally.inputs += x.length;
  for (const [got, want] of [[value, softplus], [grad, sigmoid]] as const) {
    noteDifferences(tally, x, got, want, 1);
  }
}

/**
 * The beta with which functions are compared with their parts: 1 on every input, the others on
 * every {@linkcode BETA_STRIDE}-th. A sign, a power of two, any digits, and far out. A call on a
 * GPU takes 10 ms however little it computes: there 3 stands for the others.
 */
const BETAS: readonly number[] = [1, -1, 2, 3, -0.7, 0.001, 36.8, 2 ** -150, -(2 ** 150)];
const FEW_BETAS: readonly number[] = [1, 3];
const BETA_STRIDE = 16;

/** Compares a function with its parts, bit for bit, and counts into the tally. */
export async function judgeParts(
  tally: Tally,
  methods: NonNullable<LoadedSubject["methods"]>,
  all: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
  { precision, alone }: Subject,
): Promise<void> {
  const some = all.filter((_, i) => i % BETA_STRIDE === 0) as typeof all;
  const level = precision || "exact";
  for (const beta of alone ? FEW_BETAS : BETAS) {
    const x = beta === 1 ? all : some;
    await judgePartsWith(tally, methods, x, { precision: level, beta });
  }
}

async function judgePartsWith(
  tally: Tally,
  methods: NonNullable<LoadedSubject["methods"]>,
  x: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
  options: { readonly precision: Precision; readonly beta: number },
): Promise<void> {
  const softplus = await methods.softplus(x, options);
  const sigmoid = await methods.sigmoid(x, options);
  const { value, grad } = await methods.softplusWithGrad(x, options);
  tally.inputs += x.length;
  for (const [got, want] of [[value, softplus], [grad, sigmoid]] as const) {
    noteDifferences(tally, x, got, want, options.beta);
    tally.digest(got);
  }
}

/** Counts where two results do not have the same bits; every NaN counts as one. */
function noteDifferences(
  tally: Tally,
  x: F32 | Float64Array,
  got: F32 | Float64Array,
  want: F32 | Float64Array,
  beta: number,
): void {
  for (let i = 0; i < x.length; i++) {
    if (!Object.is(got[i], want[i])) tally.violate("parts", x[i]!, got[i]!, want[i]!, beta);
  }
}
