/*
 * The backward passes in float32: upstream times the derivative, formed before the one rounding, the twin
 * of backward.ts on vectors; float64 is in backward64.simd.ts. sigmoidGrad, but for its correctly rounded
 * kernel, is sigmoidBackward with 1 for upstream: `ones` in its place, a mask that keeps the address there.
 *
 *   range of beta*x      expression                                why
 *   fast
 *   all |x| <= 87.3      upstream / (1 + e^-x)                     float32 lanes: nothing overflows
 *                        upstream * t / (1 + t)^2, t = e^-|x|
 *   otherwise            the same, float64 where the derivative    subnormal ones have few digits
 *                        is below e^-87.3
 *   exact                upstream * quick derivative               float64 lanes; products are normal
 *
 * Ranges are as in softplus.simd.ts; a block of fast is half as long, as it has two inputs. dst may be src
 * or upstream.
 */
import { core32, fromDifference32, lost32, onePlusExp32, reduced32, scaled32 } from "./exp.simd";
import { at, fence, highHalf, lowHalf, narrow } from "./lanes.simd";
import { blockSize, isBeyond, signMask32, tail } from "./ranges.simd";
import { quick as quickSigmoid, within as sigmoidWithin } from "./sigmoid.simd";
import { quickGrad, within as gradWithin } from "./sigmoid_grad.simd";

const limitFast = quad("0x1.5d51ecp+6"); // 87.33: e^-87.33 > 2^-126
const one32 = quad("0x1p+0");
const ones32 = memory.data<f32>([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 16);
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

