/*
 * softplus and sigmoid in float64 in one pass, in the steps of softplus64.simd.ts and sigmoid.simd.ts, so to
 * the same bits.
 */
import { aboveLow, below, belowLow, fraction, quotient } from "./exp.simd";
import { at, fence, low } from "./lanes.simd";
import { beyond2s, halfRatio, log1pOf, withMax } from "./log1p.simd";
import { betaTimes, setFactor } from "./ranges.simd";
import { outside as sigmoidOutside } from "./sigmoid.simd";
import { outside as softplusOutside, rounded } from "./softplus64.simd";
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

const limit64 = pair("0x1.5ep+9"); // 700

/** float64, for any beta. */
export function softplusWithGrad64(
  src: usize,
  value: usize,
  slope: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  if (Math.abs(beta) != 1) {
    careful64(src + (begin << 3), value + (begin << 3), slope + (begin << 3), (end - begin) << 3, beta);
    return;
  }
  fill();
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  for (let i = begin; i < end; i += 8) {
    const from = src + (i << 3);
    const to = value + (i << 3);
    const to2 = slope + (i << 3);
    let rows = i64x2.splat(0);
    const x$$ = v128.xor(v128.load(from, 16 * $$), sign);
    const k$$ = shifted(x$$);
    rows = v128.or(rows, rowOf(k$$));
    if (isOutside(rows)) {
      mixed64(from, to, to2, beta);
      continue;
    }
    const r$$ = offset(x$$, k$$);
    const p$$ = start0(k$$);
    const q$$ = start1(k$$);
    const y$$ = valueOf(p$$, q$$, r$$);
    v128.store(to, v128.xor(y$$, sign), 16 * $$);
    v128.store(to2, valueOf(p$$ + toSigmoid, q$$ + toSigmoid, r$$), 16 * $$);
  }
}

/** A float64 block for all x. */
function mixed64(from: usize, to: usize, to2: usize, beta: f64): void {
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  const x$$ = v128.xor(v128.load(from, 16 * $$), sign);
  const k$$ = shifted(x$$);
  const r$$ = offset(x$$, k$$);
  const p$$ = safeStart0(k$$);
  const q$$ = safeStart1(k$$);
  const y$$ = valueOf(p$$, q$$, r$$);
  const g$$ = valueOf(p$$ + toSigmoid, q$$ + toSigmoid, r$$);
  wide64(from, to, to2, beta);
  const inside$$ = isInside(k$$);
  v128.store(to, v128.bitselect(v128.xor(y$$, sign), v128.load(to, 16 * $$), inside$$), 16 * $$);
  v128.store(to2, v128.bitselect(g$$, v128.load(to2, 16 * $$), inside$$), 16 * $$);
}

/** A float64 block without the table. */
function wide64(from: usize, to: usize, to2: usize, beta: f64): void {
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  let within = i64x2.splat(-1);
  const x$$ = v128.xor(v128.load(from, 16 * $$), sign);
  within = v128.and(within, f64x2.le(f64x2.abs(x$$), at(limit64)));
  if (!i64x2.all_true(within)) {
    careful64(from, to, to2, 64, beta);
    return;
  }
  const above$$ = fraction(f64x2.abs(x$$), f64x2.splat(0));
  const aboveLow$$ = aboveLow;
  const below$$ = below;
  const belowLow$$ = belowLow;
  fence(from, to);
  const q$$ = quotient(above$$, aboveLow$$, below$$, belowLow$$, x$$);
  v128.store(to2, f64x2.add(q$$, low), 16 * $$);
  const s$$ = halfRatio(above$$, aboveLow$$, below$$, belowLow$$);
  const twiceLow$$ = low;
  fence(from, to);
  const rest$$ = beyond2s(s$$, twiceLow$$);
  const y$$ = f64x2.add(withMax(f64x2.pmax(x$$, f64x2.splat(0)), f64x2.add(s$$, s$$), rest$$), low);
  v128.store(to, v128.xor(y$$, sign), 16 * $$);
}

/** float64 for all x and any beta, so many bytes. */
function careful64(from: usize, to: usize, to2: usize, bytes: usize, beta: f64): void {
  const sign = v128.and(f64x2.splat(beta), f64x2.splat(-0.0));
  const divisor = Math.abs(beta);
  const plain = divisor == 1;
  const by = f64x2.splat(divisor);
  setFactor(divisor);
  for (let k: usize = 0; k < bytes; k += 16) {
    const x = v128.xor(v128.load(from + k), sign);
    const product = betaTimes(x, plain);
    const rest = v128.xor(low, v128.and(product, f64x2.splat(-0.0)));
    const above = fraction(f64x2.abs(product), rest);
    const q = quotient(above, aboveLow, below, belowLow, product);
    const g = f64x2.add(q, low);
    const log = log1pOf(above, aboveLow, below, belowLow);
    const y = rounded(f64x2.pmax(x, f64x2.splat(0)), log, low, plain, by);
    v128.store(to + k, v128.xor(y, sign));
    v128.store(to2 + k, g);
    if (!i64x2.all_true(f64x2.le(f64x2.abs(product), at(limit64)))) {
      sigmoidOutside(product, rest, g, to2 + k);
      softplusOutside(x, product, rest, y, divisor, sign, to + k);
    }
  }
}
