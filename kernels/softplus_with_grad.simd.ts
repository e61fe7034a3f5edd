/*
 * softplusWithGrad(x) = { value: softplus(x), grad: sigmoid(x) } in one pass, the twin of
 * softplus_with_grad.ts on vectors: both come from one e^-|x| or one polynomial, to the bits of the
 * two kernels.
 *
 * float32 fast: sigmoid32Fast wants e^-x, which is 1/t where x < 0. The reduced arguments of x and
 * |x| differ in nothing but their sign, so e^-x costs three more operations on the same parts of
 * the polynomial, and no bit differs from sigmoid32Fast.
 *
 * float32 exact: where a block passes the rounding test, both results are the correctly rounded
 * ones, however the quick phase came to them. For |x| < 32 one row of table.simd.ts gives both: the
 * sums that Horner's scheme leaves for the value make its derivative by Horner's scheme again. So
 * this takes less than two thirds of the time of both kernels. In other blocks numerator and
 * denominator of e^-|x| serve both.
 *
 * float64 is in softplus_with_grad64.simd.ts.
 */
import {
  aboveOf,
  below,
  even,
  even32,
  fromDifference32,
  joined32,
  lost32,
  odd32,
  one32,
  onePlus32,
  reduced32,
  reducedHalf,
  scaled32,
  scaledHalf,
} from "./exp.simd";
import { at, fence, highHalf, lowHalf, madd, narrow } from "./lanes.simd";
import { plusLog, plusLog32 } from "./log1p.simd";
import { blockSize, isBeyond, signMask32 } from "./ranges.simd";
import { fastOf as sigmoidFastOf, quick as quickSigmoid, settledSigmoid } from "./sigmoid.simd";
import {
  fastOf as softplusFastOf,
  quick as quickSoftplus,
  quickBeta,
  settled,
} from "./softplus.simd";
import {
  fill,
  firsts,
  isOutside32,
  offset32,
  rowOf32,
  rowSize,
  seconds,
  shifted32,
  softplusTable,
} from "./table.simd";
import { distance, undecided, undecidedTiny } from "./undecided.simd";

/** float32, for beta = 1 or -1, the bounds are in kernels/bounds.ts. */
export function softplusWithGrad32Fast(
  src: usize,
  value: usize,
  slope: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  const sign = signMask32(beta);
  for (let i = begin; i < end; i += blockSize) {
    const from = src + (i << 2);
    const to = value + (i << 2);
    const to2 = slope + (i << 2);
    let largest = i32x4.splat(0);
    const x$ = v128.xor(v128.load(from, 16 * $), sign);
    const a$ = f32x4.abs(x$);
    largest = i32x4.max_s(largest, a$);
    if (isBeyond(largest)) {
      carefulFast(from, to, to2, sign);
      continue;
    }
    const m$ = scaled32(a$);
    const r$ = reduced32(a$, m$);
    fence(from, to);
    const square$ = f32x4.mul(r$, r$);
    const even$ = even32(square$);
    const odd$ = odd32(square$);
    const d$ = joined32(r$, square$, even$, odd$);
    const t$ = fromDifference32(m$, d$);
    const tLow$ = lost32(m$, d$);
    // For x: where it is negative, r and n change their signs.
    const negative$ = i32x4.shr_s(x$, 31);
    const rx$ = v128.xor(r$, i32x4.shl(negative$, 31));
    const n$ = i32x4.sub(v128.xor(i32x4.shl(m$, 23), negative$), negative$);
    const below$ = onePlus32(i32x4.sub(at(one32), n$), joined32(rx$, square$, even$, odd$));
    v128.store(to2, f32x4.div(at(one32), below$), 16 * $);
    fence(from, to);
    const y$ = plusLog32(f32x4.pmax(x$, f32x4.splat(0)), t$, tLow$);
    v128.store(to, v128.xor(y$, sign), 16 * $);
  }
}

/** A block for all x. */
function carefulFast(from: usize, to: usize, to2: usize, sign: v128): void {
  for (let k: usize = 0; k < 4 * blockSize; k += 16) {
    const x = v128.xor(v128.load(from + k), sign);
    v128.store(to + k, v128.xor(softplusFastOf(x), sign));
    v128.store(to2 + k, sigmoidFastOf(x));
  }
}

/**
 * float32, correctly rounded, for beta = 1 or -1.
 *
 * Long: AssemblyScript has no closures, and what two parts of this loop would share goes through
 * vectors that must stay in registers.
 */
export function softplusWithGrad32(
  src: usize,
  value: usize,
  slope: usize,
  begin: u32,
  end: u32,
  beta: f64,
): void {
  fill();
  const sign = signMask32(beta);
  // Where the rows are goes through memory, to come back number by number: taking lanes out of a
  // vector holds up the arithmetic. An output that is not src keeps it until the results come.
  const scratch = slope == src ? value : slope;
  for (let i = begin; i < end; i += 16) {
    const from = src + (i << 2);
    const to = value + (i << 2);
    const to2 = slope + (i << 2);
    const places = scratch + (i << 2);
    let rows = i32x4.splat(0);
    const x$$ = v128.xor(v128.load(from, 16 * $$), sign);
    const k$$ = shifted32(x$$);
    const row$$ = rowOf32(k$$);
    rows = v128.or(rows, row$$);
    if (isOutside32(rows)) {
      wide(from, to, to2, beta);
      continue;
    }
    let nearest = i32x4.splat(-1);
    const r$$ = offset32(x$$, k$$);
    v128.store(places, i32x4.shl(row$$, rowSize), 16 * $$);
    const p$$: usize = load<u32>(places, 16 * $$);
    const q$$: usize = load<u32>(places, 16 * $$ + 4);
    const ar$$ = lowHalf(r$$);
    const a5$$ = seconds(v128.load(p$$, softplusTable + 32), v128.load(q$$, softplusTable + 32));
    const a4$$ = madd(ar$$, a5$$, firsts(v128.load(p$$, softplusTable + 32), v128.load(q$$, softplusTable + 32)));
    const a3$$ = madd(ar$$, a4$$, seconds(v128.load(p$$, softplusTable + 16), v128.load(q$$, softplusTable + 16)));
    const a2$$ = madd(ar$$, a3$$, firsts(v128.load(p$$, softplusTable + 16), v128.load(q$$, softplusTable + 16)));
    const a1$$ = madd(ar$$, a2$$, seconds(v128.load(p$$, softplusTable), v128.load(q$$, softplusTable)));
    const u$$ = madd(ar$$, a1$$, firsts(v128.load(p$$, softplusTable), v128.load(q$$, softplusTable)));
    const g$$ = slopeAt(ar$$, a1$$, a2$$, a3$$, a4$$, a5$$);
    const s$$: usize = load<u32>(places, 16 * $$ + 8);
    const t$$: usize = load<u32>(places, 16 * $$ + 12);
    const br$$ = highHalf(r$$);
    const b5$$ = seconds(v128.load(s$$, softplusTable + 32), v128.load(t$$, softplusTable + 32));
    const b4$$ = madd(br$$, b5$$, firsts(v128.load(s$$, softplusTable + 32), v128.load(t$$, softplusTable + 32)));
    const b3$$ = madd(br$$, b4$$, seconds(v128.load(s$$, softplusTable + 16), v128.load(t$$, softplusTable + 16)));
    const b2$$ = madd(br$$, b3$$, firsts(v128.load(s$$, softplusTable + 16), v128.load(t$$, softplusTable + 16)));
    const b1$$ = madd(br$$, b2$$, seconds(v128.load(s$$, softplusTable), v128.load(t$$, softplusTable)));
    const v$$ = madd(br$$, b1$$, firsts(v128.load(s$$, softplusTable), v128.load(t$$, softplusTable)));
    const h$$ = slopeAt(br$$, b1$$, b2$$, b3$$, b4$$, b5$$);
    nearest = i32x4.min_u(nearest, distance(g$$, h$$));
    nearest = i32x4.min_u(nearest, distance(u$$, v$$));
    const z$$ = narrow(g$$, h$$);
    const y$$ = narrow(u$$, v$$);
    if (v128.any_true(undecided(nearest))) {
      careful(from, to, to2, beta);
      continue;
    }
    v128.store(to, v128.xor(y$$, sign), 16 * $$);
    v128.store(to2, z$$, 16 * $$);
  }
}

/**
 * quick: the derivative of c1 r + c2 r^2 + ... + c6 r^6, of the sums that Horner's scheme leaves for
 * the polynomial itself, and c6 = c5/6, which is near enough.
 */
// @ts-ignore: decorator
@inline
function slopeAt(r: v128, sum1: v128, sum2: v128, sum3: v128, sum4: v128, c5: v128): v128 {
  return madd(r, madd(r, madd(r, madd(r, madd(r, c5, c5), sum4), sum3), sum2), sum1);
}

/** A float32 block without the table; the results are the correctly rounded ones either way. */
function wide(from: usize, to: usize, to2: usize, beta: f64): void {
  const sign = signMask32(beta);
  let largest = i32x4.splat(0);
  const x$$ = v128.xor(v128.load(from, 16 * $$), sign);
  largest = i32x4.max_s(largest, f32x4.abs(x$$));
  if (isBeyond(largest)) {
    careful(from, to, to2, beta);
    return;
  }
  let nearest = i32x4.splat(-1);
  const a$$ = f64x2.abs(lowHalf(x$$));
  const am$$ = scaledHalf(a$$);
  const ar$$ = reducedHalf(a$$, am$$);
  const aR$$ = even(ar$$);
  const aAbove$$ = aboveOf(aR$$, ar$$, am$$);
  const aBelow$$ = f64x2.add(aR$$, ar$$);
  const p$$ = f64x2.div(aAbove$$, f64x2.add(aBelow$$, aAbove$$));
  const g$$ = slopeOf(lowHalf(x$$), aAbove$$, aBelow$$);
  const b$$ = f64x2.abs(highHalf(x$$));
  const bm$$ = scaledHalf(b$$);
  const br$$ = reducedHalf(b$$, bm$$);
  const bR$$ = even(br$$);
  const bAbove$$ = aboveOf(bR$$, br$$, bm$$);
  const bBelow$$ = f64x2.add(bR$$, br$$);
  const q$$ = f64x2.div(bAbove$$, f64x2.add(bBelow$$, bAbove$$));
  const h$$ = slopeOf(highHalf(x$$), bAbove$$, bBelow$$);
  nearest = i32x4.min_u(nearest, distance(g$$, h$$));
  const s$$ = narrow(g$$, h$$);
  fence(from, to);
  const u$$ = plusLog(f64x2.pmax(lowHalf(x$$), f64x2.splat(0)), p$$);
  const v$$ = plusLog(f64x2.pmax(highHalf(x$$), f64x2.splat(0)), q$$);
  nearest = i32x4.min_u(nearest, distance(u$$, v$$));
  const y$$ = narrow(u$$, v$$);
  if (v128.any_true(undecided(nearest))) {
    careful(from, to, to2, beta);
    return;
  }
  v128.store(to, v128.xor(y$$, sign), 16 * $$);
  v128.store(to2, s$$, 16 * $$);
}

/** quick: (x < 0 ? t : 1) / (1 + t) of t/2 = half / below. */
// @ts-ignore: decorator
@inline
function slopeOf(x: v128, half: v128, below: v128): v128 {
  const above = f64x2.add(half, half);
  return f64x2.div(
    v128.bitselect(above, below, f64x2.lt(x, f64x2.splat(0))),
    f64x2.add(below, above),
  );
}

/** A block for all x: subnormal results, and the accurate phase where the rounding test fails. */
function careful(from: usize, to: usize, to2: usize, beta: f64): void {
  const sign = signMask32(beta);
  for (let k: usize = 0; k < 64; k += 16) {
    const x = v128.xor(v128.load(from + k), sign);
    const y0 = quickSoftplus(lowHalf(x));
    const y1 = quickSoftplus(highHalf(x));
    const g0 = quickSigmoid(lowHalf(x));
    const g1 = quickSigmoid(highHalf(x));
    const near = v128.or(undecidedTiny(y0, y1), undecidedTiny(g0, g1));
    // Where either is near, x waits to be settled.
    v128.store(to + k, v128.bitselect(x, v128.xor(narrow(y0, y1), sign), near));
    v128.store(to2 + k, narrow(g0, g1));
    for (let lanes = i32x4.bitmask(near); lanes != 0; lanes &= lanes - 1) {
      const lane = to + k + (ctz(lanes) << 2);
      const lane2 = to2 + k + (ctz(lanes) << 2);
      const x1 = load<f32>(lane);
      store<f32>(lane, <f32> beta * settled(x1));
      store<f32>(lane2, settledSigmoid(x1));
    }
  }
}

/** float32, for any beta: float64 lanes, each result rounded once, in the steps of the two kernels. */
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
    const x0 = f64x2.mul(lowHalf(x), by);
    const x1 = f64x2.mul(highHalf(x), by);
    const y0 = f64x2.mul(quickBeta(x0), inverse);
    const y1 = f64x2.mul(quickBeta(x1), inverse);
    v128.store(value + (i << 2), narrow(y0, y1));
    v128.store(slope + (i << 2), narrow(quickSigmoid(x0), quickSigmoid(x1)));
  }
}

