/*
 * sigmoid(x) = 1 / (1 + e^-x) = (x < 0 ? t : 1) / (1 + t),  t = e^-|x|, the twin of sigmoid.ts on
 * vectors. With beta: sigmoid(beta*x).
 *
 *   range of beta*x      expression                        why
 *   float32 fast
 *   < -87.3              e^x, 2^-n in two steps            the result may be subnormal; 1 + t = 1
 *   otherwise            1 / (1 + e^-min(x,87.33))         e^-x < 2^127; one selection less
 *   float32 exact
 *   |x| < 2^-10          1/2 + x/4 - x^3/48 + x^5/480      second phase only, as in sigmoid.ts
 *   all others           1 / (1 + e^-x), |x| cut at 200    float64 lanes: nothing overflows
 *   float64
 *   |beta x| > 700       e^x rounded once, or 1            lane by lane; NaN as well
 *   otherwise            t / (1 + t), 1 / (1 + t)          carried as high + low
 *
 * Kernels take ranges, as in softplus.simd.ts.
 */
import {
  exp,
  expFastTiny,
  expOf,
  expQuick,
  expTiny,
  onePlusExp32,
  onePlusExpFast,
  reduced,
  reduced32,
  scaled,
  scaled32,
} from "./exp.simd";
import { at, fence, highHalf, low, lowHalf, narrow, remainder, setLow } from "./lanes.simd";
import { anyBelowTail, blockSize, setFactor, signMask32, tail } from "./ranges.simd";
import { betaTimes } from "./softplus.simd";
import { roundPair, undecided, undecidedTiny } from "./undecided.simd";

const one32 = quad("0x1p+0");
const limitFast = quad("0x1.5d51ecp+6"); // 87.33
const limitTiny = quad("0x1.a4p+6"); // 105
const one = pair("0x1p+0");
const limit = pair("0x1.9p+7"); // 200
const minusLimit = pair("-0x1.9p+7");
const limit64 = pair("0x1.5ep+9"); // 700

/** Four x that wait to be settled. */
const waiting = memory.data(16, 16);

/** float32, for beta = 1 or -1; the bound is in tests/bounds.ts. */
export function sigmoid32Fast(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const sign = signMask32(beta);
  for (let start = begin; start < end; start += blockSize) {
    const stop = min(start + blockSize, end);
    if (anyBelowTail(src, start, stop, sign)) {
      for (let i = start; i < stop; i += 4) {
        const x = v128.xor(v128.load(src + (i << 2)), sign);
        v128.store(dst + (i << 2), fastTiny(x));
      }
    } else {
      for (let i = start; i < stop; i += 16) {
        const from = src + (i << 2);
        const x0 = f32x4.pmin(v128.xor(v128.load(from), sign), at(limitFast));
        const x1 = f32x4.pmin(v128.xor(v128.load(from, 16), sign), at(limitFast));
        const x2 = f32x4.pmin(v128.xor(v128.load(from, 32), sign), at(limitFast));
        const x3 = f32x4.pmin(v128.xor(v128.load(from, 48), sign), at(limitFast));
        const m0 = scaled32(x0);
        const m1 = scaled32(x1);
        const m2 = scaled32(x2);
        const m3 = scaled32(x3);
        const r0 = reduced32(x0, m0);
        const r1 = reduced32(x1, m1);
        const r2 = reduced32(x2, m2);
        const r3 = reduced32(x3, m3);
        fence();
        const d0 = onePlusExp32(m0, r0);
        const d1 = onePlusExp32(m1, r1);
        const d2 = onePlusExp32(m2, r2);
        const d3 = onePlusExp32(m3, r3);
        const to = dst + (i << 2);
        v128.store(to, f32x4.div(at(one32), d0));
        v128.store(to, f32x4.div(at(one32), d1), 16);
        v128.store(to, f32x4.div(at(one32), d2), 32);
        v128.store(to, f32x4.div(at(one32), d3), 48);
      }
    }
  }
}

/** sigmoid in float32 lanes for x >= -87.3. */
// @ts-ignore: decorator
@inline
function fast(x: v128): v128 {
  return f32x4.div(at(one32), onePlusExpFast(f32x4.pmin(x, at(limitFast))));
}

/** sigmoid in float32 lanes for all x; the bits of `fast` where x >= -87.3. */
// @ts-ignore: decorator
@inline
export function fastTiny(x: v128): v128 {
  const t = expFastTiny(f32x4.pmin(f32x4.abs(x), at(limitTiny)));
  return v128.bitselect(t, fast(f32x4.pmax(x, at(tail))), f32x4.lt(x, at(tail)));
}

/** float32, correctly rounded, for beta = 1 or -1. */
export function sigmoid32(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const sign = signMask32(beta);
  for (let start = begin; start < end; start += blockSize) {
    const stop = min(start + blockSize, end);
    const tiny = anyBelowTail(src, start, stop, sign);
    for (let i = start; i < stop; i += 16) {
      const x0 = v128.xor(v128.load(src + (i << 2)), sign);
      const x1 = v128.xor(v128.load(src + (i << 2), 16), sign);
      const x2 = v128.xor(v128.load(src + (i << 2), 32), sign);
      const x3 = v128.xor(v128.load(src + (i << 2), 48), sign);
      const a0 = f64x2.pmin(f64x2.pmax(lowHalf(x0), at(minusLimit)), at(limit));
      const a1 = f64x2.pmin(f64x2.pmax(highHalf(x0), at(minusLimit)), at(limit));
      const a2 = f64x2.pmin(f64x2.pmax(lowHalf(x1), at(minusLimit)), at(limit));
      const a3 = f64x2.pmin(f64x2.pmax(highHalf(x1), at(minusLimit)), at(limit));
      const a4 = f64x2.pmin(f64x2.pmax(lowHalf(x2), at(minusLimit)), at(limit));
      const a5 = f64x2.pmin(f64x2.pmax(highHalf(x2), at(minusLimit)), at(limit));
      const a6 = f64x2.pmin(f64x2.pmax(lowHalf(x3), at(minusLimit)), at(limit));
      const a7 = f64x2.pmin(f64x2.pmax(highHalf(x3), at(minusLimit)), at(limit));
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
      const d0 = f64x2.add(at(one), expOf(m0, r0));
      const d1 = f64x2.add(at(one), expOf(m1, r1));
      const d2 = f64x2.add(at(one), expOf(m2, r2));
      const d3 = f64x2.add(at(one), expOf(m3, r3));
      const d4 = f64x2.add(at(one), expOf(m4, r4));
      const d5 = f64x2.add(at(one), expOf(m5, r5));
      const d6 = f64x2.add(at(one), expOf(m6, r6));
      const d7 = f64x2.add(at(one), expOf(m7, r7));
      const y0 = f64x2.div(at(one), d0);
      const y1 = f64x2.div(at(one), d1);
      const y2 = f64x2.div(at(one), d2);
      const y3 = f64x2.div(at(one), d3);
      const y4 = f64x2.div(at(one), d4);
      const y5 = f64x2.div(at(one), d5);
      const y6 = f64x2.div(at(one), d6);
      const y7 = f64x2.div(at(one), d7);
      const near0 = v128.or(undecided(y0, y1), undecided(y2, y3));
      const near1 = v128.or(undecided(y4, y5), undecided(y6, y7));
      if (tiny || v128.any_true(v128.or(near0, near1))) {
        for (let k = i; k < i + 16; k += 4) settle(src + (k << 2), dst + (k << 2), sign);
      } else {
        v128.store(dst + (i << 2), narrow(y0, y1));
        v128.store(dst + (i << 2), narrow(y2, y3), 16);
        v128.store(dst + (i << 2), narrow(y4, y5), 32);
        v128.store(dst + (i << 2), narrow(y6, y7), 48);
      }
    }
  }
}

/** sigmoid in float64 lanes, relative error below 2^-33. */
// @ts-ignore: decorator
@inline
function quick(x: v128): v128 {
  const cut = f64x2.pmin(f64x2.pmax(x, at(minusLimit)), at(limit));
  return f64x2.div(at(one), f64x2.add(at(one), expQuick(cut)));
}

/** Four elements with care: subnormal results, and the accurate phase where the test fails. */
function settle(src: usize, dst: usize, sign: v128): void {
  const x = v128.xor(v128.load(src), sign);
  const y0 = quick(lowHalf(x));
  const y1 = quick(highHalf(x));
  v128.store(waiting, x);
  v128.store(dst, narrow(y0, y1));
  for (let lanes = i32x4.bitmask(undecidedTiny(y0, y1)); lanes != 0; lanes &= lanes - 1) {
    const lane = ctz(lanes) << 2;
    store<f32>(dst + lane, settledSigmoid(load<f32>(waiting + lane)));
  }
}

/** float32 sigmoid, correctly rounded, |x| < 105. */
export function settledSigmoid(x32: f32): f32 {
  const x: f64 = x32;
  if (Math.abs(x) < hex("0x1p-10")) {
    const x2 = x * x;
    return roundPair(0.5 + 0.25 * x, x * x2 * (x2 * (1.0 / 480.0) - 1.0 / 48.0)); // the sum is exact
  }
  const t = exp(f64x2.splat(Math.abs(x)), f64x2.splat(0));
  const high = quotient(t, low, f64x2.splat(x));
  return roundPair(f64x2.extract_lane(high, 0), f64x2.extract_lane(low, 0));
}

/** (x < 0 ? t : 1) / (1 + t) as a pair, for 0 <= t <= 1 given as a pair. */
// @ts-ignore: decorator
@inline
export function quotient(t: v128, tLow: v128, x: v128): v128 {
  const negative = i64x2.shr_s(x, 63);
  const d = f64x2.add(at(one), t);
  const dLow = f64x2.add(f64x2.add(f64x2.sub(at(one), d), t), tLow);
  const above = v128.bitselect(t, at(one), negative);
  const aboveLow = v128.and(tLow, negative);
  const inverse = f64x2.div(at(one), d);
  const q = f64x2.mul(above, inverse);
  const left = f64x2.add(
    remainder(above, q, d),
    f64x2.sub(aboveLow, f64x2.mul(q, dLow)),
  );
  setLow(f64x2.mul(left, inverse));
  return q;
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
  const plain = beta == 1;
  setFactor(beta);
  for (let i = begin; i < end; i += 4) {
    const product0 = betaTimes(v128.load(src + (i << 3)), plain);
    const rest0 = v128.xor(low, v128.and(product0, f64x2.splat(-0.0)));
    const product1 = betaTimes(v128.load(src + (i << 3), 16), plain);
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
    const y0 = f64x2.add(q0, low);
    const q1 = quotient(t1, tLow1, product1);
    const y1 = f64x2.add(q1, low);
    const to = dst + (i << 3);
    v128.store(to, y0);
    v128.store(to, y1, 16);
    if (!i64x2.all_true(v128.and(f64x2.le(a0, at(limit64)), f64x2.le(a1, at(limit64))))) {
      outside(product0, rest0, y0, to);
      outside(product1, rest1, y1, to + 16);
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
