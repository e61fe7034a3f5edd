/*
 * softplus(x) = log(1 + e^x) = max(x, 0) + log1p(e^-|x|), for all x, in float64 lanes.
 *
 * In kernels it stands as its two stages, so that a fence can part them: exp or expFlushed of -|x|, then
 * plusLog1p. In float32 the stages are those of ../softplus.simd.ts, with the same bits.
 */
import { core32, fromDifference32, lost32 } from "../exp.simd";
import { at } from "../lanes.simd";
import { plusLog32 } from "../log1p.simd";
import { exp } from "./exp.simd";
import { zero } from "./log.simd";
import { plusLog1p } from "./log1p.simd";

/** softplus(x) for all x. */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  return plusLog1p(f64x2.pmax(x, at(zero)), exp(f64x2.neg(f64x2.abs(x))));
}

/** float32: 1 - e^-r, 0 <= r + n*ln2. */
// @ts-ignore: decorator
@inline
export function fall_32(r: v128): v128 {
  return core32(r);
}

/** float32: t = 2^-n * (1 - d). */
// @ts-ignore: decorator
@inline
export function fallen_32(m: v128, d: v128): v128 {
  return fromDifference32(m, d);
}

/** float32: what fallen_32 has lost to rounding. */
// @ts-ignore: decorator
@inline
export function lost_32(m: v128, d: v128): v128 {
  return lost32(m, d);
}

/** float32: max + log1p(t + tLow), 0 <= t <= 1. */
// @ts-ignore: decorator
@inline
export function plusLog1p_32(max: v128, t: v128, tLow: v128): v128 {
  return plusLog32(max, t, tLow);
}
