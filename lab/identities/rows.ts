/**
 * The identities, a row each: what softplus, the sigmoid and their relatives owe themselves and each
 * other. All sums and comparisons are exact (BigInt fixed point), so the only slack is the error that
 * an implementation may have, in ULP of each of its results.
 *
 * @module
 */
import { type Format, same, step, ulp } from "../floats.ts";
import { BOUNDARIES } from "../oracle/boundaries.ts";
import { atanh, fixed, ONE, SERIES_ERROR } from "../oracle/fixed_point.ts";

/** What a check may ask. */
export interface Asked {
  readonly format: Format;
  /** Error in ULP that a result may have. */
  readonly ulps: number;
  /** Correctly rounded float64 values. */
  exact(name: "softplus" | "sigmoid" | "sigmoidGrad", x: number): number;
  /** The function at x, correctly rounded to the format. */
  want(x: number): number;
  /** The derivative that the user gave, at the points of the check. */
  readonly grads?: readonly number[];
}

/** One identity. */
export interface Identity {
  /** In words. */
  readonly words: string;
  /** As a formula, f being the function. */
  readonly formula: string;
  /** How many points a check takes, in ascending order: 1, or 2 with a < b. */
  readonly points: 1 | 2;
  /** Where the points lie; anywhere unless told. */
  readonly between?: (format: Format) => readonly [number, number];
  /** Whether the points are NaN, infinities and other special ones, and no others. */
  readonly specials?: true;
  /** The inputs at which the function is called, for these points. */
  readonly at: (points: readonly number[]) => readonly number[];
  /** What is wrong with the results, or undefined. */
  check(points: readonly number[], y: readonly number[], asked: Asked): string | undefined;
}

/** Slack is counted in thousandths of a unit. */
const MILLI = 1000n;

/** The allowed error of a result, in thousandths of the fixed point's unit. */
function slack(y: number, { format, ulps }: Asked): bigint {
  // The exact value may lie one float further from 0, and so in the binade above.
  const outward = step(Math.abs(y), 1, format);
  return fixed(ulp(Number.isFinite(outward) ? outward : y, format)) *
    BigInt(Math.round(1000 * ulps));
}

const absolute = (n: bigint) => n < 0n ? -n : n;
const LN2_ABOVE = 2n * atanh(1n, 3n) + SERIES_ERROR;

/** A complaint where a result is no finite number; checks of sums need finite ones. */
function notFinite(points: readonly number[], y: readonly number[]): string | undefined {
  const at = y.findIndex((v) => !Number.isFinite(v));
  return at < 0 ? undefined : `a result is ${y[at]} for the finite ${points[at % points.length]}`;
}

/** Correct rounding keeps order; with an error of u ULP a later result may lie u units of each lower. */
const monotone: Identity = {
  words: "never falls",
  formula: "a < b: f(a) <= f(b)",
  points: 2,
  at: (points) => points,
  check(points, [before, after], asked) {
    if (after! >= before!) return undefined;
    const bad = notFinite(points, [before!, after!]);
    if (bad) return bad;
    const drop = (fixed(before!) - fixed(after!)) * MILLI;
    const allowed = asked.ulps <= 0.5 ? 0n : slack(before!, asked) + slack(after!, asked);
    return drop <= allowed ? undefined : `it falls from ${before} to ${after}`;
  },
};

/** The values at NaN, infinities, zeros, subnormals and the largest numbers. */
const special: Identity = {
  words: "special values: NaN, infinities, both zeros, subnormals, the largest numbers",
  formula: "f(x) is the limit, with its sign",
  points: 1,
  specials: true,
  at: (points) => points,
  check([x], [got], asked) {
    const want = asked.want(x!);
    if (same(got!, want)) return undefined;
    const plain = Number.isFinite(want) && Number.isFinite(got!) && (want !== 0 || got !== 0);
    if (plain) {
      const off = absolute(fixed(got!) - fixed(want)) * MILLI;
      if (off <= slack(want, asked)) return undefined;
    }
    return `it is ${Object.is(got, -0) ? "-0" : got}, and ought to be ${
      Object.is(want, -0) ? "-0" : want
    }`;
  },
};

/**
 * The slope between two points lies between the derivatives there, where the derivative rises: no
 * step size, no truncation. `rising` says what the derivative is.
 */
const slope = (
  words: string,
  formula: string,
  derivative: "sigmoid" | "sigmoidGrad",
  between?: Identity["between"],
): Identity => ({
  words,
  formula,
  points: 2,
  ...(between && { between }),
  at: (points) => points,
  check([a, b], y, asked) {
    const bad = notFinite([a!, b!], y);
    if (bad) return bad;
    const [low, high] = asked.grads ?? [asked.exact(derivative, a!), asked.exact(derivative, b!)];
    const width = fixed(b!) - fixed(a!);
    const rise = (fixed(y[1]!) - fixed(y[0]!)) * MILLI;
    // The derivatives are rounded too, those that the user gave as the function is.
    const own = (g: number) => asked.grads ? slack(g, asked) : fixed(ulp(g, "f64")) * MILLI;
    const allowed = slack(y[0]!, asked) + slack(y[1]!, asked);
    const below = (fixed(low!) * MILLI - own(low!)) * width / ONE - allowed;
    const above = (fixed(high!) * MILLI + own(high!)) * width / ONE + allowed;
    if (rise >= below && rise <= above) return undefined;
    const found = Number((rise * 2n ** 60n) / (width * MILLI)) / 2 ** 60;
    return `the slope is ${found}, and the derivatives are ${low} and ${high}`;
  },
});

const SOFTPLUS: readonly Identity[] = [
  special,
  {
    words: "lies between max(x, 0) and max(x, 0) + ln 2",
    formula: "max(x, 0) <= f(x) <= max(x, 0) + ln 2",
    points: 1,
    at: (points) => points,
    check([x], [y], asked) {
      const bad = notFinite([x!], [y!]);
      if (bad) return bad;
      const above = (fixed(y!) - fixed(Math.max(x!, 0))) * MILLI;
      if (above < -slack(y!, asked)) return `${y} is below max(x, 0)`;
      return above <= LN2_ABOVE * MILLI + slack(y!, asked)
        ? undefined
        : `${y} is above max(x, 0) + ln 2`;
    },
  },
  {
    words: "reflection",
    formula: "f(x) - f(-x) = x",
    points: 1,
    at: ([x]) => [x!, -x!],
    check([x], y, asked) {
      const bad = notFinite([x!, -x!], y);
      if (bad) return bad;
      const off = absolute(fixed(y[0]!) - fixed(y[1]!) - fixed(x!)) * MILLI;
      return off <= slack(y[0]!, asked) + slack(y[1]!, asked)
        ? undefined
        : `it is ${y[0]! - y[1]!}`;
    },
  },
  slope(
    "the derivative of softplus is the sigmoid",
    "a < b: sigmoid(a) <= (f(b) - f(a)) / (b - a) <= sigmoid(b)",
    "sigmoid",
  ),
  monotone,
  tail("e^x / (1 + e^x) <= f(x) <= e^x"),
  {
    words: "is the textbook form where that is safe",
    formula: "0 <= x <= 80: f(x) = log(1 + e^x)",
    points: 1,
    between: (format) => [0, format === "f16" ? 10 : 80],
    at: (points) => points,
    check: ([x], [y], asked) => nearly(y!, Math.log(1 + Math.exp(x!)), "log(1 + e^x)", asked),
  },
];

const SIGMOID: readonly Identity[] = [
  special,
  {
    words: "lies between 0 and 1",
    formula: "0 <= f(x) <= 1",
    points: 1,
    at: (points) => points,
    check: (_, [y]) => y! >= 0 && y! <= 1 ? undefined : `it is ${y}`,
  },
  {
    words: "reflection",
    formula: "f(x) + f(-x) = 1",
    points: 1,
    at: ([x]) => [x!, -x!],
    check([x], y, asked) {
      const bad = notFinite([x!, -x!], y);
      if (bad) return bad;
      const off = absolute(fixed(y[0]!) + fixed(y[1]!) - ONE) * MILLI;
      return off <= slack(y[0]!, asked) + slack(y[1]!, asked)
        ? undefined
        : `it is ${y[0]! + y[1]!}`;
    },
  },
  slope(
    "the derivative of the sigmoid is sigmoid(x) sigmoid(-x)",
    "a < b <= 0: s(a) s(-a) <= (f(b) - f(a)) / (b - a) <= s(b) s(-b)",
    "sigmoidGrad",
    () => [-Infinity, 0],
  ),
  monotone,
  tail("e^x / (1 + e^x) <= f(x) <= e^x"),
  {
    words: "is the textbook form where that is safe",
    formula: "x >= 0: f(x) = 1 / (1 + e^-x)",
    points: 1,
    between: () => [0, Infinity],
    at: (points) => points,
    check: ([x], [y], asked) => nearly(y!, 1 / (1 + Math.exp(-x!)), "1 / (1 + e^-x)", asked),
  },
];

const SIGMOID_GRAD: readonly Identity[] = [
  special,
  {
    words: "lies between 0 and 1/4",
    formula: "0 <= f(x) <= 1/4",
    points: 1,
    at: (points) => points,
    check: (_, [y], { format, ulps }) =>
      y! >= 0 && y! <= 0.25 + Math.floor(ulps) * ulp(0.25, format) ? undefined : `it is ${y}`,
  },
  {
    words: "is even",
    formula: "f(-x) = f(x)",
    points: 1,
    at: ([x]) => [x!, -x!],
    check([x], y, asked) {
      const bad = notFinite([x!, -x!], y);
      if (bad) return bad;
      const off = absolute(fixed(y[0]!) - fixed(y[1]!)) * MILLI;
      return off <= slack(y[0]!, asked) + slack(y[1]!, asked) ? undefined : `f(-x) is ${y[1]}`;
    },
  },
  { ...monotone, words: "never falls up to 0", between: () => [-Infinity, 0] },
  {
    words: "is sigmoid(x) sigmoid(-x)",
    formula: "f(x) = s(x) s(-x)",
    points: 1,
    at: (points) => points,
    check: ([x], [y], asked) =>
      nearly(y!, asked.exact("sigmoidGrad", x!), "sigmoid(x) sigmoid(-x)", asked),
  },
];

/** What softplus and the sigmoid share for negative x: e^x to first order, so that no digit may be lost. */
function tail(formula: string): Identity {
  return {
    words: "keeps its digits in the tail, where it is nearly e^x",
    formula: `x < 0: ${formula}`,
    points: 1,
    between: (format) => [BOUNDARIES[format].zero, 0],
    at: (points) => points,
    check([x], [y], asked) {
      const bad = notFinite([x!], [y!]);
      if (bad) return bad;
      const low = asked.exact("sigmoid", x!);
      // log1p and exp of the language are not exact: four units of float64 for them.
      const high = Math.exp(x!);
      const unit = (v: number) => 4n * fixed(ulp(v, "f64")) * MILLI;
      const value = fixed(y!) * MILLI;
      const allowed = slack(Math.max(y!, low), asked);
      if (value < fixed(low) * MILLI - unit(low) - allowed) return `${y} is below ${low}`;
      return value <= fixed(high) * MILLI + unit(high) + allowed
        ? undefined
        : `${y} is above ${high}`;
    },
  };
}

/** Whether a result is another, computed in float64 with an error of a few units there. */
function nearly(y: number, value: number, what: string, asked: Asked): string | undefined {
  if (!Number.isFinite(y)) return `it is ${y}, and ${what} is ${value}`;
  const off = absolute(fixed(y) - fixed(value)) * MILLI;
  const allowed = slack(value, asked) + 4n * fixed(ulp(value, "f64")) * MILLI;
  return off <= allowed ? undefined : `it is ${y}, and ${what} is ${value}`;
}

/** How a function is made of one with identities: f(x) = sign g(turn x). */
interface Family {
  readonly rows: readonly Identity[];
  /** What g is called in words. */
  readonly as: string;
  /** 1 or -1: of the argument, and of the result. */
  readonly turn: 1 | -1;
  readonly sign: 1 | -1;
}

/** The identities of each function that has some. */
export const IDENTITIES: Readonly<Record<string, Family>> = {
  softplus: { rows: SOFTPLUS, as: "f", turn: 1, sign: 1 },
  logSigmoid: { rows: SOFTPLUS, as: "f(x) = -logSigmoid(-x), the softplus,", turn: -1, sign: -1 },
  sigmoid: { rows: SIGMOID, as: "f", turn: 1, sign: 1 },
  softplusGrad: { rows: SIGMOID, as: "f", turn: 1, sign: 1 },
  logSigmoidGrad: {
    rows: SIGMOID,
    as: "f(x) = logSigmoidGrad(-x), the sigmoid,",
    turn: -1,
    sign: 1,
  },
  sigmoidGrad: { rows: SIGMOID_GRAD, as: "f", turn: 1, sign: 1 },
};
