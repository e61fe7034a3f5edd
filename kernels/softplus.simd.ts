/*
 * softplus(x) = log(1 + e^x) = max(x, 0) + log1p(e^-|x|), the twin of softplus.ts on vectors.
 *
 * With beta: log(1 + e^(beta x)) / beta. beta = -1 gives logSigmoid(x) = -softplus(-x), here by the
 * sign bits of input and output.
 *
 *   range of beta*x      expression                        why
 *   float32 fast
 *   block with x < -87.3 max + log1p(e^-min(|x|,105))      2^-n in two steps: subnormal results
 *   otherwise            max + log1p(e^-min(|x|,87.33))    float32 lanes throughout
 *   float32 exact
 *   all                  max + log1p(e^-min(|x|,200))      float64 lanes; e^-200 / beta rounds to 0
 *   float64
 *   |beta x| > 700       e^x rounded once, or x            lane by lane; NaN as well
 *   otherwise            max + log1p(e^-|x|)               carried as high + low
 *
 * Kernels take ranges: elements begin to end of arrays that start at the addresses src and dst,
 * end - begin a multiple of 16. src may be dst. Loops go through several vectors step by step, not
 * vector by vector: `fence` in lanes.simd.ts says why.
 */
import {
  exp,
  expFastTiny,
  expOf,
  expOf32,
  expQuick,
  expTiny,
  reduced,
  reduced32,
  scaled,
  scaled32,
} from "./exp.simd";
import {
  at,
  fence,
  highHalf,
  low,
  lowHalf,
  multiply,
  narrow,
  setLow,
} from "./lanes.simd";
import { log1p, log1pOf, log1pQuick, plusLog32 } from "./log1p.simd";
import { anyBelowTail, blockSize, factor1, factor2, fraction, setFactor, signMask32 } from "./ranges.simd";
import { roundPair, undecided, undecidedTiny } from "./undecided.simd";

const limitFast = quad("0x1.5d51ecp+6"); // 87.33: e^-87.33 > 2^-126
const limitTiny = quad("0x1.a4p+6"); // 105: e^-105 rounds to 0
const limit = pair("0x1.9p+7");
const two = pair("0x1p+1");
const limit64 = pair("0x1.5ep+9"); // 700

/** Four x that wait to be settled. */
const waiting = memory.data(16, 16);

/** float32, for beta = 1 or -1; the bound is in tests/bounds.ts. */
export function softplus32Fast(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const sign = signMask32(beta);
  for (let start = begin; start < end; start += blockSize) {
    const stop = min(start + blockSize, end);
    if (anyBelowTail(src, start, stop, sign)) {
      for (let i = start; i < stop; i += 4) {
        const x = v128.xor(v128.load(src + (i << 2)), sign);
        v128.store(dst + (i << 2), v128.xor(fastTiny(x), sign));
      }
    } else {
      for (let i = start; i < stop; i += 16) {
        const from = src + (i << 2);
        const x0 = v128.xor(v128.load(from), sign);
        const x1 = v128.xor(v128.load(from, 16), sign);
        const x2 = v128.xor(v128.load(from, 32), sign);
        const x3 = v128.xor(v128.load(from, 48), sign);
        const a0 = f32x4.pmin(f32x4.abs(x0), at(limitFast));
        const a1 = f32x4.pmin(f32x4.abs(x1), at(limitFast));
        const a2 = f32x4.pmin(f32x4.abs(x2), at(limitFast));
        const a3 = f32x4.pmin(f32x4.abs(x3), at(limitFast));
        const m0 = scaled32(a0);
        const m1 = scaled32(a1);
        const m2 = scaled32(a2);
        const m3 = scaled32(a3);
        const r0 = reduced32(a0, m0);
        const r1 = reduced32(a1, m1);
        const r2 = reduced32(a2, m2);
        const r3 = reduced32(a3, m3);
        fence();
        const t0 = expOf32(m0, r0);
        const low0 = low;
        const t1 = expOf32(m1, r1);
        const low1 = low;
        const t2 = expOf32(m2, r2);
        const low2 = low;
        const t3 = expOf32(m3, r3);
        const low3 = low;
        fence();
        const y0 = plusLog32(f32x4.pmax(x0, f32x4.splat(0)), t0, low0);
        const y1 = plusLog32(f32x4.pmax(x1, f32x4.splat(0)), t1, low1);
        const y2 = plusLog32(f32x4.pmax(x2, f32x4.splat(0)), t2, low2);
        const y3 = plusLog32(f32x4.pmax(x3, f32x4.splat(0)), t3, low3);
        const to = dst + (i << 2);
        v128.store(to, v128.xor(y0, sign));
        v128.store(to, v128.xor(y1, sign), 16);
        v128.store(to, v128.xor(y2, sign), 32);
        v128.store(to, v128.xor(y3, sign), 48);
      }
    }
  }
}

/** softplus in float32 lanes, for all x. */
// @ts-ignore: decorator
@inline
function fastTiny(x: v128): v128 {
  const t = expFastTiny(f32x4.pmin(f32x4.abs(x), at(limitTiny)));
  return plusLog32(f32x4.pmax(x, f32x4.splat(0)), t, low);
}

/** float32, correctly rounded, for beta = 1 or -1. */
export function softplus32(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const sign = signMask32(beta);
  for (let start = begin; start < end; start += blockSize) {
    const stop = min(start + blockSize, end);
    const tiny = anyBelowTail(src, start, stop, sign);
    for (let i = start; i < stop; i += 16) {
      const x0 = v128.xor(v128.load(src + (i << 2)), sign);
      const x1 = v128.xor(v128.load(src + (i << 2), 16), sign);
      const x2 = v128.xor(v128.load(src + (i << 2), 32), sign);
      const x3 = v128.xor(v128.load(src + (i << 2), 48), sign);
      const a0 = f64x2.pmin(f64x2.abs(lowHalf(x0)), at(limit));
      const a1 = f64x2.pmin(f64x2.abs(highHalf(x0)), at(limit));
      const a2 = f64x2.pmin(f64x2.abs(lowHalf(x1)), at(limit));
      const a3 = f64x2.pmin(f64x2.abs(highHalf(x1)), at(limit));
      const a4 = f64x2.pmin(f64x2.abs(lowHalf(x2)), at(limit));
      const a5 = f64x2.pmin(f64x2.abs(highHalf(x2)), at(limit));
      const a6 = f64x2.pmin(f64x2.abs(lowHalf(x3)), at(limit));
      const a7 = f64x2.pmin(f64x2.abs(highHalf(x3)), at(limit));
      const m0 = scaled(a0);
      const m1 = scaled(a1);
      const m2 = scaled(a2);
      const m3 = scaled(a3);
      const m4 = scaled(a4);
      const m5 = scaled(a5);
      const m6 = scaled(a6);
      const m7 = scaled(a7);
      const r0 = reduced(a0, m0);
      const r1 = reduced(a1, m1);
      const r2 = reduced(a2, m2);
      const r3 = reduced(a3, m3);
      const r4 = reduced(a4, m4);
      const r5 = reduced(a5, m5);
      const r6 = reduced(a6, m6);
      const r7 = reduced(a7, m7);
      fence();
      const t0 = expOf(m0, r0);
      const t1 = expOf(m1, r1);
      const t2 = expOf(m2, r2);
      const t3 = expOf(m3, r3);
      const t4 = expOf(m4, r4);
      const t5 = expOf(m5, r5);
      const t6 = expOf(m6, r6);
      const t7 = expOf(m7, r7);
      fence();
      const s0 = f64x2.div(t0, f64x2.add(at(two), t0));
      const s1 = f64x2.div(t1, f64x2.add(at(two), t1));
      const s2 = f64x2.div(t2, f64x2.add(at(two), t2));
      const s3 = f64x2.div(t3, f64x2.add(at(two), t3));
      const s4 = f64x2.div(t4, f64x2.add(at(two), t4));
      const s5 = f64x2.div(t5, f64x2.add(at(two), t5));
      const s6 = f64x2.div(t6, f64x2.add(at(two), t6));
      const s7 = f64x2.div(t7, f64x2.add(at(two), t7));
      fence();
      const y0 = f64x2.add(f64x2.pmax(lowHalf(x0), f64x2.splat(0)), log1pOf(s0));
      const y1 = f64x2.add(f64x2.pmax(highHalf(x0), f64x2.splat(0)), log1pOf(s1));
      const y2 = f64x2.add(f64x2.pmax(lowHalf(x1), f64x2.splat(0)), log1pOf(s2));
      const y3 = f64x2.add(f64x2.pmax(highHalf(x1), f64x2.splat(0)), log1pOf(s3));
      const y4 = f64x2.add(f64x2.pmax(lowHalf(x2), f64x2.splat(0)), log1pOf(s4));
      const y5 = f64x2.add(f64x2.pmax(highHalf(x2), f64x2.splat(0)), log1pOf(s5));
      const y6 = f64x2.add(f64x2.pmax(lowHalf(x3), f64x2.splat(0)), log1pOf(s6));
      const y7 = f64x2.add(f64x2.pmax(highHalf(x3), f64x2.splat(0)), log1pOf(s7));
      const near0 = v128.or(undecided(y0, y1), undecided(y2, y3));
      const near1 = v128.or(undecided(y4, y5), undecided(y6, y7));
      if (tiny || v128.any_true(v128.or(near0, near1))) {
        for (let k = i; k < i + 16; k += 4) settle(src + (k << 2), dst + (k << 2), beta);
      } else {
        v128.store(dst + (i << 2), v128.xor(narrow(y0, y1), sign));
        v128.store(dst + (i << 2), v128.xor(narrow(y2, y3), sign), 16);
        v128.store(dst + (i << 2), v128.xor(narrow(y4, y5), sign), 32);
        v128.store(dst + (i << 2), v128.xor(narrow(y6, y7), sign), 48);
      }
    }
  }
}

/** softplus in float64 lanes, relative error below 2^-33. */
// @ts-ignore: decorator
@inline
export function quick(x: v128): v128 {
  const t = expQuick(f64x2.pmin(f64x2.abs(x), at(limit)));
  return f64x2.add(f64x2.pmax(x, f64x2.splat(0)), log1pQuick(t));
}

/** Four elements with care: subnormal results, and the accurate phase where the test fails. */
function settle(src: usize, dst: usize, beta: f64): void {
  const sign = signMask32(beta);
  const x = v128.xor(v128.load(src), sign);
  const y0 = quick(lowHalf(x));
  const y1 = quick(highHalf(x));
  v128.store(waiting, x);
  v128.store(dst, v128.xor(narrow(y0, y1), sign));
  for (let lanes = i32x4.bitmask(undecidedTiny(y0, y1)); lanes != 0; lanes &= lanes - 1) {
    const lane = ctz(lanes) << 2;
    store<f32>(dst + lane, <f32> beta * settled(load<f32>(waiting + lane)));
  }
}

/** float32 softplus, correctly rounded, |x| < 105. */
export function settled(x: f32): f32 {
  const t = exp(f64x2.splat(Math.abs(x)), f64x2.splat(0));
  const log = log1p(t, low);
  const logLow = f64x2.extract_lane(low, 0);
  const a = Math.max(x, 0);
  const b = f64x2.extract_lane(log, 0);
  const sum = a + b;
  const bPart = sum - a;
  return roundPair(sum, (a - (sum - bPart)) + (b - bPart) + logLow);
}

/** float32, for any beta: float64 lanes, rounded once. */
export function softplus32Beta(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const by = f64x2.splat(beta);
  const inverse = f64x2.splat(1 / beta);
  for (let i = begin; i < end; i += 4) {
    const x = v128.load(src + (i << 2));
    const y0 = f64x2.mul(quickBeta(f64x2.mul(lowHalf(x), by)), inverse);
    const y1 = f64x2.mul(quickBeta(f64x2.mul(highHalf(x), by)), inverse);
    v128.store(dst + (i << 2), narrow(y0, y1));
  }
}

/** As `quick`, and 0 at -Infinity, which a small beta would divide e^-200 back into sight. */
// @ts-ignore: decorator
@inline
function quickBeta(x: v128): v128 {
  return v128.andnot(quick(x), f64x2.eq(x, f64x2.splat(-Infinity)));
}

/** max + log + logLow, rounded once, for max = 0 or max >= log. */
// @ts-ignore: decorator
@inline
function plusMax(max: v128, log: v128, logLow: v128): v128 {
  const sum = f64x2.add(max, log);
  const logPart = f64x2.sub(sum, max);
  const sumLow = f64x2.add(
    f64x2.sub(max, f64x2.sub(sum, logPart)),
    f64x2.sub(log, logPart),
  );
  return f64x2.add(sum, f64x2.add(sumLow, logLow));
}

/** float64, for any beta. A negative one is -softplus(-x; -beta). */
export function softplus64(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  const divisor = Math.abs(beta);
  const plain = divisor == 1;
  const by = f64x2.splat(divisor);
  setFactor(divisor);
  for (let i = begin; i < end; i += 4) {
    const x0 = v128.xor(v128.load(src + (i << 3)), sign);
    const x1 = v128.xor(v128.load(src + (i << 3), 16), sign);
    const product0 = betaTimes(x0, plain);
    const rest0 = v128.xor(low, v128.and(product0, f64x2.splat(-0.0)));
    const product1 = betaTimes(x1, plain);
    const rest1 = v128.xor(low, v128.and(product1, f64x2.splat(-0.0)));
    const a0 = f64x2.abs(product0);
    const a1 = f64x2.abs(product1);
    fence();
    const t0 = exp(a0, rest0);
    const tLow0 = low;
    const t1 = exp(a1, rest1);
    const tLow1 = low;
    fence();
    const log0 = log1p(t0, tLow0);
    const log0Low = low;
    const log1 = log1p(t1, tLow1);
    const log1Low = low;
    fence();
    const y0 = rounded(f64x2.pmax(x0, f64x2.splat(0)), log0, log0Low, plain, by);
    const y1 = rounded(f64x2.pmax(x1, f64x2.splat(0)), log1, log1Low, plain, by);
    const to = dst + (i << 3);
    v128.store(to, v128.xor(y0, sign));
    v128.store(to, v128.xor(y1, sign), 16);
    if (!i64x2.all_true(v128.and(f64x2.le(a0, at(limit64)), f64x2.le(a1, at(limit64))))) {
      outside(x0, product0, rest0, y0, divisor, sign, to);
      outside(x1, product1, rest1, y1, divisor, sign, to + 16);
    }
  }
}

/** max + (log + logLow) / beta, rounded; where beta is 1, once. */
// @ts-ignore: decorator
@inline
export function rounded(max: v128, log: v128, logLow: v128, plain: bool, by: v128): v128 {
  return plain
    ? plusMax(max, log, logLow)
    : f64x2.add(max, f64x2.add(f64x2.div(log, by), f64x2.div(logLow, by)));
}

/** beta*x as a pair, by the factor that is set; beyond +-2000 it is cut. plain: beta is 1. */
// @ts-ignore: decorator
@inline
export function betaTimes(x: v128, plain: bool): v128 {
  if (plain) {
    setLow(f64x2.splat(0));
    return x;
  }
  const once = f64x2.mul(f64x2.mul(x, f64x2.splat(factor1)), f64x2.splat(factor2));
  const cut = f64x2.pmax(f64x2.pmin(once, f64x2.splat(2000)), f64x2.splat(-2000));
  return multiply(cut, f64x2.splat(fraction));
}

/** Writes softplus where |beta x| > 700 or NaN, y elsewhere. */
export function outside(
  x: v128,
  product: v128,
  rest: v128,
  y: v128,
  divisor: f64,
  sign: v128,
  to: usize,
): void {
  const y0 = outside1(
    f64x2.extract_lane(x, 0),
    f64x2.extract_lane(product, 0),
    f64x2.extract_lane(rest, 0),
    f64x2.extract_lane(y, 0),
    divisor,
  );
  const y1 = outside1(
    f64x2.extract_lane(x, 1),
    f64x2.extract_lane(product, 1),
    f64x2.extract_lane(rest, 1),
    f64x2.extract_lane(y, 1),
    divisor,
  );
  v128.store(to, v128.xor(f64x2.replace_lane(f64x2.splat(y0), 1, y1), sign));
}

/** float64 softplus(x; divisor) for |beta x| > 700 and NaN; y where it is not. */
function outside1(x: f64, product: f64, rest: f64, y: f64, divisor: f64): f64 {
  return product > 700 ? x : product < -700 ? expTiny(-product, rest, divisor) : x == x ? y : x;
}
