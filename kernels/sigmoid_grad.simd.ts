/*
 * sigmoidGrad(x) = s (1 - s),  s = sigmoid(-|x|), the twin of sigmoid_grad.ts on vectors.
 *
 *   range of x           expression                why
 *   float32 exact
 *   all |x| <= 87.3      s - s*s                   float64 lanes; the result is normal
 *   otherwise            the same, |x| cut at 700  four by four; e^-700 rounds to 0
 *
 * The other kernels are backward passes with 1 for upstream: backward.simd.ts. Ranges and blocks are as
 * in softplus.simd.ts.
 */
import {
  aboveLow,
  aboveOf,
  below,
  belowLow,
  even,
  fraction,
  quotient,
  reduced,
  scaled,
} from "./exp.simd";
import { at, fence, highHalf, lost, low, lowHalf, madd, narrow, nmadd, setLow } from "./lanes.simd";
import { blockSize, isBeyond, signMask32 } from "./ranges.simd";
import { distance, roundPair, undecided, undecidedTiny } from "./undecided.simd";

const one = pair("0x1p+0");
const farthest = pair("0x1.5ep+9"); // 700

/** float32, correctly rounded, for beta = 1 or -1: beta * sigmoidGrad(x). */
export function sigmoidGrad32(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
  const sign = signMask32(beta);
  for (let i = begin; i < end; i += blockSize) {
    const from = src + (i << 2);
    const to = dst + (i << 2);
    let largest = i32x4.splat(0);
    const x$ = v128.load(from, 16 * $);
    largest = i32x4.max_s(largest, f32x4.abs(x$));
    if (isBeyond(largest)) {
      careful(from, to, sign);
      continue;
    }
    fence(from, to);
    let nearest = i32x4.splat(-1);
    const u$ = within(f64x2.abs(lowHalf(x$)));
    const v$ = within(f64x2.abs(highHalf(x$)));
    nearest = i32x4.min_u(nearest, distance(u$, v$));
    const y$ = narrow(u$, v$);
    if (v128.any_true(undecided(nearest))) {
      careful(from, to, sign);
      continue;
    }
    v128.store(to, v128.xor(y$, sign), 16 * $);
  }
}

/** quick: sigmoidGrad in float64 lanes, 0 <= a <= 700, relative error below 2^-37. */
// @ts-ignore: decorator
@inline
export function within(a: v128): v128 {
  const m = scaled(a);
  const r = reduced(a, m);
  const R = even(r);
  const above = aboveOf(R, r, m);
  const s = f64x2.div(above, f64x2.add(f64x2.add(R, r), above));
  return nmadd(s, s, s);
}

/** quick: sigmoidGrad in float64 lanes for all x. */
// @ts-ignore: decorator
@inline
export function quickGrad(x: v128): v128 {
  return within(f64x2.pmin(f64x2.abs(x), at(farthest)));
}

/** A block for all x: subnormal results, and the accurate phase where the rounding test fails. */
function careful(from: usize, to: usize, sign: v128): void {
  for (let k: usize = 0; k < 4 * blockSize; k += 16) {
    const x = v128.load(from + k);
    const y0 = quickGrad(lowHalf(x));
    const y1 = quickGrad(highHalf(x));
    const near = undecidedTiny(y0, y1);
    // Where it is near, x waits to be settled.
    v128.store(to + k, v128.xor(v128.bitselect(x, narrow(y0, y1), near), sign));
    for (let lanes = i32x4.bitmask(near); lanes != 0; lanes &= lanes - 1) {
      const lane = to + k + (ctz(lanes) << 2);
      const y = settled(Math.abs(load<f32>(lane)));
      store<f32>(lane, i32x4.extract_lane(sign, 0) == 0 ? <f32> y : -(<f32> y));
    }
  }
}

/** float32 sigmoidGrad, correctly rounded, 0 <= a < 105. */
function settled(a: f64): f64 {
  const high = gradOf(fraction(f64x2.splat(a), f64x2.splat(0)));
  return roundPair(f64x2.extract_lane(high, 0), f64x2.extract_lane(low, 0));
}

/**
 * accurate: sigmoidGrad of the fraction that `above` begins, for both signs of x alike: the high part;
 * the low part is in `low`.
 */
// @ts-ignore: decorator
@inline
export function gradOf(above: v128): v128 {
  const s = quotient(above, aboveLow, below, belowLow, f64x2.splat(-1));
  const high = gradHigh(s);
  setLow(gradLow(s, low, high));
  return high;
}

/** accurate: s (1 - s): the high part. */
// @ts-ignore: decorator
@inline
export function gradHigh(s: v128): v128 {
  return f64x2.mul(s, f64x2.sub(at(one), s));
}

/**
 * accurate: what s (1 - s) of the pair s, sLow has beside its high part; 1 - s = c + cLow, exactly. sLow may
 * be 2^-5 of s, as a row of the table has it.
 */
// @ts-ignore: decorator
@inline
export function gradLow(s: v128, sLow: v128, high: v128): v128 {
  const c = f64x2.sub(at(one), s);
  const cLow = f64x2.sub(f64x2.sub(at(one), c), s);
  return madd(s, f64x2.sub(cLow, sLow), madd(sLow, f64x2.sub(c, sLow), lost(s, c, high)));
}
