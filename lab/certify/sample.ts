/**
 * float64: what slices of samples told. The reference is the double-double screen; one input in ten, all
 * below -600 and all that the screen leaves undecided go to MPFR.
 *
 * @module
 */
import { exponentOf, report } from "../floats.ts";
import { inUlp } from "../oracle/error.ts";
import { exact, ulpError } from "../oracle/mpfr.ts";
import { evaluate, LEAST, pair, PAIR_BOUND } from "../oracle/double_double.ts";
import type { Job, Outcome } from "./job.ts";
import { sample } from "./samples.ts";
import { applyOf, attempt, load } from "./loading.ts";
import { judgeParts } from "./parts.ts";
import type { ReferenceName } from "../oracle/screen.ts";
import { subjectOf } from "./subject.ts";
import { Tally } from "./tally.ts";
import { isParts, type UnaryName } from "./types.ts";

const MPFR_STRIDE = 10;

type F64 = Float64Array<ArrayBuffer>;

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
