/*
 * sigmoid(x) = 1 / (1 + e^-x) = (x < 0 ? t : 1) / (1 + t),  t = e^-|x|, the twin of sigmoid.ts on
 * vectors. With beta: sigmoid(beta*x).
 *
 *   range of beta*x      expression                        why
 *   float32 fast
 *   all |x| <= 87.3      1 / (1 + e^-x)                    e^-x < 2^127; one selection less
 *   otherwise            the same, float64 below -87.3     subnormal float32 arithmetic is slow
 *   float32 exact
 *   |x| < 2^-10          1/2 + x/4 - x^3/48 + x^5/480      second phase only, as in sigmoid.ts
 *   all |x| <= 87.3      1 / (1 + e^-x)                    float64 lanes: nothing overflows
 *   otherwise            the same, |x| cut at 200          four by four
 *   float64
 *   |x| < 32             a polynomial for each 1/32        beta = 1 or -1: table.simd.ts
 *   |beta x| > 700       e^x rounded once, or 1            lane by lane; NaN as well
 *   otherwise            t / (1 + t), 1 / (1 + t)          carried as high + low
 *
 * Kernels take ranges and go through blocks, as in softplus.simd.ts.
 */
import {
  aboveLow,
  aboveOf,
  below,
  belowLow,
  even,
  expTiny,
  fraction,
  onePlusExp32,
  quotient,
  reduced,
  reduced32,
  scaled,
  scaled32,
} from "./exp.simd";
import { at, fence, highHalf, low, lowHalf, narrow } from "./lanes.simd";
import { betaTimes, blockSize, isBeyond, setFactor, signMask32, tail } from "./ranges.simd";
import {
  fill,
  isInside,
  isOutside,
  offset,
  rowOf,
  safeStart0,
  safeStart1,
  shifted,
  start0,
  start1,
  toSigmoid,
  valueOf,
} from "./table.simd";
import { distance, roundPair, undecided, undecidedTiny } from "./undecided.simd";

const one32 = quad("0x1p+0");
const limitFast = quad("0x1.5d51ecp+6"); // 87.33
const one = pair("0x1p+0");
const limit = pair("0x1.9p+7"); // 200
const minusLimit = pair("-0x1.9p+7");
export const limit64 = pair("0x1.5ep+9"); // 700

/** float32, for beta = 1 or -1; the bound is in kernels/bounds.ts. */
export function sigmoid32Fast(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const sign = signMask32(beta);
  for (let i = begin; i < end; i += blockSize) {
    const from = src + (i << 2);
    const to = dst + (i << 2);
    let largest = i32x4.splat(0);
    const x$ = v128.xor(v128.load(from, 16 * $), sign);
    largest = i32x4.max_s(largest, f32x4.abs(x$));
    if (isBeyond(largest)) {
      carefulFast(from, to, sign);
      continue;
    }
    const m$ = scaled32(x$);
    const r$ = reduced32(x$, m$);
    fence(from, to);
    const y$ = f32x4.div(at(one32), onePlusExp32(m$, r$));
    v128.store(to, y$, 16 * $);
  }
}

/** A block for all x. */
function carefulFast(from: usize, to: usize, sign: v128): void {
  for (let k: usize = 0; k < 4 * blockSize; k += 16) {
    v128.store(to + k, fastOf(v128.xor(v128.load(from + k), sign)));
  }
}

/** Four results of the fast kernel for all x, as in softplus.simd.ts. */
// @ts-ignore: decorator
@inline
export function fastOf(x: v128): v128 {
  const cut = f32x4.pmin(f32x4.pmax(x, at(tail)), at(limitFast));
  const m = scaled32(cut);
  const y = f32x4.div(at(one32), onePlusExp32(m, reduced32(cut, m)));
  const tiny = narrow(quick(lowHalf(x)), quick(highHalf(x)));
  return v128.bitselect(tiny, y, f32x4.lt(x, at(tail)));
}

/** float32, correctly rounded, for beta = 1 or -1. */
export function sigmoid32(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const sign = signMask32(beta);
  for (let i = begin; i < end; i += blockSize) {
    const from = src + (i << 2);
    const to = dst + (i << 2);
    let largest = i32x4.splat(0);
    const x$ = v128.xor(v128.load(from, 16 * $), sign);
    largest = i32x4.max_s(largest, f32x4.abs(x$));
    if (isBeyond(largest)) {
      careful(from, to, sign);
      continue;
    }
    fence(from, to);
    let nearest = i32x4.splat(-1);
    const u$ = within(lowHalf(x$));
    const v$ = within(highHalf(x$));
    nearest = i32x4.min_u(nearest, distance(u$, v$));
    const y$ = narrow(u$, v$);
    if (v128.any_true(undecided(nearest))) {
      careful(from, to, sign);
      continue;
    }
    v128.store(to, y$, 16 * $);
  }
}

/** quick: sigmoid in float64 lanes, |x| <= 200, relative error below 2^-37. */
// @ts-ignore: decorator
@inline
export function within(x: v128): v128 {
  const m = scaled(x);
  const r = reduced(x, m);
  const R = even(r);
  const under = f64x2.add(R, r);
  return f64x2.div(under, f64x2.add(under, aboveOf(R, r, m)));
}

/** quick: sigmoid in float64 lanes for all x. */
// @ts-ignore: decorator
@inline
export function quick(x: v128): v128 {
  return within(f64x2.pmin(f64x2.pmax(x, at(minusLimit)), at(limit)));
}

/** A block for all x: subnormal results, and the accurate phase where the rounding test fails. */
function careful(from: usize, to: usize, sign: v128): void {
  for (let k: usize = 0; k < 4 * blockSize; k += 16) {
    const x = v128.xor(v128.load(from + k), sign);
    const y0 = quick(lowHalf(x));
    const y1 = quick(highHalf(x));
    const near = undecidedTiny(y0, y1);
    // Where it is near, x waits to be settled.
    v128.store(to + k, v128.bitselect(x, narrow(y0, y1), near));
    for (let lanes = i32x4.bitmask(near); lanes != 0; lanes &= lanes - 1) {
      const lane = to + k + (ctz(lanes) << 2);
      store<f32>(lane, settledSigmoid(load<f32>(lane)));
    }
  }
}

/** float32 sigmoid, correctly rounded, |x| < 105. */
export function settledSigmoid(x32: f32): f32 {
  const x: f64 = x32;
  if (Math.abs(x) < hex("0x1p-10")) {
    const x2 = x * x;
    return roundPair(0.5 + 0.25 * x, x * x2 * (x2 * (1.0 / 480.0) - 1.0 / 48.0)); // the sum is exact
  }
  const above = fraction(f64x2.splat(Math.abs(x)), f64x2.splat(0));
  const high = quotient(above, aboveLow, below, belowLow, f64x2.splat(x));
  return roundPair(f64x2.extract_lane(high, 0), f64x2.extract_lane(low, 0));
}

/** float32, for any beta: float64 lanes, rounded once. */
export function sigmoid32Beta(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const by = f64x2.splat(beta);
  for (let i = begin; i < end; i += 8) {
    const x0 = v128.load(src + (i << 2));
    const x1 = v128.load(src + (i << 2), 16);
    const y0 = quick(f64x2.mul(lowHalf(x0), by));
    const y1 = quick(f64x2.mul(highHalf(x0), by));
    const y2 = quick(f64x2.mul(lowHalf(x1), by));
    const y3 = quick(f64x2.mul(highHalf(x1), by));
    v128.store(dst + (i << 2), narrow(y0, y1));
    v128.store(dst + (i << 2), narrow(y2, y3), 16);
  }
}

/** float64, for any beta. */
export function sigmoid64(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  if (Math.abs(beta) != 1) {
    careful64(src + (begin << 3), dst + (begin << 3), (end - begin) << 3, beta);
    return;
  }
  fill();
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  for (let i = begin; i < end; i += 8) {
    const from = src + (i << 3);
    const to = dst + (i << 3);
    let rows = i64x2.splat(0);
    const x$$ = v128.xor(v128.load(from, 16 * $$), sign);
    const k$$ = shifted(x$$);
    rows = v128.or(rows, rowOf(k$$));
    if (isOutside(rows)) {
      mixed64(from, to, beta);
      continue;
    }
    const y$$ = valueOf(start0(k$$) + toSigmoid, start1(k$$) + toSigmoid, offset(x$$, k$$));
    v128.store(to, y$$, 16 * $$);
  }
}

/** A float64 block for all x. */
function mixed64(from: usize, to: usize, beta: f64): void {
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  const x$$ = v128.xor(v128.load(from, 16 * $$), sign);
  const k$$ = shifted(x$$);
  const y$$ = valueOf(safeStart0(k$$) + toSigmoid, safeStart1(k$$) + toSigmoid, offset(x$$, k$$));
  wide64(from, to, beta);
  v128.store(to, v128.bitselect(y$$, v128.load(to, 16 * $$), isInside(k$$)), 16 * $$);
}

/** A float64 block without the table. */
function wide64(from: usize, to: usize, beta: f64): void {
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  let within = i64x2.splat(-1);
  const x$$ = v128.xor(v128.load(from, 16 * $$), sign);
  within = v128.and(within, f64x2.le(f64x2.abs(x$$), at(limit64)));
  if (!i64x2.all_true(within)) {
    careful64(from, to, 64, beta);
    return;
  }
  const above$$ = fraction(f64x2.abs(x$$), f64x2.splat(0));
  const aboveLow$$ = aboveLow;
  const below$$ = below;
  const belowLow$$ = belowLow;
  fence(from, to);
  const q$$ = quotient(above$$, aboveLow$$, below$$, belowLow$$, x$$);
  v128.store(to, f64x2.add(q$$, low), 16 * $$);
}

/** float64 for all x and any beta, so many bytes. */
function careful64(from: usize, to: usize, bytes: usize, beta: f64): void {
  const plain = beta == 1;
  setFactor(beta);
  for (let k: usize = 0; k < bytes; k += 16) {
    const product = betaTimes(v128.load(from + k), plain);
    const rest = v128.xor(low, v128.and(product, f64x2.splat(-0.0)));
    const above = fraction(f64x2.abs(product), rest);
    const q = quotient(above, aboveLow, below, belowLow, product);
    const y = f64x2.add(q, low);
    v128.store(to + k, y);
    if (!i64x2.all_true(f64x2.le(f64x2.abs(product), at(limit64)))) {
      outside(product, rest, y, to + k);
    }
  }
}

/** Writes sigmoid where |beta x| > 700 or NaN, y elsewhere. */
export function outside(product: v128, rest: v128, y: v128, to: usize): void {
  const y0 = outside1(
    f64x2.extract_lane(product, 0),
    f64x2.extract_lane(rest, 0),
    f64x2.extract_lane(y, 0),
  );
  const y1 = outside1(
    f64x2.extract_lane(product, 1),
    f64x2.extract_lane(rest, 1),
    f64x2.extract_lane(y, 1),
  );
  v128.store(to, f64x2.replace_lane(f64x2.splat(y0), 1, y1));
}

function outside1(product: f64, rest: f64, y: f64): f64 {
  return product > 700
    ? 1
    : product < -700
    ? expTiny(-product, rest, 1)
    : product == product
    ? y
    : product;
}
