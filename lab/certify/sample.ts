/**
 * float64: structured samples in slices, because 2^64 inputs cannot be tried.
 *
 * 256 slices of 40,960 inputs (10,485,760 in all), each with its own seed and each of the same
 * make-up: every binade of either sign; neighbourhoods of the boundaries and of multiples of ln2/2;
 * the range where the results take all their shapes; the subnormal results; random bits; special
 * values; and, in slice 0, the hard cases found by search. The reference is the double-double
 * screen; one input in ten, all below -600 and all that the screen leaves undecided go to MPFR.
 *
 * @module
 */
import { Random } from "../random.ts";
import { BOUNDARIES } from "../oracle/boundaries.ts";
import { exponentOf, report, step } from "../floats.ts";
import { inUlp } from "../oracle/error.ts";
import { exact, ulpError } from "../oracle/mpfr.ts";
import { evaluate, LEAST, pair, PAIR_BOUND } from "../oracle/double_double.ts";
import hardCases from "./hard-cases.json" with { type: "json" };
import type { Job, Outcome } from "./job.ts";
import { applyOf, attempt, load } from "./loading.ts";
import { judgeParts } from "./parts.ts";
import type { ReferenceName } from "../oracle/screen.ts";
import { subjectOf } from "./subject.ts";
import { Tally } from "./tally.ts";
import { isParts, type UnaryName } from "./types.ts";

/** Slices of the float64 sample. */
export const SAMPLES = 256;

/** Slices that the quick subset consists of. */
export const QUICK_SAMPLES = 2;

const SIZE = 40_960;
const MPFR_STRIDE = 10;

type F64 = Float64Array<ArrayBuffer>;

/** Places whose neighbourhoods are sampled. */
const places: readonly number[] = [
  ...[BOUNDARIES.f32, BOUNDARIES.f64].flatMap((b) => Object.values<number>(b)),
  ...[13.993, 16.6355, 18, 20, 30, 36.7, 40, 600, 700, 709.782712893384, 746, LEAST],
  ...Array.from({ length: 2160 }, (_, n) => n * Math.LN2 / 2),
];

/** The inputs of a slice: the same on every machine. Without `hard`, as the search found them. */
export function sample(slice: number, hard = true): F64 {
  const random = new Random(0x5eed + slice);
  const x: number[] = [NaN, Infinity, -Infinity, 0, -0, Number.MAX_VALUE, -Number.MAX_VALUE];
  const sign = () => random.uint32() & 1 ? -1 : 1;
  const below = (n: number) => Math.floor(random.uniform() * n);
  if (slice === 0 && hard) {
    for (const bits of Object.values(hardCases.f64).flat()) {
      word[0] = BigInt(bits);
      x.push(value[0]!, -value[0]!);
    }
  }
  for (let e = -1074; e <= 1023; e++) {
    for (const s of [-1, 1]) {
      // Every sixteenth slice has the powers of two and their neighbours.
      x.push(
        slice % 16 === 0
          ? step(s * 2 ** e, slice / 16 - 8, "f64")
          : s * (1 + random.uniform()) * 2 ** e,
      );
    }
  }
  for (let i = 0; i < 6000; i++) {
    x.push(sign() * step(places[below(places.length)]!, below(257) - 128, "f64"));
  }
  for (let e = -30; e <= 9; e++) {
    for (let i = 0; i < 300; i++) x.push(sign() * (1 + random.uniform()) * 2 ** e);
  }
  for (let i = 0; i < 1000; i++) x.push(-708 - 38 * random.uniform());
  for (let i = 0; i < 2000; i++) x.push(-745.2 * random.uniform());
  for (let i = 0; i < 1000; i++) {
    word[0] = BigInt(random.uint32()) << 32n | BigInt(random.uint32());
    x.push(value[0]!);
  }
  while (x.length < SIZE - 8000) x.push(random.normal() * 4);
  while (x.length < SIZE - 4000) x.push(80 * random.uniform() - 40);
  while (x.length < SIZE) x.push(2 * random.uniform() - 1);
  return Float64Array.from(x);
}

const value = new Float64Array(1);
const word = new BigUint64Array(value.buffer);

/** The reference of a sample. */
interface Pairs {
  readonly want: F64;
  readonly high: F64;
  readonly low: F64;
  readonly byMpfr: number;
  readonly tested: number;
}

/** The correctly rounded values, and the exact ones as pairs. */
export function referPairs(x: F64): Record<ReferenceName, Pairs> {
  const make = (name: ReferenceName, first: number): Pairs => {
    const n = x.length;
    const [want, high, low] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    let [byMpfr, tested] = [0, 0];
    for (let i = 0; i < n; i++) {
      const v = x[i]!;
      if (!hasPair(name, v)) { // also NaN and both infinities
        want[i] = high[i] = exact(name, v, "f64");
        byMpfr++;
        continue;
      }
      evaluate(v);
      high[i] = pair[first]!;
      low[i] = pair[first + 1]!;
      const slack = high[i]! * PAIR_BOUND;
      const decided = high[i]! + (low[i]! - slack) === high[i]! + (low[i]! + slack);
      want[i] = high[i]! + low[i]!;
      if (decided && i % MPFR_STRIDE !== 0) continue;
      const right = exact(name, v, "f64");
      if (decided) {
        tested++;
        if (right !== want[i]) {
          throw new Error(`the screen is wrong: ${report(name, v, want[i]!, right, "f64")}`);
        }
      } else byMpfr++;
      want[i] = right;
    }
    return { want, high, low, byMpfr, tested };
  };
  return {
    softplus: make("softplus", 0),
    sigmoid: make("sigmoid", 2),
    sigmoidGrad: make("sigmoidGrad", 4),
  };
}

/** Whether the exact value is a pair of doubles; far down it is none, and MPFR measures there. */
export function hasPair(name: ReferenceName, x: number): boolean {
  return x >= LEAST && (name === "sigmoidGrad" ? x <= -LEAST : x < Infinity);
}

/** Runs a float64 job: its slice for every target. */
export async function runSample(job: Job): Promise<Outcome[]> {
  const x = sample(job.slice);
  const start = performance.now();
  const unary = job.targets.filter(({ name }) => !isParts(name));
  const references = unary.length > 0 ? referPairs(x) : undefined;
  const shared = (performance.now() - start) / 1e3 / Math.max(unary.length, 1);
  const outcomes: Outcome[] = [];
  for (const target of job.targets) {
    const begin = performance.now();
    const tally = new Tally("f64");
    const { name } = target;
    if (isParts(name)) {
      const { methods } = await load(target.subject);
      await judgeParts(tally, methods!, x, subjectOf(target.subject));
    } else {
      const { apply, failure: missing } = await applyOf(target, name);
      const mirror = name === "logSigmoid";
      const input = mirror ? x.map((v) => -v) : x;
      const got = new Float64Array(x.length).fill(12345);
      const failure = missing ?? await attempt(target.subject, () => apply(input, got));
      if (failure !== undefined) {
        outcomes.push({ target, failure });
        continue;
      }
      compare(tally, name, input, got, references![name === "logSigmoid" ? "softplus" : name]);
      tally.digest(got);
      tally.seconds = shared;
    }
    tally.seconds += (performance.now() - begin) / 1e3;
    outcomes.push({ target, result: tally.result(job.slice) });
  }
  return outcomes;
}

function compare(tally: Tally, name: UnaryName, x: F64, got: F64, pairs: Pairs): void {
  const sign = name === "logSigmoid" ? -1 : 1;
  const { want, high, low } = pairs;
  tally.inputs += x.length;
  tally.mpfr += pairs.byMpfr;
  tally.tested += pairs.tested;
  for (let i = 0; i < x.length; i++) {
    const w = sign * want[i]!;
    const g = got[i]!;
    if (w !== 0 && Math.abs(w) < 2 ** -1022) tally.subnormal++;
    const finite = Number.isFinite(x[i]!) && Number.isFinite(g);
    const measured = !finite || !hasPair(name === "logSigmoid" ? "softplus" : name, sign * x[i]!)
      ? ulpError(name, x[i]!, g, "f64")
      : inUlp(sign * g - high[i]! - low[i]!, want[i]!, "f64");
    const error = Object.is(g, w) ? Math.min(measured, 0.5) : measured;
    if (Object.is(g, w)) tally.agree(x[i]!, w, error);
    else tally.judge(x[i]!, g, w, error);
    if (finite) tally.noteBinade(binadeKey(x[i]!), error, !Object.is(g, w));
  }
}

/** Sign and exponent as one number: exponent + 1075 for x >= 0, 4096 more for x < 0. */
export function binadeKey(x: number): number {
  const exponent = x === 0 ? -1075 : exponentOf(x);
  return exponent + 1075 + (x < 0 || Object.is(x, -0) ? 4096 : 0);
}
