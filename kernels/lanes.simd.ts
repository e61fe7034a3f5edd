/*
 * What every SIMD kernel stands on. A `*.simd.ts` file is AssemblyScript: TypeScript's syntax with
 * machine types. v128 holds four float32 or two float64.
 *
 * Constants. V8 makes a v128 constant anew at every use, in three instructions or more; a load from
 * a fixed address is one, and needs no bounds check. So `quad("0x1.8p+0")`, four times that
 * float32, and `pair("0x1.8p+0")`, twice that float64, stand for the address of a constant in the
 * module's first pages, and `at` reads it. `deno task build` turns both into memory.data.
 *
 * Builds. FUSED says that relaxed madd rounds once, as hardware FMA does. The engine tries what
 * the machine does before it takes the fused build; the plain build runs everywhere else. Both are
 * exact where exactness is claimed, and both keep the stated bounds.
 */

/** The constant that `quad` or `pair` stands for. */
// @ts-ignore: decorator
@inline
export function at(address: usize): v128 {
  return v128.load(address);
}

/** a*b + c, float32. */
// @ts-ignore: decorator
@inline
export function madd32(a: v128, b: v128, c: v128): v128 {
  return FUSED ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** c - a*b, float32. */
// @ts-ignore: decorator
@inline
export function nmadd32(a: v128, b: v128, c: v128): v128 {
  return FUSED ? f32x4.relaxed_nmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
}

/** a*b + c, float64. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return FUSED ? f64x2.relaxed_madd(a, b, c) : f64x2.add(f64x2.mul(a, b), c);
}

/** c - a*b, float64. */
// @ts-ignore: decorator
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  return FUSED ? f64x2.relaxed_nmadd(a, b, c) : f64x2.sub(c, f64x2.mul(a, b));
}

/** All bits of a float64 but the last 27. */
const headBits = memory.data<i64>([-0x8000000, -0x8000000], 16);

/** The first 26 bits of each float64: products of heads and rests are exact, or nearly so. */
// @ts-ignore: decorator
@inline
export function head(a: v128): v128 {
  return v128.and(a, at(headBits));
}

/** Lanes 0 and 1 of a float32 vector, as float64. */
// @ts-ignore: decorator
@inline
export function lowHalf(a: v128): v128 {
  return f64x2.promote_low_f32x4(a);
}

/** Lanes 2 and 3 of a float32 vector, as float64. */
// @ts-ignore: decorator
@inline
export function highHalf(a: v128): v128 {
  return f64x2.promote_low_f32x4(i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
}

/** Two float64 vectors rounded to one of float32. */
// @ts-ignore: decorator
@inline
export function narrow(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 2);
}

/** The rest of the last pair (see arithmetic.ts): a second return value. */
export let low: v128 = f64x2.splat(0);

/** Sets the rest. */
// @ts-ignore: decorator
@inline
export function setLow(rest: v128): void {
  low = rest;
}

/** a*b as a pair; the exact rest is in `low`. */
// @ts-ignore: decorator
@inline
export function multiply(a: v128, b: v128): v128 {
  const high = f64x2.mul(a, b);
  low = lost(a, b, high);
  return high;
}

/** What high = a*b, rounded, has lost. */
// @ts-ignore: decorator
@inline
export function lost(a: v128, b: v128, high: v128): v128 {
  if (FUSED) return f64x2.neg(nmadd(a, b, high));
  const aHead = head(a);
  const aRest = f64x2.sub(a, aHead);
  const bHead = head(b);
  const bRest = f64x2.sub(b, bHead);
  return f64x2.add(
    f64x2.add(
      f64x2.add(f64x2.sub(f64x2.mul(aHead, bHead), high), f64x2.mul(aHead, bRest)),
      f64x2.mul(aRest, bHead),
    ),
    f64x2.mul(aRest, bRest),
  );
}

/** t - q*d without its rounding error, for q = t/d rounded. */
// @ts-ignore: decorator
@inline
export function remainder(t: v128, q: v128, d: v128): v128 {
  if (FUSED) return nmadd(q, d, t);
  const qHead = head(q);
  const qRest = f64x2.sub(q, qHead);
  const dHead = head(d);
  const dRest = f64x2.sub(d, dHead);
  return f64x2.sub(
    f64x2.sub(
      f64x2.sub(f64x2.sub(t, f64x2.mul(qHead, dHead)), f64x2.mul(qHead, dRest)),
      f64x2.mul(qRest, dHead),
    ),
    f64x2.mul(qRest, dRest),
  );
}

/**
 * Keeps what is written before it before what is written after it. The optimiser would move every
 * step next to its use, vector by vector; a processor that looks 500 steps ahead then sees few long
 * chains where it could see many short ones. A store stops that: constants are loads, and loads do
 * not pass it. It goes where the block's results will go, so that threads may share a memory, and
 * writes what leaves a block that is computed in place as it was.
 */
// @ts-ignore: decorator
@inline
export function fence(from: usize, to: usize): void {
  store<i32>(to, load<i32>(from));
}
