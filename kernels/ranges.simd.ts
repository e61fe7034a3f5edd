/* What the loops share: how far a block goes, which block needs care, signs and factors. */
import { at } from "./lanes.simd";

/** Elements that are judged together: does one of them have a subnormal result? */
// @ts-ignore: decorator
@inline
export const blockSize: u32 = 512;

export const tail = quad("-0x1.5d3334p+6"); // -87.3: results below are near 2^-126

/** True where an element of the range, its sign changed, is below -87.3. */
export function anyBelowTail(src: usize, begin: u32, end: u32, sign: v128): bool {
  const bound = at(tail);
  let below = f32x4.splat(0);
  for (let i = begin; i < end; i += 16) {
    const x = src + (i << 2);
    const first = v128.or(
      f32x4.lt(v128.xor(v128.load(x), sign), bound),
      f32x4.lt(v128.xor(v128.load(x, 16), sign), bound),
    );
    const second = v128.or(
      f32x4.lt(v128.xor(v128.load(x, 32), sign), bound),
      f32x4.lt(v128.xor(v128.load(x, 48), sign), bound),
    );
    below = v128.or(below, v128.or(first, second));
  }
  return v128.any_true(below);
}

/** The sign bits that turn x into beta*x for beta = 1 or -1. */
// @ts-ignore: decorator
@inline
export function signMask32(beta: f64): v128 {
  return v128.and(f32x4.splat(<f32> beta), f32x4.splat(-0.0));
}

/** A factor other than 0 as fraction * factor1 * factor2, powers of two that do not overflow. */
export let fraction: f64 = 1;
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
  fraction = value / factor1 / factor2;
}

/** 2^exponent for -1022 <= exponent <= 1023. */
function power(exponent: i32): f64 {
  return reinterpret<f64>((<i64> (1023 + exponent)) << 52);
}
