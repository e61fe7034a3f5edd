/*
 * softplus(x) = log(1 + e^x) = max(x, 0) + log1p(e^-|x|), the twin of softplus.ts on vectors.
 *
 * With beta: log(1 + e^(beta x)) / beta. beta = -1 gives logSigmoid(x) = -softplus(-x), here by the
 * sign bits of input and output.
 *
 *   range of beta*x      expression                         why
 *   float32 fast
 *   all |x| <= 87.3      max + log1p(e^-|x|)                float32 lanes throughout
 *   otherwise            the same, float64 below -87.3      subnormal float32 arithmetic is slow
 *   float32 exact
 *   all |x| <= 87.3      max + log1p(e^-|x|)                float64 lanes; the result is normal
 *   otherwise            max + log1p(e^-min(|x|,200))       four by four; e^-200 / beta rounds to 0
 *
 * Kernels take ranges: elements begin to end of arrays that start at the addresses src and dst, a
 * multiple of 32. src may be dst. A block is eight vectors; float64 is in softplus64.simd.ts. One
 * element that needs care sends its block to a path for it, where every other has the same bits as in
 * the loop.
 *
 * Lines with `$` stand for eight vectors, lines with `$$` for four: see tools/build/assemblyscript.ts.
 */
import {
  aboveLow,
  aboveOf,
  below,
  belowLow,
  core32,
  even,
  fraction,
  fromDifference32,
  lost32,
  reduced32,
  reducedHalf,
  scaled32,
  scaledHalf,
} from "./exp.simd";
import { at, fence, highHalf, low, lowHalf, narrow } from "./lanes.simd";
import { log1pOf, plusLog, plusLog32, withMax } from "./log1p.simd";
import { blockSize, isBeyond, signMask32, tail } from "./ranges.simd";
import { distance, roundPair, undecided, undecidedTiny } from "./undecided.simd";

const limitFast = quad("0x1.5d51ecp+6"); // 87.33: e^-87.33 > 2^-126
const limit = pair("0x1.9p+7"); // 200

/** float32, for beta = 1 or -1; the bound is in kernels/bounds.ts. */
export function softplus32Fast(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  if (beta == 1) fast(src, dst, begin, end, false);
  else fast(src, dst, begin, end, true);
}

/** sign * softplus(sign * x): the sign bits of plain softplus would cost 7 %. */
// @ts-ignore: decorator
@inline
function fast(src: usize, dst: usize, begin: u32, end: u32, negate: bool): void {
  const sign = f32x4.splat(-0.0);
  for (let i = begin; i < end; i += blockSize) {
    const from = src + (i << 2);
    const to = dst + (i << 2);
    let largest = i32x4.splat(0);
    const x$ = negate ? v128.xor(v128.load(from, 16 * $), sign) : v128.load(from, 16 * $);
    const a$ = f32x4.abs(x$);
    largest = i32x4.max_s(largest, a$);
    if (isBeyond(largest)) {
      carefulFast(from, to, negate);
      continue;
    }
    const m$ = scaled32(a$);
    const r$ = reduced32(a$, m$);
    fence(from, to);
    const d$ = core32(r$);
    const t$ = fromDifference32(m$, d$);
    const tLow$ = lost32(m$, d$);
    fence(from, to);
    const y$ = plusLog32(f32x4.pmax(x$, f32x4.splat(0)), t$, tLow$);
    v128.store(to, negate ? v128.xor(y$, sign) : y$, 16 * $);
  }
}

/** A block for all x. */
function carefulFast(from: usize, to: usize, negate: bool): void {
  const sign = v128.and(f32x4.splat(-0.0), i32x4.splat(negate ? -1 : 0));
  for (let k: usize = 0; k < 4 * blockSize; k += 16) {
    const x = v128.xor(v128.load(from + k), sign);
    v128.store(to + k, v128.xor(fastOf(x), sign));
  }
}

/** Four results of `fast` for all x: subnormal ones from float64, where nothing slows down. */
// @ts-ignore: decorator
@inline
export function fastOf(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), at(limitFast));
  const m = scaled32(a);
  const d = core32(reduced32(a, m));
  const y = plusLog32(f32x4.pmax(x, f32x4.splat(0)), fromDifference32(m, d), lost32(m, d));
  const tiny = narrow(quick(lowHalf(x)), quick(highHalf(x)));
  return v128.bitselect(tiny, y, f32x4.lt(x, at(tail)));
}

/** float32, correctly rounded, for beta = 1 or -1. */
export function softplus32(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const sign = signMask32(beta);
  for (let i = begin; i < end; i += blockSize) {
    const from = src + (i << 2);
    const to = dst + (i << 2);
    let largest = i32x4.splat(0);
    const x$ = v128.xor(v128.load(from, 16 * $), sign);
    largest = i32x4.max_s(largest, f32x4.abs(x$));
    if (isBeyond(largest)) {
      careful(from, to, beta);
      continue;
    }
    const p$ = halfTanh(f64x2.abs(lowHalf(x$)));
    const q$ = halfTanh(f64x2.abs(highHalf(x$)));
    fence(from, to);
    let nearest = i32x4.splat(-1);
    const u$ = plusLog(f64x2.pmax(lowHalf(x$), f64x2.splat(0)), p$);
    const v$ = plusLog(f64x2.pmax(highHalf(x$), f64x2.splat(0)), q$);
    nearest = i32x4.min_u(nearest, distance(u$, v$));
    const y$ = narrow(u$, v$);
    if (v128.any_true(undecided(nearest))) {
      careful(from, to, beta);
      continue;
    }
    v128.store(to, v128.xor(y$, sign), 16 * $);
  }
}

/** quick: t / (2 + t) of t = e^-a, |a| <= 200. */
// @ts-ignore: decorator
@inline
export function halfTanh(a: v128): v128 {
  const m = scaledHalf(a);
  const r = reducedHalf(a, m);
  const R = even(r);
  const above = aboveOf(R, r, m);
  return f64x2.div(above, f64x2.add(f64x2.add(R, r), above));
}

/** quick: softplus in float64 lanes, relative error below 2^-37, for all x. */
// @ts-ignore: decorator
@inline
export function quick(x: v128): v128 {
  return plusLog(f64x2.pmax(x, f64x2.splat(0)), halfTanh(f64x2.pmin(f64x2.abs(x), at(limit))));
}

/** A block for all x: subnormal results, and the accurate phase where the rounding test fails. */
function careful(from: usize, to: usize, beta: f64): void {
  const sign = signMask32(beta);
  for (let k: usize = 0; k < 4 * blockSize; k += 16) {
    const x = v128.xor(v128.load(from + k), sign);
    const y0 = quick(lowHalf(x));
    const y1 = quick(highHalf(x));
    const near = undecidedTiny(y0, y1);
    // Where it is near, x waits to be settled.
    v128.store(to + k, v128.bitselect(x, v128.xor(narrow(y0, y1), sign), near));
    for (let lanes = i32x4.bitmask(near); lanes != 0; lanes &= lanes - 1) {
      const lane = to + k + (ctz(lanes) << 2);
      store<f32>(lane, <f32> beta * settled(load<f32>(lane)));
    }
  }
}

/** float32 softplus, correctly rounded, |x| < 105. */
export function settled(x: f32): f32 {
  const log = logOf(f64x2.splat(Math.abs(x)), f64x2.splat(0));
  const sum = withMax(f64x2.splat(Math.max(x, 0)), log, low);
  return roundPair(f64x2.extract_lane(sum, 0), f64x2.extract_lane(low, 0));
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
export function quickBeta(x: v128): v128 {
  return v128.andnot(quick(x), f64x2.eq(x, f64x2.splat(-Infinity)));
}

/** accurate: log(1 + e^-(a + aLow)) for 0 <= a <= 708; the low part is in `low`. */
// @ts-ignore: decorator
@inline
export function logOf(a: v128, aLow: v128): v128 {
  return log1pOf(fraction(a, aLow), aboveLow, below, belowLow);
}

