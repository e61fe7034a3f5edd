/*
 * Tables: softplus and sigmoid by a polynomial for every 1/32 of x.
 *
 *   f(x) = f(n) + f'(n) r + f''(n)/2 r^2 + ... ,   n = rint(32 x) / 32,   r = x - n,   |r| <= 1/64
 *
 *   used by                     row of     terms                           error beside the last rounding
 *   softplus64, sigmoid64       either     f(n) as high + low, r to r^6    2^-4 ULP: f(n), and low + r f'(n) ... < 2^-5 f(n)
 *   softplusWithGrad64          both       the same                        the same
 *   softplusWithGrad32, quick   softplus   f(n), r to r^5; its derivative  2^-37.7 of sigmoid
 *
 * For float64, two rows to zip are 5 cycles an element, where e^-|x| and log1p (exp.simd.ts,
 * log1p.simd.ts) take 13. For softplusWithGrad32 one row serves both results. A table has 2048 rows,
 * n = -32 to 31.97, of eight float64, one line of most caches; of its 128 KiB, normal(0, 4) uses 32.
 * scalar has no tables: they would be most of its first call.
 *
 * An instance fills the tables of its memory before its first block. Where instances share a memory,
 * each writes what the others do, so none reads anything else.
 */
import { aboveLow, below, belowLow, fraction, quotient } from "./exp.simd";
import { at, low, madd } from "./lanes.simd";
import { log1pOf, withMax } from "./log1p.simd";

/** Rows of a table; as many for n < 0 as for n >= 0. */
// @ts-ignore: decorator
@inline
const rows: i32 = 2048;

/** Two to this are the bytes of a row. */
// @ts-ignore: decorator
@inline
export const rowSize: i32 = 6;

/** Where they begin: after the tiles of engines/wasm/runner.ts, whose `heapStart` comes after them. */
// @ts-ignore: decorator
@inline
export const softplusTable: usize = 0x20000;
// @ts-ignore: decorator
@inline
const sigmoidTable: usize = 0x40000;

/** From a row of softplus to that of sigmoid. */
// @ts-ignore: decorator
@inline
export const toSigmoid: usize = sigmoidTable - softplusTable;

/** 1.5 * 2^47 + 96: a sum with it is a multiple of 1/32, and 64 times its last bits the place of a row. */
const shift = pair("0x1.8000000000cp+47");
/** The sum for the first row. */
const bottom = pair("0x1.80000000008p+47");
/** The same in float32, at 2^18. */
const shift32 = quad("0x1.8018p+18");
const bottom32 = quad("0x1.801p+18");

/** The bits that number the rows. */
const rowBits = memory.data<i64>([2047, 2047], 16);
const rowBits32 = memory.data<i32>([2047, 2047, 2047, 2047], 16);

let filled = false;

/**
 * Fills both tables, once. The derivatives are polynomials in s = sigmoid(n): with u = s (1 - s) and
 * w = 1 - 2s, s' = u, u' = u w and w' = -2u.
 */
export function fill(): void {
  if (filled) return;
  for (let row = 0; row < rows; row++) {
    const n = <f64> (row - rows / 2) / 32;
    const above = fraction(f64x2.splat(Math.abs(n)), f64x2.splat(0));
    const upper = aboveLow;
    const under = below;
    const underLow = belowLow;
    const s = f64x2.extract_lane(quotient(above, upper, under, underLow, f64x2.splat(n)), 0);
    const sLow = f64x2.extract_lane(low, 0);
    const log = log1pOf(above, upper, under, underLow);
    const sum = f64x2.extract_lane(withMax(f64x2.splat(Math.max(n, 0)), log, low), 0);
    const rest = f64x2.extract_lane(low, 0);
    const y = sum + rest;
    const yLow = (sum - y) + rest;
    const u = s * (1 - s);
    const w = 1 - 2 * s;
    const c2 = u / 2;
    const c3 = u * w / 6;
    const c4 = u * (1 - 6 * u) / 24;
    const c5 = u * w * (1 - 12 * u) / 120;
    const c6 = u * (1 - u * (30 - 120 * u)) / 720;
    const c7 = u * w * (1 - u * (60 - 360 * u)) / 5040;
    const c8 = u * (1 - u * (126 - u * (1680 - 5040 * u))) / 40320;
    const to = row << rowSize;
    writeRow(softplusTable + to, y, yLow, s, c2, c3, c4, c5, c6, c7);
    writeRow(sigmoidTable + to, s, sLow, 2 * c2, 3 * c3, 4 * c4, 5 * c5, 6 * c6, 7 * c7, 8 * c8);
  }
  filled = true;
}

/**
 * Writes a row: high, c1 to c6, low. c1, c3 and c5 take over what c7 r^7 contributes: by Chebyshev's
 * T7, r^7 = 7/4 h^2 r^5 - 7/8 h^4 r^3 + 7/64 h^6 r within h^7/64, for |r| <= h = 1/64.
 */
function writeRow(
  to: usize,
  high: f64,
  rest: f64,
  c1: f64,
  c2: f64,
  c3: f64,
  c4: f64,
  c5: f64,
  c6: f64,
  c7: f64,
): void {
  store<f64>(to, high);
  store<f64>(to, c1 + c7 * hex("0x1.cp-40"), 8);
  store<f64>(to, c2, 16);
  store<f64>(to, c3 - c7 * hex("0x1.cp-25"), 24);
  store<f64>(to, c4, 32);
  store<f64>(to, c5 + c7 * hex("0x1.cp-12"), 40);
  store<f64>(to, c6, 48);
  store<f64>(to, rest, 56);
}

/** x rounded to a multiple of 1/32, plus `shift`. */
// @ts-ignore: decorator
@inline
export function shifted(x: v128): v128 {
  return f64x2.add(x, at(shift));
}

/** The number of the row of k = shifted(x) and, where there is none or x is NaN, bits above. */
// @ts-ignore: decorator
@inline
export function rowOf(k: v128): v128 {
  return i64x2.sub(k, at(bottom));
}

/** Whether rowOf gave bits above, of results that `v128.or` has joined. */
// @ts-ignore: decorator
@inline
export function isOutside(joined: v128): bool {
  return v128.any_true(v128.andnot(joined, at(rowBits)));
}

/** All bits set in each lane of k = shifted(x) that has a row. */
// @ts-ignore: decorator
@inline
export function isInside(k: v128): v128 {
  return i64x2.eq(v128.andnot(rowOf(k), at(rowBits)), i64x2.splat(0));
}

/** r = x - n of k = shifted(x). */
// @ts-ignore: decorator
@inline
export function offset(x: v128, k: v128): v128 {
  return f64x2.sub(x, f64x2.sub(k, at(shift)));
}

/** float32: as `shifted`. */
// @ts-ignore: decorator
@inline
export function shifted32(x: v128): v128 {
  return f32x4.add(x, at(shift32));
}

/** float32: as `rowOf`. */
// @ts-ignore: decorator
@inline
export function rowOf32(k: v128): v128 {
  return i32x4.sub(k, at(bottom32));
}

/** float32: as `isOutside`. */
// @ts-ignore: decorator
@inline
export function isOutside32(joined: v128): bool {
  return v128.any_true(v128.andnot(joined, at(rowBits32)));
}

/** float32: as `offset`. */
// @ts-ignore: decorator
@inline
export function offset32(x: v128, k: v128): v128 {
  return f32x4.sub(x, f32x4.sub(k, at(shift32)));
}

/** Where the row of lane 0 of k = shifted(x) begins in the table of softplus. */
// @ts-ignore: decorator
@inline
export function start0(k: v128): usize {
  return i32x4.extract_lane(i32x4.shl(k, rowSize), 0);
}

/** Where the row of lane 1 begins. */
// @ts-ignore: decorator
@inline
export function start1(k: v128): usize {
  return i32x4.extract_lane(i32x4.shl(k, rowSize), 2);
}

/** As start0; any row of the table where there is none. */
// @ts-ignore: decorator
@inline
export function safeStart0(k: v128): usize {
  return start0(v128.or(v128.and(k, at(rowBits)), at(bottom)));
}

/** As start1; any row of the table where there is none. */
// @ts-ignore: decorator
@inline
export function safeStart1(k: v128): usize {
  return start1(v128.or(v128.and(k, at(rowBits)), at(bottom)));
}

/** The polynomials of the rows at p and q, at r. */
// @ts-ignore: decorator
@inline
export function valueOf(p: usize, q: usize, r: v128): v128 {
  const p0 = v128.load(p);
  const q0 = v128.load(q);
  return f64x2.add(firsts(p0, q0), restOf(p, q, seconds(p0, q0), r));
}

/**
 * What the polynomials of the rows at p and q have at r beside their first numbers, the high parts: below
 * 2^-5 of these. c1 holds their second numbers.
 */
// @ts-ignore: decorator
@inline
export function restOf(p: usize, q: usize, c1: v128, r: v128): v128 {
  const p2 = v128.load(p, 16);
  const q2 = v128.load(q, 16);
  const p4 = v128.load(p, 32);
  const q4 = v128.load(q, 32);
  const p6 = v128.load(p, 48);
  const q6 = v128.load(q, 48);
  const c45 = madd(r, madd(r, firsts(p6, q6), seconds(p4, q4)), firsts(p4, q4));
  const c23 = madd(r, madd(r, c45, seconds(p2, q2)), firsts(p2, q2));
  return madd(r, madd(r, c23, c1), seconds(p6, q6));
}

/** Lane 0 of two vectors. */
// @ts-ignore: decorator
@inline
export function firsts(p: v128, q: v128): v128 {
  return v128.shuffle<i64>(p, q, 0, 2);
}

/** Lane 1 of two vectors. */
// @ts-ignore: decorator
@inline
export function seconds(p: v128, q: v128): v128 {
  return v128.shuffle<i64>(p, q, 1, 3);
}
