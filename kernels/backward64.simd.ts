/*
 * The backward passes in float64: upstream times the derivative, formed before the one rounding, the twin
 * of backward.ts on vectors. sigmoidGrad is sigmoidBackward with 1 for upstream: `ones` in its place, a
 * mask that keeps the address there.
 *
 *   range of beta*x      expression                                why
 *   |x| < 32             upstream * (high + low) of the table      beta = 1 or -1
 *   otherwise            upstream * (high + low) of the fraction   |beta x| <= 700
 *   product near 0, |beta x| > 700, NaN, Infinity                  lane by lane, at a safe scale
 *
 * Ranges and blocks are as in softplus64.simd.ts. dst may be src or upstream.
 */
import {
  aboveLow,
  below,
  belowLow,
  exponent,
  exponentOf,
  expScaled,
  fraction,
  ldexp,
  ldexpRounded,
  quotient,
} from "./exp.simd";
import { at, lost, low, madd } from "./lanes.simd";
import { betaTimes, setFactor } from "./ranges.simd";
import { limit64 } from "./sigmoid.simd";
import { gradHigh, gradLow, gradOf } from "./sigmoid_grad.simd";
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

const ones64 = memory.data<f64>([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 16);
const smallest = pair("0x1p-850");
const infinity = memory.data<i64>([0x7ff0000000000000, 0x7ff0000000000000], 16);

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
