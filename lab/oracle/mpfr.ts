/**
 * The oracle: softplus, sigmoid and log-sigmoid rounded correctly to any format, from MPFR.
 *
 * Every value is computed with more bits than the format has, and the error of that computation is
 * known. Ziv's test then asks whether all numbers within the error round to the same float; where
 * they do not, the computation is repeated with twice the bits. It ends, because no value of these
 * functions lies on a tie: for x != 0 they are transcendental, softplus(0) = ln 2 is too, and
 * sigmoid(0) = 1/2 is a float. The closest calls are sigmoid(x) = 1/2 + x/4 - x^3/48 + ... near 0,
 * where the first two terms can make a tie exactly and the third is smaller by 2^-106 and less.
 *
 * Nothing here comes from kernels/, so a mistake cannot be on both sides.
 *
 * @module
 */
import { type Format, roundTo, ulp } from "../floats.ts";
import { loadPackage } from "../packages.ts";

export { type Format, ulp } from "../floats.ts";

/**
 * The functions that the oracle knows. `softplusGrad` is the sigmoid under its other name,
 * `logSigmoidGrad` that of -x, and `sigmoidGrad` is beta sigmoid(beta x) sigmoid(-beta x).
 */
export type Name =
  | "softplus"
  | "sigmoid"
  | "softplusGrad"
  | "sigmoidGrad"
  | "logSigmoid"
  | "logSigmoidGrad";

/** The derivatives, by which a backward pass multiplies. */
export type GradName = "softplusGrad" | "sigmoidGrad" | "logSigmoidGrad";

const { init } = await loadPackage("gmp-wasm", "the oracle", () => import("gmp-wasm"));
const { binding: mpfr } = await init();
const NEAREST = 0;
const TOWARD_ZERO = 1;

/**
 * The variables of one working precision, made once. For the x and beta last asked for they hold
 * z = beta x (exact), t = e^-|z|, and in y the last function computed from them.
 */
class Registers {
  readonly z = mpfr.mpfr_t();
  readonly t = mpfr.mpfr_t();
  readonly y = mpfr.mpfr_t();
  readonly u = mpfr.mpfr_t();
  readonly above = mpfr.mpfr_t();
  readonly below = mpfr.mpfr_t();
  x = NaN;
  beta = NaN;

  constructor(readonly bits: number) {
    for (const v of [this.z, this.t, this.y, this.u, this.above, this.below]) {
      mpfr.mpfr_init2(v, bits);
    }
    // At most six roundings lie between x and y, each of them half a unit, 2^-bits relative, and
    // none is amplified: sums have terms of one sign, and exp is given its argument exactly.
    // Eight units, doubled for the products below: 2^-(bits-4).
    for (const [v, sign] of [[this.above, 1], [this.below, -1]] as const) {
      mpfr.mpfr_set_d(v, sign * 2 ** -(bits - 4), NEAREST);
      mpfr.mpfr_add_ui(v, v, 1, NEAREST);
    }
  }

  /** z = beta x and t = e^-|z|. The product of two doubles has at most 106 bits: no rounding. */
  load(x: number, beta: number): void {
    if (this.x === x && this.beta === beta) return;
    mpfr.mpfr_set_d(this.z, x, NEAREST);
    mpfr.mpfr_mul_d(this.z, this.z, beta, NEAREST);
    this.exponential();
    this.x = x;
    this.beta = beta;
  }

  /** t = e^-|z|. */
  exponential(): void {
    // Past 2^20 even MPFR's exponents end somewhere; t < 2^-1500000 is 0 for every use of it.
    if (mpfr.mpfr_cmp_d(this.z, 2 ** 20) > 0 || mpfr.mpfr_cmp_d(this.z, -(2 ** 20)) < 0) {
      mpfr.mpfr_set_d(this.t, 0, NEAREST);
      return;
    }
    mpfr.mpfr_abs(this.t, this.z, NEAREST);
    mpfr.mpfr_neg(this.t, this.t, NEAREST);
    mpfr.mpfr_exp(this.t, this.t, NEAREST);
  }

  /** y = max(z, 0) + log1p(t), which is softplus(z). */
  softplus(): void {
    mpfr.mpfr_log1p(this.y, this.t, NEAREST);
    if (mpfr.mpfr_sgn(this.z) > 0) mpfr.mpfr_add(this.y, this.y, this.z, NEAREST);
  }

  /** y = (z < 0 ? t : 1) / (1 + t), which is sigmoid(z). */
  sigmoid(): void {
    mpfr.mpfr_add_ui(this.y, this.t, 1, NEAREST);
    if (mpfr.mpfr_sgn(this.z) < 0) mpfr.mpfr_div(this.y, this.t, this.y, NEAREST);
    else mpfr.mpfr_ui_div(this.y, 1, this.y, NEAREST);
  }

  /** y = t / (1 + t)^2, which is sigmoid(z) sigmoid(-z) whatever the sign of z. */
  sigmoidGrad(): void {
    mpfr.mpfr_add_ui(this.y, this.t, 1, NEAREST);
    mpfr.mpfr_sqr(this.y, this.y, NEAREST);
    mpfr.mpfr_div(this.y, this.t, this.y, NEAREST);
  }

  /** y = the function at the loaded x and beta, with a relative error below 2^-(bits-4). */
  evaluate(name: Name, x: number, beta: number): void {
    this.load(name.startsWith("logSigmoid") ? -x : x, beta);
    if (name === "sigmoid" || name === "softplusGrad" || name === "logSigmoidGrad") {
      return this.sigmoid();
    }
    if (name === "sigmoidGrad") {
      this.sigmoidGrad();
      mpfr.mpfr_mul_d(this.y, this.y, beta, NEAREST);
      return;
    }
    this.softplus();
    mpfr.mpfr_div_d(this.y, this.y, name === "logSigmoid" ? -beta : beta, NEAREST);
  }

  /** The float that every number within the error of y rounds to, or undefined: undecided. */
  rounded(format: Format): number | undefined {
    mpfr.mpfr_mul(this.u, this.y, this.below, NEAREST);
    const low = nearest(this.u, format);
    mpfr.mpfr_mul(this.u, this.y, this.above, NEAREST);
    return Object.is(low, nearest(this.u, format)) ? low : undefined;
  }
}

const lastWord = new BigUint64Array(1);
const lastDouble = new Float64Array(lastWord.buffer);

/**
 * An MPFR number rounded to nearest. MPFR knows doubles and their subnormals. For the others
 * the value goes to a double by rounding to odd (toward zero, and where that was inexact the last
 * bit set), so that it can neither look like a tie nor leave one, and then to the format: no double
 * rounding.
 */
function nearest(v: number, format: Format): number {
  if (format === "f64") return mpfr.mpfr_get_d(v, NEAREST);
  lastDouble[0] = mpfr.mpfr_get_d(v, TOWARD_ZERO);
  if (mpfr.mpfr_cmp_d(v, lastDouble[0]) !== 0) lastWord[0]! |= 1n;
  return roundTo(lastDouble[0], format);
}

const levels = new Map<number, Registers>();

/** The registers of a precision, from the first use on. */
function level(bits: number): Registers {
  let r = levels.get(bits);
  if (r === undefined) levels.set(bits, r = new Registers(bits));
  return r;
}

/** What the function is where MPFR is not needed: at NaN and the infinities. */
function limit(name: Name, x: number, beta: number): number {
  if (Number.isNaN(x)) return NaN;
  const up = beta > 0 ? x > 0 : x < 0; // beta x = +Infinity
  if (name === "sigmoid" || name === "softplusGrad") return up ? 1 : 0;
  if (name === "logSigmoidGrad") return up ? 0 : 1;
  if (name === "sigmoidGrad") return 0 * beta;
  if (name === "logSigmoid") return -limit("softplus", -x, beta);
  return up ? x : 0 / beta;
}

/** The inputs are numbers of the format; anything else is a mistake in the test. */
function checkInput(x: number, format: Format, beta: number): void {
  if (!Object.is(roundTo(x, format), x)) throw new RangeError(`${x} is no ${format}`);
  if (!Number.isFinite(beta) || beta === 0) throw new RangeError(`beta ${beta} has no softplus`);
}

/**
 * Computes until Ziv's test decides; the registers then hold the value behind the result. A derivative
 * at 0 is 1/2 or beta/4: times beta and upstream exact in 160 bits, and perhaps a tie.
 */
function solve(
  name: Name,
  x: number,
  format: Format,
  beta: number,
  upstream = 1,
): [number, Registers] {
  for (let bits = 192; bits <= 8192; bits *= 2) {
    const r = level(bits);
    r.evaluate(name, x, beta);
    if (upstream !== 1) mpfr.mpfr_mul_d(r.y, r.y, upstream, NEAREST);
    const isExact = x === 0 && name.endsWith("Grad");
    const result = isExact ? nearest(r.y, format) : r.rounded(format);
    if (result !== undefined) return [result, r];
  }
  throw new Error(`undecided at 8192 bits: ${name}(${x}; ${beta}) in ${format}`);
}

/**
 * The correctly rounded value: nearest, ties to even.
 *
 * softplus(x; beta) = log(1 + e^(beta x)) / beta, sigmoid(x; beta) = sigmoid(beta x) and
 * logSigmoid(x; beta) = -softplus(-x; beta), with beta x taken exactly.
 */
export function exact(name: Name, x: number, format: Format, beta = 1): number {
  checkInput(x, format, beta);
  return Number.isFinite(x) ? solve(name, x, format, beta)[0] : limit(name, x, beta);
}

/**
 * How far `got` is from the exact value, in units of the last place of the correctly rounded
 * result, subnormals included. A NaN or an infinity that should not be is infinitely far.
 */
export function ulpError(name: Name, x: number, got: number, format: Format, beta = 1): number {
  checkInput(x, format, beta);
  if (!Number.isFinite(x)) return Object.is(got, limit(name, x, beta)) ? 0 : Infinity;
  const [want, r] = solve(name, x, format, beta);
  if (!Number.isFinite(want) || !Number.isFinite(got)) return Object.is(got, want) ? 0 : Infinity;
  mpfr.mpfr_sub_d(r.u, r.y, got, NEAREST);
  mpfr.mpfr_div_d(r.u, r.u, ulp(want, format), NEAREST);
  return Math.abs(mpfr.mpfr_get_d(r.u, NEAREST));
}

/**
 * upstream times a derivative, correctly rounded. An infinite x has the limit of the derivative,
 * which is 0 or 1; all else is arithmetic of IEEE 754.
 */
export function exactProduct(
  name: GradName,
  x: number,
  upstream: number,
  format: Format,
  beta = 1,
): number {
  const simple = simpleProduct(name, x, upstream, format, beta);
  if (simple !== undefined) return simple;
  const size = Math.abs(solve(name, x, format, beta, upstream)[0]);
  return isNegative(name, upstream, beta) ? -size : size;
}

/** How far `got` is from upstream times a derivative, in ULP as for {@linkcode ulpError}. */
export function productError(
  name: GradName,
  x: number,
  upstream: number,
  got: number,
  format: Format,
  beta = 1,
): number {
  const simple = simpleProduct(name, x, upstream, format, beta);
  if (simple !== undefined) return Object.is(got, simple) ? 0 : Infinity;
  const [want, r] = solve(name, x, format, beta, upstream);
  if (!Number.isFinite(want) || !Number.isFinite(got)) return Object.is(got, want) ? 0 : Infinity;
  if (got === 0 && Object.is(got, -0) !== isNegative(name, upstream, beta)) return Infinity;
  mpfr.mpfr_sub_d(r.u, r.y, got, NEAREST);
  mpfr.mpfr_div_d(r.u, r.u, ulp(want, format), NEAREST);
  return Math.abs(mpfr.mpfr_get_d(r.u, NEAREST));
}

/** The product where no digits of the derivative count, else undefined. */
function simpleProduct(
  name: GradName,
  x: number,
  upstream: number,
  format: Format,
  beta: number,
): number | undefined {
  checkInput(x, format, beta);
  if (!Object.is(roundTo(upstream, format), upstream)) {
    throw new RangeError(`upstream ${upstream} is no ${format}`);
  }
  if (!Number.isFinite(x)) return upstream * limit(name, x, beta);
  if (Number.isNaN(upstream)) return NaN;
  if (upstream !== 0 && Number.isFinite(upstream)) return undefined;
  return isNegative(name, upstream, beta) ? -Math.abs(upstream) : Math.abs(upstream);
}

/** Every derivative is positive at a finite x, but for the sign of beta in sigmoidGrad. */
function isNegative(name: GradName, upstream: number, beta: number): boolean {
  return (upstream < 0 || Object.is(upstream, -0)) !== (name === "sigmoidGrad" && beta < 0);
}

const differences = { ahead: mpfr.mpfr_t(), wide: new Registers(320) };
mpfr.mpfr_init2(differences.ahead, 320);

/**
 * The central difference (softplus(x+h) - softplus(x-h)) / 2h, rounded once to a double. 320 bits
 * leave more than 200 after the cancellation for every double x in [-800, 800] and h = 2^-40.
 *
 * It differs from sigmoid(x) by h^2/6 sigmoid''(xi). |sigmoid''| = s (1-s) |1-2s| <= s, and s grows
 * by at most e^h over the interval, so the relative difference is below h^2/6 e^h: 2^-82.
 */
export function centralDifference(x: number, h: number = 2 ** -40): number {
  const { ahead, wide } = differences;
  const softplusAt = (offset: number) => {
    mpfr.mpfr_set_d(wide.z, x, NEAREST);
    mpfr.mpfr_add_d(wide.z, wide.z, offset, NEAREST);
    wide.exponential();
    wide.softplus();
  };
  softplusAt(h);
  mpfr.mpfr_set(ahead, wide.y, NEAREST);
  softplusAt(-h);
  mpfr.mpfr_sub(wide.y, ahead, wide.y, NEAREST);
  mpfr.mpfr_div_d(wide.y, wide.y, 2 * h, NEAREST);
  return mpfr.mpfr_get_d(wide.y, NEAREST);
}

/**
 * The relative error of an approximation `high + low`: |exact - (high + low)| / |exact|, from 256
 * bits, for finite x. Tests of the screens, which are quicker references, are made of it.
 */
export function relativeError(name: Name, x: number, high: number, low = 0): number {
  const r = level(256);
  r.evaluate(name, x, 1);
  mpfr.mpfr_sub_d(r.u, r.y, high, NEAREST);
  mpfr.mpfr_sub_d(r.u, r.u, low, NEAREST);
  mpfr.mpfr_div(r.u, r.u, r.y, NEAREST);
  return Math.abs(mpfr.mpfr_get_d(r.u, NEAREST));
}
