/* What the loops share: which block needs care, signs and factors. */
import { at, multiply, setLow } from "./lanes.simd";

/** Elements of a block: eight vectors of four. Ranges of every kernel are multiples of it. */
// @ts-ignore: decorator
@inline
export const blockSize: u32 = 32;

/**
 * The bits of 87.3: below -87.3 results come near 2^-126, the smallest normal float32. The bits of
 * |x| compare as integers, and those of NaN are above all others.
 */
const safe = memory.data<i32>([0x42ae999a, 0x42ae999a, 0x42ae999a, 0x42ae999a], 16);

/** -87.3 */
export const tail = quad("-0x1.5d3334p+6");

/** Whether one of four x, given as the integer maximum of several |x|, is beyond 87.3 or NaN. */
// @ts-ignore: decorator
@inline
export function isBeyond(largest: v128): bool {
  return v128.any_true(i32x4.gt_s(largest, at(safe)));
}

/** The sign bits that turn x into beta*x for beta = 1 or -1. */
// @ts-ignore: decorator
@inline
export function signMask32(beta: f64): v128 {
  return v128.and(f32x4.splat(<f32> beta), f32x4.splat(-0.0));
}

/** A factor other than 0 as factorFraction * factor1 * factor2, powers of two that do not overflow. */
export let factorFraction: f64 = 1;
export let factor1: f64 = 1;
export let factor2: f64 = 1;

/** Splits a finite factor other than 0. */
export function setFactor(value: f64): void {
  const size = Math.abs(value);
  const normal = size < hex("0x1p-1022") ? size * hex("0x1p+54") : size;
  let exponent = <i32> (reinterpret<u64>(normal) >> 52) - 1023;
  if (size < hex("0x1p-1022")) exponent -= 54;
  const half = exponent / 2;
  factor1 = power(half);
  factor2 = power(exponent - half);
  factorFraction = value / factor1 / factor2;
}

/** 2^exponent for -1022 <= exponent <= 1023. */
function power(exponent: i32): f64 {
  return reinterpret<f64>((<i64> (1023 + exponent)) << 52);
}

/** beta*x as a pair, by the factor that is set; beyond +-2500 it is cut. plain: beta is 1. */
// @ts-ignore: decorator
@inline
export function betaTimes(x: v128, plain: bool): v128 {
  if (plain) {
    setLow(f64x2.splat(0));
    return x;
  }
  const once = f64x2.mul(f64x2.mul(x, f64x2.splat(factor1)), f64x2.splat(factor2));
  const cut = f64x2.pmax(f64x2.pmin(once, f64x2.splat(2500)), f64x2.splat(-2500));
  return multiply(cut, f64x2.splat(factorFraction));
}
