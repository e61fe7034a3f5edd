/*
 * The backward passes: upstream times the derivative, formed before the one rounding, the twin of
 * backward.ts on vectors. sigmoidGrad, but for its correctly rounded float32, is sigmoidBackward with 1
 * for upstream: `ones` in its place, a mask that keeps the address there.
 *
 *   range of beta*x      expression                                why
 *   float32 fast
 *   all |x| <= 87.3      upstream / (1 + e^-x)                     float32 lanes: nothing overflows
 *                        upstream * t / (1 + t)^2, t = e^-|x|
 *   otherwise            the same, float64 where the derivative    subnormal ones have few digits
 *                        is below e^-87.3
 *   float32 exact        upstream * quick derivative               float64 lanes; products are normal
 *   float64
 *   |x| < 32             upstream * (high + low) of the table      beta = 1 or -1
 *   otherwise            upstream * (high + low) of the fraction   |beta x| <= 700
 *   product near 0, |beta x| > 700, NaN, Infinity                  lane by lane, at a safe scale
 *
 * Ranges and blocks are as in softplus.simd.ts; a block is half as long, as it has two inputs. dst may
 * be src or upstream.
 */
import {
  aboveLow,
  below,
  belowLow,
  core32,
  exponent,
  exponentOf,
  expScaled,
  fraction,
  fromDifference32,
  ldexp,
  ldexpRounded,
  lost32,
  onePlusExp32,
  reduced32,
  scaled32,
} from "./exp.simd";
import { at, fence, highHalf, lost, low, lowHalf, madd, narrow } from "./lanes.simd";
import { blockSize, isBeyond, setFactor, signMask32, tail } from "./ranges.simd";
import { limit64, quick as quickSigmoid, quotient, within as sigmoidWithin } from "./sigmoid.simd";
import { gradHigh, gradLow, gradOf, quickGrad, within as gradWithin } from "./sigmoid_grad.simd";
import { betaTimes } from "./softplus.simd";
import {
  fill,
  firsts,
  isInside,
  isOutside,
  offset,
  restOf,
  rowOf,
  safeStart0,
  safeStart1,
  seconds,
  shifted,
  start0,
  start1,
  toSigmoid,
} from "./table.simd";

const limitFast = quad("0x1.5d51ecp+6"); // 87.33: e^-87.33 > 2^-126
const one32 = quad("0x1p+0");
const ones32 = memory.data<f32>([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 16);
const ones64 = memory.data<f64>([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 16);
const smallest = pair("0x1p-850");
const infinity = memory.data<i64>([0x7ff0000000000000, 0x7ff0000000000000], 16);

/** float32 for any beta: upstream * sigmoid(beta*x). */
export function softplusBackward32(
  src: usize,
  upstream: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  exact32(src, upstream, -1, dst, begin, end, beta, false);
}

/** float32 for any beta: upstream * beta * sigmoidGrad(beta*x). */
export function sigmoidBackward32(
  src: usize,
  upstream: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  gradient32(src, upstream, -1, dst, begin, end, beta);
}

/** float32 for any beta: beta * sigmoidGrad(beta*x), not tested. */
export function sigmoidGrad32Beta(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  gradient32(src, ones32, 0, dst, begin, end, beta);
}

function gradient32(
  src: usize,
  upstream: usize,
  mask: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  exact32(src, upstream, mask, dst, begin, end, beta, true);
}

// @ts-ignore: decorator
@inline
function exact32(
  src: usize,
  upstream: usize,
  mask: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
  isGradient: bool,
): void {
  const by = f64x2.splat(beta);
  const by32 = f32x4.splat(<f32> beta);
  for (let i = begin; i < end; i += blockSize) {
    const from = src + (i << 2);
    const beside = upstream + (<usize> (i << 2) & mask);
    const to = dst + (i << 2);
    let largest = i32x4.splat(0);
    const x$ = v128.load(from, 16 * $);
    largest = i32x4.max_s(largest, f32x4.abs(f32x4.mul(x$, by32)));
    if (isBeyond(largest)) {
      for (let k: usize = 0; k < 4 * blockSize; k += 16) {
        const x = v128.load(from + k);
        const u = v128.load(beside + k);
        const y0 = exactOf(f64x2.mul(lowHalf(x), by), lowHalf(u), by, isGradient);
        const y1 = exactOf(f64x2.mul(highHalf(x), by), highHalf(u), by, isGradient);
        v128.store(to + k, narrow(y0, y1));
      }
      continue;
    }
    fence(to, to);
    const p$ = slopeOf(f64x2.mul(lowHalf(x$), by), isGradient);
    const q$ = slopeOf(f64x2.mul(highHalf(x$), by), isGradient);
    fence(to, to);
    const u$ = v128.load(beside, 16 * $);
    const y$ = f64x2.mul(lowHalf(u$), isGradient ? f64x2.mul(by, p$) : p$);
    const z$ = f64x2.mul(highHalf(u$), isGradient ? f64x2.mul(by, q$) : q$);
    v128.store(to, narrow(y$, z$), 16 * $);
  }
}

/** The derivative at x, |x| <= 87.4, without the factor beta. */
// @ts-ignore: decorator
@inline
function slopeOf(x: v128, isGradient: bool): v128 {
  return isGradient ? gradWithin(f64x2.abs(x)) : sigmoidWithin(x);
}

/** upstream times the derivative at x, with the limit 0 at an infinite x. */
// @ts-ignore: decorator
@inline
function exactOf(x: v128, upstream: v128, by: v128, isGradient: bool): v128 {
  if (isGradient) {
    const s = v128.andnot(quickGrad(x), f64x2.eq(f64x2.abs(x), at(infinity)));
    return f64x2.mul(upstream, f64x2.mul(by, s));
  }
  return f64x2.mul(upstream, v128.andnot(quickSigmoid(x), f64x2.eq(x, f64x2.splat(-Infinity))));
}

/** float32, for beta = 1 or -1: upstream * sigmoid(beta*x). */
export function softplusBackward32Fast(
  src: usize,
  upstream: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  const sign = signMask32(beta);
  for (let i = begin; i < end; i += 16) {
    const from = src + (i << 2);
    const beside = upstream + (i << 2);
    const to = dst + (i << 2);
    let largest = i32x4.splat(0);
    const x$$ = v128.xor(v128.load(from, 16 * $$), sign);
    largest = i32x4.max_s(largest, f32x4.abs(x$$));
    if (isBeyond(largest)) {
      for (let k: usize = 0; k < 64; k += 16) {
        const x = v128.xor(v128.load(from + k), sign);
        v128.store(to + k, sigmoidTimes(x, v128.load(beside + k)));
      }
      continue;
    }
    const m$$ = scaled32(x$$);
    const r$$ = reduced32(x$$, m$$);
    fence(to, to);
    const y$$ = f32x4.div(v128.load(beside, 16 * $$), onePlusExp32(m$$, r$$));
    v128.store(to, y$$, 16 * $$);
  }
}

/** Four results of softplusBackward32Fast for all x. */
// @ts-ignore: decorator
@inline
function sigmoidTimes(x: v128, upstream: v128): v128 {
  const cut = f32x4.pmin(f32x4.pmax(x, at(tail)), at(limitFast));
  const m = scaled32(cut);
  const y = f32x4.div(upstream, onePlusExp32(m, reduced32(cut, m)));
  const by = f64x2.splat(1);
  const tiny = narrow(
    exactOf(lowHalf(x), lowHalf(upstream), by, false),
    exactOf(highHalf(x), highHalf(upstream), by, false),
  );
  return v128.bitselect(tiny, y, f32x4.lt(x, at(tail)));
}

/** float32, for beta = 1 or -1: upstream * beta * sigmoidGrad(x). */
export function sigmoidBackward32Fast(
  src: usize,
  upstream: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  gradient32Fast(src, upstream, -1, dst, begin, end, beta);
}

/** float32, for beta = 1 or -1: beta * sigmoidGrad(x). */
export function sigmoidGrad32Fast(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  gradient32Fast(src, ones32, 0, dst, begin, end, beta);
}

function gradient32Fast(
  src: usize,
  upstream: usize,
  mask: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  const sign = signMask32(beta);
  for (let i = begin; i < end; i += 16) {
    const from = src + (i << 2);
    const beside = upstream + (<usize> (i << 2) & mask);
    const to = dst + (i << 2);
    let largest = i32x4.splat(0);
    const a$$ = f32x4.abs(v128.load(from, 16 * $$));
    largest = i32x4.max_s(largest, a$$);
    if (isBeyond(largest)) {
      for (let k: usize = 0; k < 64; k += 16) {
        const a = f32x4.abs(v128.load(from + k));
        v128.store(to + k, gradientTimes(a, v128.xor(v128.load(beside + k), sign)));
      }
      continue;
    }
    const u$$ = v128.xor(v128.load(beside, 16 * $$), sign);
    const m$$ = scaled32(a$$);
    const r$$ = reduced32(a$$, m$$);
    fence(to, to);
    const y$$ = fastGradient(m$$, r$$, u$$);
    v128.store(to, y$$, 16 * $$);
  }
}

/** upstream * t / (1 + t)^2 of t = 2^-n * e^-r. */
// @ts-ignore: decorator
@inline
function fastGradient(m: v128, r: v128, upstream: v128): v128 {
  const d = core32(r);
  const t = f32x4.add(fromDifference32(m, d), lost32(m, d));
  const under = f32x4.add(at(one32), t);
  return f32x4.div(f32x4.mul(upstream, t), f32x4.mul(under, under));
}

/** Four results of gradient32Fast for all a = |x|. */
// @ts-ignore: decorator
@inline
function gradientTimes(a: v128, upstream: v128): v128 {
  const cut = f32x4.pmin(a, at(limitFast));
  const m = scaled32(cut);
  const y = fastGradient(m, reduced32(cut, m), upstream);
  const by = f64x2.splat(1);
  const tiny = narrow(
    exactOf(lowHalf(a), lowHalf(upstream), by, true),
    exactOf(highHalf(a), highHalf(upstream), by, true),
  );
  // Also where a is NaN, of which float32 lanes make anything.
  return v128.bitselect(y, tiny, f32x4.le(a, f32x4.neg(at(tail))));
}

/** float64, for any beta: upstream * sigmoid(beta*x). */
export function softplusBackward64(
  src: usize,
  upstream: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  loop64(src, upstream, -1, dst, begin, end, beta, false);
}

/** float64, for any beta: upstream * beta * sigmoidGrad(beta*x). */
export function sigmoidBackward64(
  src: usize,
  upstream: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  gradient64(src, upstream, -1, dst, begin, end, beta);
}

/** float64, for any beta: beta * sigmoidGrad(beta*x). */
export function sigmoidGrad64(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  gradient64(src, ones64, 0, dst, begin, end, beta);
}

function gradient64(
  src: usize,
  upstream: usize,
  mask: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  loop64(src, upstream, mask, dst, begin, end, beta, true);
}

// @ts-ignore: decorator
@inline
function loop64(
  src: usize,
  upstream: usize,
  mask: usize,
  dst: usize,
  begin: u32,
  end: u32,
  beta: f64,
  isGradient: bool,
): void {
  fill();
  setFactor(beta);
  const isPlain = Math.abs(beta) == 1;
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  for (let i = begin; i < end; i += 8) {
    const from = src + (i << 3);
    const beside = upstream + (<usize> (i << 3) & mask);
    const to = dst + (i << 3);
    if (!isPlain) {
      careful64(from, beside, to, beta, isGradient);
      continue;
    }
    let rows = i64x2.splat(0);
    const x$$ = placed(v128.load(from, 16 * $$), sign, isGradient);
    const k$$ = shifted(x$$);
    rows = v128.or(rows, rowOf(k$$));
    if (isOutside(rows)) {
      careful64(from, beside, to, beta, isGradient);
      continue;
    }
    let least = at(infinity);
    let most = f64x2.splat(0);
    const r$$ = offset(x$$, k$$);
    const p$$ = start0(k$$) + toSigmoid;
    const q$$ = start1(k$$) + toSigmoid;
    const v$$ = v128.load(p$$);
    const w$$ = v128.load(q$$);
    const s$$ = firsts(v$$, w$$);
    const sLow$$ = restOf(p$$, q$$, seconds(v$$, w$$), r$$);
    const h$$ = isGradient ? gradHigh(s$$) : s$$;
    const l$$ = isGradient ? gradLow(s$$, sLow$$, h$$) : sLow$$;
    const u$$ = isGradient ? v128.xor(v128.load(beside, 16 * $$), sign) : v128.load(beside, 16 * $$);
    least = f64x2.pmin(least, f64x2.abs(u$$));
    most = f64x2.pmax(most, f64x2.abs(u$$));
    if (!i64x2.all_true(areFine(least, most))) {
      // Upstream often has zeros, and then nothing else that is not fine.
      let fine = f64x2.lt(most, at(infinity));
      fine = v128.and(fine, v128.or(f64x2.ge(f64x2.abs(u$$), at(smallest)), f64x2.eq(u$$, f64x2.splat(0))));
      if (i64x2.all_true(fine)) {
        v128.store(to, orZero(u$$, times(u$$, h$$, f64x2.mul(u$$, l$$))), 16 * $$);
      } else {
        careful64(from, beside, to, beta, isGradient);
      }
      continue;
    }
    v128.store(to, times(u$$, h$$, f64x2.mul(u$$, l$$)), 16 * $$);
  }
}

/** Where the table is asked: beta*x for beta = 1 or -1; the even sigmoidGrad takes sigmoid at -|x|. */
// @ts-ignore: decorator
@inline
function placed(x: v128, sign: v128, isGradient: bool): v128 {
  return isGradient ? v128.or(x, f64x2.splat(-0.0)) : v128.xor(x, sign);
}

/**
 * u*h + rest, rounded once, for a rest below 2^-4 of it. What u*h loses must be a float64: it is none where
 * that is below 2^-900 or infinite.
 */
// @ts-ignore: decorator
@inline
function times(u: v128, h: v128, rest: v128): v128 {
  if (FUSED) return madd(u, h, rest);
  const y = f64x2.mul(u, h);
  return f64x2.add(y, f64x2.add(rest, lost(u, h, y)));
}

/**
 * Whether sizes of upstream, the least and the most, are large and finite: times a derivative in the table,
 * above 2^-50, they need no care. NaN needs none.
 */
// @ts-ignore: decorator
@inline
function areFine(least: v128, most: v128): v128 {
  return v128.and(f64x2.ge(least, at(smallest)), f64x2.lt(most, at(infinity)));
}

/** The product, or a zero with the sign of u. */
// @ts-ignore: decorator
@inline
function orZero(u: v128, y: v128): v128 {
  return v128.bitselect(u, y, f64x2.eq(u, f64x2.splat(0)));
}

/** A float64 block for all x, any upstream and any beta. */
function careful64(from: usize, beside: usize, to: usize, beta: f64, isGradient: bool): void {
  const isPlain = Math.abs(beta) == 1;
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  const by = f64x2.splat(isGradient ? beta : 1);
  for (let k: usize = 0; k < 64; k += 16) {
    const x = v128.load(from + k);
    const upstream = v128.load(beside + k);
    const product = betaTimes(isPlain ? v128.xor(x, sign) : x, isPlain);
    const a = f64x2.abs(product);
    const aLow = v128.xor(low, v128.and(product, f64x2.splat(-0.0)));
    const above = fraction(a, aLow);
    let h = isGradient ? gradOf(above) : quotient(above, aboveLow, below, belowLow, product);
    let l = low;
    if (isPlain) {
      const place = placed(x, sign, isGradient);
      const row = shifted(place);
      const p = safeStart0(row) + toSigmoid;
      const q = safeStart1(row) + toSigmoid;
      const s = firsts(v128.load(p), v128.load(q));
      const sLow = restOf(p, q, seconds(v128.load(p), v128.load(q)), offset(place, row));
      const inside = isInside(row);
      const high = isGradient ? gradHigh(s) : s;
      h = v128.bitselect(high, h, inside);
      l = v128.bitselect(isGradient ? gradLow(s, sLow, high) : sLow, l, inside);
    }
    const factor = f64x2.mul(by, upstream);
    const rest = f64x2.mul(factor, l);
    const y = times(factor, h, isPlain ? rest : madd(lost(by, upstream, factor), h, rest));
    const isZero = f64x2.eq(factor, f64x2.splat(0));
    v128.store(to + k, orZero(factor, y));
    const fine = v128.and(
      v128.or(v128.and(areFine(f64x2.abs(factor), f64x2.abs(factor)), f64x2.ge(f64x2.abs(y), at(smallest))), isZero),
      f64x2.le(a, at(limit64)),
    );
    // A lane that needs care is written anew; its vector of inputs may be gone from memory by then.
    if (i64x2.all_true(fine)) continue;
    const x0 = f64x2.extract_lane(x, 0);
    const x1 = f64x2.extract_lane(x, 1);
    const u0 = f64x2.extract_lane(upstream, 0);
    const u1 = f64x2.extract_lane(upstream, 1);
    if (i64x2.extract_lane(fine, 0) == 0) {
      setPair(f64x2.extract_lane(h, 0), f64x2.extract_lane(l, 0));
      const p = f64x2.extract_lane(product, 0);
      store<f64>(to + k, single(x0, p, f64x2.extract_lane(aLow, 0), u0, beta, isGradient));
    }
    if (i64x2.extract_lane(fine, 1) == 0) {
      setPair(f64x2.extract_lane(h, 1), f64x2.extract_lane(l, 1));
      const p = f64x2.extract_lane(product, 1);
      store<f64>(to + k, single(x1, p, f64x2.extract_lane(aLow, 1), u1, beta, isGradient), 8);
    }
  }
}

/** The derivative of the lane that `single` computes, for |beta x| <= 700. */
let pairHigh: f64 = 0;
let pairLow: f64 = 0;

// @ts-ignore: decorator
@inline
function setPair(high: f64, rest: f64): void {
  pairHigh = high;
  pairLow = rest;
}

/** One float64 result, where vectors cannot have it; product = beta*x, |beta*x| = |product| + aLow. */
function single(
  x: f64,
  product: f64,
  aLow: f64,
  upstream: f64,
  beta: f64,
  isGradient: bool,
): f64 {
  if (x != x) return x;
  const by = isGradient ? beta : 1;
  const isFalling = isGradient || product < 0; // towards 0, not 1
  if (Math.abs(x) == Infinity) return upstream * (isFalling ? by * 0 : 1);
  if (Math.abs(product) <= 700) return timesScaled(pairHigh, pairLow, 0, upstream, by);
  if (!isFalling) return upstream;
  const high = expScaled(Math.min(Math.abs(product), 2500), aLow);
  return timesScaled(high, f64x2.extract_lane(low, 0), exponent, upstream, by);
}

/**
 * (high + rest) * 2^scale * a * b for a positive pair and any a and b, rounded once; 0, Infinity and
 * NaN as IEEE has them.
 */
function timesScaled(high: f64, rest: f64, scale: i32, a: f64, b: f64): f64 {
  const plain = a * b;
  if (a == 0 || !(Math.abs(a) < Infinity)) return plain;
  const h = exponentOf(high);
  const k = exponentOf(Math.abs(a));
  const l = exponentOf(Math.abs(b));
  const first = f64x2.splat(ldexp(high, -h)); // in [1, 2), like the others
  const second = f64x2.splat(ldexp(Math.abs(a), -k));
  const third = f64x2.splat(ldexp(Math.abs(b), -l));
  const factor = f64x2.mul(second, third);
  const product = f64x2.mul(first, factor);
  const left = f64x2.add(
    madd(f64x2.splat(ldexp(rest, -h)), factor, f64x2.mul(first, lost(second, third, factor))),
    lost(first, factor, product),
  );
  const size = ldexpRounded(
    f64x2.extract_lane(product, 0),
    f64x2.extract_lane(left, 0),
    h + k + l + scale,
  );
  return (a < 0) == (b < 0) ? size : -size;
}
