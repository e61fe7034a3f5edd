/*
 * erf and erfc, of a = |x|; erf is odd, erfc(-a) = 2 - erfc(a).
 *
 *   function   lanes    a          method                                      truncation
 *   erfc       float64  all        e^-a^2 C(t) / (1 + 2a), t = (a-4)/(a+4)     2^-54.3, C of degree 21
 *   erf        float64  a < 7/8    a*S(a^2), S of degree 11                    2^-56
 *              float64  otherwise  1 - erfc(a)
 *   erf_32     float32  a < 7/8    a + a*S(a^2), S of degree 5                 2^-26.1
 *              float32  otherwise  1 - e^-G(a), G of degree 8                  2^-28.7, absolute
 *
 * a^2 is exact as two terms: the square of the first 26 bits, and the rest, which joins r after the
 * reduction. The map to t is that of M. M. Shepherd and J. G. Laframboise, "Chebyshev approximation of
 * (1 + 2x) exp(x^2) erfc x", 1981.
 */
import { at, head, madd, madd32 } from "../lanes.simd";
import { excess, exp_32, one, one32, raised, reduced, scaled } from "./exp.simd";
import { sign32 } from "./expm1.simd";
import { zero } from "./log.simd";
import { sign } from "./tanh.simd";

const two = pair("0x1p+1");
const four = pair("0x1p+2");
const minusFour = pair("-0x1p+2");
const limit = pair("0x1.b8p+4"); // 27.5: erfc is below 2^-1075
const near = pair("0x1.cp-1"); // 7/8
const near32 = quad("0x1.cp-1");
const limit32 = quad("0x1p+2"); // 4: erf is 1

const s0 = pair("0x1.20dd750429b6dp+0");
const s1 = pair("-0x1.812746b0379c6p-2");
const s2 = pair("0x1.ce2f21a0419bcp-4");
const s3 = pair("-0x1.b82ce3123d8f8p-6");
const s4 = pair("0x1.565bcd0375a61p-8");
const s5 = pair("-0x1.c02db204204b5p-11");
const s6 = pair("0x1.f9a2ea8dd4e0dp-14");
const s7 = pair("-0x1.f4cd822446b6ap-17");
const s8 = pair("0x1.b9a2db15253eap-20");
const s9 = pair("-0x1.5cf38bb6ad8a1p-23");
const s10 = pair("0x1.de1ec667f58eap-27");
const s11 = pair("-0x1.c29c6d94008dfp-31");

const c0 = pair("0x1.3ba5916e9fd7fp+0");
const c1 = pair("-0x1.1df1ad154a2a7p-3");
const c2 = pair("0x1.f7f5df66fb82p-7");
const c3 = pair("0x1.16ecefcfa6873p-4");
const c4 = pair("-0x1.9ddb23c3dbb2p-4");
const c5 = pair("0x1.7fee004dea663p-4");
const c6 = pair("-0x1.0fb06dff69a69p-4");
const c7 = pair("0x1.3079edfab3416p-5");
const c8 = pair("-0x1.096238527a68bp-6");
const c9 = pair("0x1.49c6719e08eb2p-8");
const c10 = pair("-0x1.8d4ac3a4fe585p-11");
const c11 = pair("-0x1.a1deb9c4106fep-13");
const c12 = pair("0x1.3be2ec99c67cdp-13");
const c13 = pair("-0x1.995f1aed616cfp-16");
const c14 = pair("-0x1.78f557cdaeb1bp-17");
const c15 = pair("0x1.7f25ea8e72ae1p-18");
const c16 = pair("0x1.50d78a8fe13dp-22");
const c17 = pair("-0x1.b8608cc0b1c14p-21");
const c18 = pair("0x1.dadc25904f759p-25");
const c19 = pair("0x1.b43b38dfe26c9p-24");
const c20 = pair("-0x1.14f8e2a2cfa24p-27");
const c21 = pair("-0x1.2056e82fe7d4ap-27");

const r0 = quad("0x1.06eba6p-3");
const r1 = quad("-0x1.812702p-2");
const r2 = quad("0x1.ce2036p-4");
const r3 = quad("-0x1.b6ea32p-6");
const r4 = quad("0x1.499f5cp-8");
const r5 = quad("-0x1.44aba8p-11");

const g0 = quad("-0x1.34a596p-12");
const g1 = quad("0x1.215052p+0");
const g2 = quad("0x1.4394cep-1");
const g3 = quad("0x1.c241a2p-4");
const g4 = quad("-0x1.af7d0cp-6");
const g5 = quad("0x1.3603a8p-8");
const g6 = quad("-0x1.35b952p-11");
const g7 = quad("0x1.7c7fdep-15");
const g8 = quad("-0x1.ae3a6cp-20");

/** e^-a^2, 0 <= a <= 27.5. */
// @ts-ignore: decorator
@inline
function gauss(a: v128): v128 {
  const first = head(a);
  const square = f64x2.neg(f64x2.mul(first, first));
  const rest = f64x2.mul(f64x2.sub(a, first), f64x2.add(a, first));
  const m = scaled(square);
  return raised(square, m, excess(f64x2.sub(reduced(square, m), rest)));
}

/** erfc(a), 0 <= a <= 27.5. */
// @ts-ignore: decorator
@inline
function erfcOf(a: v128): v128 {
  const t = f64x2.div(f64x2.add(a, at(minusFour)), f64x2.add(a, at(four)));
  const v = f64x2.mul(t, t);
  const d0 = madd(t, at(c1), at(c0));
  const d1 = madd(t, at(c3), at(c2));
  const d2 = madd(t, at(c5), at(c4));
  const d3 = madd(t, at(c7), at(c6));
  const d4 = madd(t, at(c9), at(c8));
  const d5 = madd(t, at(c11), at(c10));
  const d6 = madd(t, at(c13), at(c12));
  const d7 = madd(t, at(c15), at(c14));
  const d8 = madd(t, at(c17), at(c16));
  const d9 = madd(t, at(c19), at(c18));
  const d10 = madd(t, at(c21), at(c20));
  const upper = madd(v, madd(v, madd(v, madd(v, madd(v, d10, d9), d8), d7), d6), d5);
  const c = madd(v, madd(v, madd(v, madd(v, madd(v, upper, d4), d3), d2), d1), d0);
  return f64x2.mul(gauss(a), f64x2.div(c, madd(a, at(two), at(one))));
}

/** erfc(x) for all x. */
// @ts-ignore: decorator
@inline
export function erfc(x: v128): v128 {
  const y = erfcOf(f64x2.pmin(f64x2.abs(x), at(limit)));
  return v128.bitselect(f64x2.sub(at(two), y), y, f64x2.lt(x, at(zero)));
}

/** erf(x) for all x. */
// @ts-ignore: decorator
@inline
export function erf(x: v128): v128 {
  const a = f64x2.pmin(f64x2.abs(x), at(limit));
  const z = f64x2.mul(a, a);
  const upper = madd(z, madd(z, madd(z, madd(z, madd(z, at(s11), at(s10)), at(s9)), at(s8)), at(s7)), at(s6));
  const lower = madd(z, madd(z, madd(z, madd(z, upper, at(s5)), at(s4)), at(s3)), at(s2));
  const inner = f64x2.mul(a, madd(z, madd(z, lower, at(s1)), at(s0)));
  const y = v128.bitselect(inner, f64x2.sub(at(one), erfcOf(a)), f64x2.lt(a, at(near)));
  return v128.or(y, v128.and(x, at(sign)));
}

/** float32: erf(x) for all x. */
// @ts-ignore: decorator
@inline
export function erf_32(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), at(limit32));
  const z = f32x4.mul(a, a);
  const r15 = madd32(z, madd32(z, madd32(z, madd32(z, at(r5), at(r4)), at(r3)), at(r2)), at(r1));
  const inner = madd32(a, madd32(z, r15, at(r0)), a);
  const g48 = madd32(a, madd32(a, madd32(a, madd32(a, at(g8), at(g7)), at(g6)), at(g5)), at(g4));
  const g = madd32(a, madd32(a, madd32(a, madd32(a, g48, at(g3)), at(g2)), at(g1)), at(g0));
  const outer = f32x4.sub(at(one32), exp_32(f32x4.neg(g)));
  const y = v128.bitselect(outer, inner, f32x4.ge(a, at(near32))); // NaN takes inner;
  return v128.or(y, v128.and(x, at(sign32)));
}
