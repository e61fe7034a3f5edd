/*
 * softplus in float64: log(1 + e^x), the twin of softplus64 in softplus.ts on vectors.
 *
 *   range of beta*x      expression                         why
 *   |x| < 32             a polynomial for each 1/32         beta = 1 or -1: table.simd.ts
 *   |beta x| > 700       e^x rounded once, or x             lane by lane; NaN as well
 *   otherwise            max + log1p(e^-|x|)                carried as high + low
 *
 * Ranges are as in softplus.simd.ts; a block is four vectors. One element that needs care sends its block
 * to a path for it, where every other has the same bits as in the loop.
 */
import { aboveLow, below, belowLow, expTiny, fraction } from "./exp.simd";
import { at, fence, low } from "./lanes.simd";
import { beyond2s, halfRatio, withMax } from "./log1p.simd";
import { betaTimes, setFactor } from "./ranges.simd";
import { logOf } from "./softplus.simd";
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
  valueOf,
} from "./table.simd";

const limit64 = pair("0x1.5ep+9"); // 700

/** float64, for any beta. A negative one is -softplus(-x; -beta). */
export function softplus64(src: usize, dst: usize, begin: u32, end: u32, beta: f64): void {
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
    const y$$ = valueOf(start0(k$$), start1(k$$), offset(x$$, k$$));
    v128.store(to, v128.xor(y$$, sign), 16 * $$);
  }
}

/** A float64 block for all x. */
function mixed64(from: usize, to: usize, beta: f64): void {
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  const x$$ = v128.xor(v128.load(from, 16 * $$), sign);
  const k$$ = shifted(x$$);
  const y$$ = valueOf(safeStart0(k$$), safeStart1(k$$), offset(x$$, k$$));
  wide64(from, to, beta);
  v128.store(to, v128.bitselect(v128.xor(y$$, sign), v128.load(to, 16 * $$), isInside(k$$)), 16 * $$);
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
  const s$$ = halfRatio(above$$, aboveLow$$, below$$, belowLow$$);
  const twiceLow$$ = low;
  fence(from, to);
  const rest$$ = beyond2s(s$$, twiceLow$$);
  const y$$ = f64x2.add(withMax(f64x2.pmax(x$$, f64x2.splat(0)), f64x2.add(s$$, s$$), rest$$), low);
  v128.store(to, v128.xor(y$$, sign), 16 * $$);
}

/** float64 for all x and any beta, so many bytes. */
function careful64(from: usize, to: usize, bytes: usize, beta: f64): void {
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  const divisor = Math.abs(beta);
  const plain = divisor == 1;
  const by = f64x2.splat(divisor);
  setFactor(divisor);
  for (let k: usize = 0; k < bytes; k += 16) {
    const x = v128.xor(v128.load(from + k), sign);
    const product = betaTimes(x, plain);
    const rest = v128.xor(low, v128.and(product, f64x2.splat(-0.0)));
    const log = logOf(f64x2.abs(product), rest);
    const y = rounded(f64x2.pmax(x, f64x2.splat(0)), log, low, plain, by);
    v128.store(to + k, v128.xor(y, sign));
    if (!i64x2.all_true(f64x2.le(f64x2.abs(product), at(limit64)))) {
      outside(x, product, rest, y, divisor, sign, to + k);
    }
  }
}

/** max + (log + logLow) / beta, rounded; where beta is 1, once. */
// @ts-ignore: decorator
@inline
export function rounded(max: v128, log: v128, logLow: v128, plain: bool, by: v128): v128 {
  return plain
    ? f64x2.add(withMax(max, log, logLow), low)
    : f64x2.add(max, f64x2.add(f64x2.div(log, by), f64x2.div(logLow, by)));
}

/** Writes softplus where |beta x| > 700 or NaN, y elsewhere. */
export function outside(
  x: v128,
  product: v128,
  rest: v128,
  y: v128,
  divisor: f64,
  sign: v128,
  to: usize,
): void {
  const y0 = outside1(
    f64x2.extract_lane(x, 0),
    f64x2.extract_lane(product, 0),
    f64x2.extract_lane(rest, 0),
    f64x2.extract_lane(y, 0),
    divisor,
  );
  const y1 = outside1(
    f64x2.extract_lane(x, 1),
    f64x2.extract_lane(product, 1),
    f64x2.extract_lane(rest, 1),
    f64x2.extract_lane(y, 1),
    divisor,
  );
  v128.store(to, v128.xor(f64x2.replace_lane(f64x2.splat(y0), 1, y1), sign));
}

/** float64 softplus(x; divisor) for |beta x| > 700 and NaN; y where it is not. */
function outside1(x: f64, product: f64, rest: f64, y: f64, divisor: f64): f64 {
  return product > 700 ? x : product < -700 ? expTiny(-product, rest, divisor) : x == x ? y : x;
}
