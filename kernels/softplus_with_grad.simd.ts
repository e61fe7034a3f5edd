/*
 * softplusWithGrad(x) = { value: softplus(x), grad: sigmoid(x) } in one pass, the twin of
 * softplus_with_grad.ts on vectors: both come from one e^-|x|, to the bits of the two kernels.
 *
 * float32 fast: sigmoid32Fast wants e^-x, which is 1/t where x < 0. The reduced arguments of x and
 * |x| differ in nothing but their sign, so e^-x costs three more operations on the same parts of
 * the polynomial, and no bit differs from sigmoid32Fast.
 *
 * float32 exact: one division for both quotients, t/(2 + t) and (x < 0 ? t : 1)/(1 + t).
 */
import {
  even32,
  exp,
  expFastTiny,
  expOf,
  expQuick,
  fromDifference32,
  joined32,
  odd32,
  one32,
  onePlus32,
  reduced,
  reduced32,
  scaled,
  scaled32,
} from "./exp.simd";
import { at, fence, highHalf, low, lowHalf, narrow } from "./lanes.simd";
import { log1p, log1pOf, plusLog32 } from "./log1p.simd";
import { anyBelowTail, blockSize, setFactor, signMask32 } from "./ranges.simd";
import { fastTiny as sigmoidFastTiny, outside as sigmoidOutside, quotient, settledSigmoid } from "./sigmoid.simd";
import { outside as softplusOutside, betaTimes, rounded, settled } from "./softplus.simd";
import { undecided, undecidedTiny } from "./undecided.simd";

const limitFast = quad("0x1.5d51ecp+6"); // 87.33
const limitTiny = quad("0x1.a4p+6"); // 105
const one = pair("0x1p+0");
const two = pair("0x1p+1");
const limit = pair("0x1.9p+7"); // 200
const limit64 = pair("0x1.5ep+9"); // 700

/** Four x that wait to be settled. */
const waiting = memory.data(16, 16);

/** Second results of the inlined steps below. */
let grad: v128 = f32x4.splat(0);
let denominator: v128 = f32x4.splat(0);

/** float32, for beta = 1 or -1, the bounds are in tests/bounds.ts. */
export function softplusWithGrad32Fast(
  src: usize,
  value: usize,
  slope: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  const sign = signMask32(beta);
  for (let start = begin; start < end; start += blockSize) {
    const stop = min(start + blockSize, end);
    if (anyBelowTail(src, start, stop, sign)) {
      for (let i = start; i < stop; i += 4) {
        const x = v128.xor(v128.load(src + (i << 2)), sign);
        const t = expFastTiny(f32x4.pmin(f32x4.abs(x), at(limitTiny)));
        const y = plusLog32(f32x4.pmax(x, f32x4.splat(0)), t, low);
        v128.store(value + (i << 2), v128.xor(y, sign));
        v128.store(slope + (i << 2), sigmoidFastTiny(x));
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
        const t0 = both(x0, m0, r0);
        const low0 = low;
        const d0 = denominator;
        const t1 = both(x1, m1, r1);
        const low1 = low;
        const d1 = denominator;
        const t2 = both(x2, m2, r2);
        const low2 = low;
        const d2 = denominator;
        const t3 = both(x3, m3, r3);
        const low3 = low;
        const d3 = denominator;
        fence();
        const y0 = plusLog32(f32x4.pmax(x0, f32x4.splat(0)), t0, low0);
        const y1 = plusLog32(f32x4.pmax(x1, f32x4.splat(0)), t1, low1);
        const y2 = plusLog32(f32x4.pmax(x2, f32x4.splat(0)), t2, low2);
        const y3 = plusLog32(f32x4.pmax(x3, f32x4.splat(0)), t3, low3);
        const to = value + (i << 2);
        const to2 = slope + (i << 2);
        v128.store(to, v128.xor(y0, sign));
        v128.store(to, v128.xor(y1, sign), 16);
        v128.store(to, v128.xor(y2, sign), 32);
        v128.store(to, v128.xor(y3, sign), 48);
        v128.store(to2, f32x4.div(at(one32), d0));
        v128.store(to2, f32x4.div(at(one32), d1), 16);
        v128.store(to2, f32x4.div(at(one32), d2), 32);
        v128.store(to2, f32x4.div(at(one32), d3), 48);
      }
    }
  }
}

/** float32: e^-|x| of m and -r, both of |x|; 1 + e^-x in `denominator`. */
// @ts-ignore: decorator
@inline
function both(x: v128, m: v128, minusR: v128): v128 {
  const v = f32x4.mul(minusR, minusR);
  const even = even32(v);
  const odd = odd32(v);
  const n = i32x4.shl(m, 23);
  // For x: where it is negative, -r and n change their signs.
  const negative = i32x4.shr_s(x, 31);
  const minusRx = v128.xor(minusR, i32x4.shl(negative, 31));
  const nx = i32x4.sub(v128.xor(n, negative), negative);
  denominator = onePlus32(i32x4.sub(at(one32), nx), joined32(minusRx, v, even, odd));
  return fromDifference32(m, joined32(minusR, v, even, odd));
}

/** float32, correctly rounded, for beta = 1 or -1. */
export function softplusWithGrad32(
  src: usize,
  value: usize,
  slope: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  const sign = signMask32(beta);
  for (let start = begin; start < end; start += blockSize) {
    const stop = min(start + blockSize, end);
    const tiny = anyBelowTail(src, start, stop, sign);
    for (let i = start; i < stop; i += 8) {
      const x0 = v128.xor(v128.load(src + (i << 2)), sign);
      const x1 = v128.xor(v128.load(src + (i << 2), 16), sign);
      const a0 = f64x2.pmin(f64x2.abs(lowHalf(x0)), at(limit));
      const a1 = f64x2.pmin(f64x2.abs(highHalf(x0)), at(limit));
      const a2 = f64x2.pmin(f64x2.abs(lowHalf(x1)), at(limit));
      const a3 = f64x2.pmin(f64x2.abs(highHalf(x1)), at(limit));
      const m0 = scaled(a0);
      const m1 = scaled(a1);
      const m2 = scaled(a2);
      const m3 = scaled(a3);
      const r0 = reduced(a0, m0);
      const r1 = reduced(a1, m1);
      const r2 = reduced(a2, m2);
      const r3 = reduced(a3, m3);
      fence();
      const t0 = expOf(m0, r0);
      const t1 = expOf(m1, r1);
      const t2 = expOf(m2, r2);
      const t3 = expOf(m3, r3);
      fence();
      const q0 = inverses(t0);
      const q1 = inverses(t1);
      const q2 = inverses(t2);
      const q3 = inverses(t3);
      fence();
      const g0 = slopeOf(lowHalf(x0), t0, q0);
      const g1 = slopeOf(highHalf(x0), t1, q1);
      const g2 = slopeOf(lowHalf(x1), t2, q2);
      const g3 = slopeOf(highHalf(x1), t3, q3);
      const s0 = f64x2.mul(f64x2.mul(t0, f64x2.add(at(one), t0)), q0);
      const s1 = f64x2.mul(f64x2.mul(t1, f64x2.add(at(one), t1)), q1);
      const s2 = f64x2.mul(f64x2.mul(t2, f64x2.add(at(one), t2)), q2);
      const s3 = f64x2.mul(f64x2.mul(t3, f64x2.add(at(one), t3)), q3);
      fence();
      const y0 = f64x2.add(f64x2.pmax(lowHalf(x0), f64x2.splat(0)), log1pOf(s0));
      const y1 = f64x2.add(f64x2.pmax(highHalf(x0), f64x2.splat(0)), log1pOf(s1));
      const y2 = f64x2.add(f64x2.pmax(lowHalf(x1), f64x2.splat(0)), log1pOf(s2));
      const y3 = f64x2.add(f64x2.pmax(highHalf(x1), f64x2.splat(0)), log1pOf(s3));
      const near0 = v128.or(undecided(y0, y1), undecided(y2, y3));
      const near1 = v128.or(undecided(g0, g1), undecided(g2, g3));
      if (tiny || v128.any_true(v128.or(near0, near1))) {
        for (let k = i; k < i + 8; k += 4) {
          settle(src + (k << 2), value + (k << 2), slope + (k << 2), beta);
        }
      } else {
        v128.store(value + (i << 2), v128.xor(narrow(y0, y1), sign));
        v128.store(value + (i << 2), v128.xor(narrow(y2, y3), sign), 16);
        v128.store(slope + (i << 2), narrow(g0, g1));
        v128.store(slope + (i << 2), narrow(g2, g3), 16);
      }
    }
  }
}

/** 1 / ((1 + t) * (2 + t)): one division for both quotients. */
// @ts-ignore: decorator
@inline
function inverses(t: v128): v128 {
  return f64x2.div(at(one), f64x2.mul(f64x2.add(at(one), t), f64x2.add(at(two), t)));
}

/** (x < 0 ? t : 1) / (1 + t) of t and `inverses(t)`. */
// @ts-ignore: decorator
@inline
function slopeOf(x: v128, t: v128, inverse: v128): v128 {
  const above = v128.bitselect(t, at(one), i64x2.shr_s(x, 63));
  return f64x2.mul(f64x2.mul(above, f64x2.add(at(two), t)), inverse);
}

/** softplus in float64 lanes, sigmoid in `grad`; relative errors below 2^-33. */
// @ts-ignore: decorator
@inline
function quick(x: v128): v128 {
  const t = expQuick(f64x2.pmin(f64x2.abs(x), at(limit)));
  const inverse = inverses(t);
  grad = slopeOf(x, t, inverse);
  const s = f64x2.mul(f64x2.mul(t, f64x2.add(at(one), t)), inverse);
  return f64x2.add(f64x2.pmax(x, f64x2.splat(0)), log1pOf(s));
}

/** Four elements with care: subnormal results, and the accurate phase where the test fails. */
function settle(src: usize, value: usize, slope: usize, beta: f64): void {
  const sign = signMask32(beta);
  const x = v128.xor(v128.load(src), sign);
  const y0 = quick(lowHalf(x));
  const g0 = grad;
  const y1 = quick(highHalf(x));
  const g1 = grad;
  v128.store(waiting, x);
  v128.store(value, v128.xor(narrow(y0, y1), sign));
  v128.store(slope, narrow(g0, g1));
  const near = v128.or(undecidedTiny(y0, y1), undecidedTiny(g0, g1));
  for (let lanes = i32x4.bitmask(near); lanes != 0; lanes &= lanes - 1) {
    const lane = ctz(lanes) << 2;
    const x1 = load<f32>(waiting + lane);
    store<f32>(value + lane, <f32> beta * settled(x1));
    store<f32>(slope + lane, settledSigmoid(x1));
  }
}

/** float32, for any beta: float64 lanes, each result rounded once. */
export function softplusWithGrad32Beta(
  src: usize,
  value: usize,
  slope: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  const by = f64x2.splat(beta);
  const inverse = f64x2.splat(1 / beta);
  for (let i = begin; i < end; i += 4) {
    const x = v128.load(src + (i << 2));
    const y0 = f64x2.mul(quickBeta(f64x2.mul(lowHalf(x), by)), inverse);
    const g0 = grad;
    const y1 = f64x2.mul(quickBeta(f64x2.mul(highHalf(x), by)), inverse);
    const g1 = grad;
    v128.store(value + (i << 2), narrow(y0, y1));
    v128.store(slope + (i << 2), narrow(g0, g1));
  }
}

/** As `quick`, and 0 at -Infinity: see softplus.simd.ts. */
// @ts-ignore: decorator
@inline
function quickBeta(x: v128): v128 {
  return v128.andnot(quick(x), f64x2.eq(x, f64x2.splat(-Infinity)));
}

/** float64, for any beta. */
export function softplusWithGrad64(
  src: usize,
  value: usize,
  slope: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
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
    const q0 = quotient(t0, tLow0, product0);
    const g0 = f64x2.add(q0, low);
    const q1 = quotient(t1, tLow1, product1);
    const g1 = f64x2.add(q1, low);
    const log0 = log1p(t0, tLow0);
    const log0Low = low;
    const log1 = log1p(t1, tLow1);
    const log1Low = low;
    fence();
    const y0 = rounded(f64x2.pmax(x0, f64x2.splat(0)), log0, log0Low, plain, by);
    const y1 = rounded(f64x2.pmax(x1, f64x2.splat(0)), log1, log1Low, plain, by);
    const to = value + (i << 3);
    const to2 = slope + (i << 3);
    v128.store(to, v128.xor(y0, sign));
    v128.store(to, v128.xor(y1, sign), 16);
    v128.store(to2, g0);
    v128.store(to2, g1, 16);
    if (!i64x2.all_true(v128.and(f64x2.le(a0, at(limit64)), f64x2.le(a1, at(limit64))))) {
      sigmoidOutside(product0, rest0, g0, to2);
      sigmoidOutside(product1, rest1, g1, to2 + 16);
      softplusOutside(x0, product0, rest0, y0, divisor, sign, to);
      softplusOutside(x1, product1, rest1, y1, divisor, sign, to + 16);
    }
  }
}
