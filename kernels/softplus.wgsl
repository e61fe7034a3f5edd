// softplus(x) = log(1 + e^x) = max(x, 0) + log1p(e^-|x|)
//
// With beta: log(1 + e^(beta x)) / beta, the same expression with beta*x for x, divided by beta.
// beta = -1 gives logSigmoid(x) = -softplus(-x), so that function needs no kernel of its own.
//
//   range of beta*x   expression                          integer part     unit    float part
//   |x| <= 0.875       ln2 + x/2 + x^2*C(x^2)              ln2 + x/2        2^-31   <= 0.07
//   x < -0.875         2^-n * (1 + r + r^2*E - e^r*rest)   1 + r            2^-31   <= 0.28
//   x > 0.875          x + (t - t*rest)                   x                2^-27   <= 0.39
//   x >= 16           x                                   log1p(t) < 2^-23, half a unit of x = 2^-21
//
// A float part has a relative error of a few 2^-24; that, times its share of the result, is what
// the result adds to the 0.5 ULP of its one rounding. C: even part of the series about 0, degree 4,
// 2^-35; tools/derive/wgsl.sollya. The bounds: kernels/bounds.ts.

const identity = 16.0;
const centre = 0.875;
/** ln2 in units of 2^-31. */
const ln2Fixed = 1488522236u;

// minimax of (log(1 + e^x) - ln2 - x/2) / x^2 in z = x^2
const c0 = 0x1p-3f;
const c1 = -0x1.555534p-8f;
const c2 = 0x1.6c0312p-12f;
const c3 = -0x1.b6127cp-16f;
const c4 = 0x1.e32b12p-20f;

/** softplus of +-m (-104 <= x < 16) with e = e^-m. */
fn softplusScaled(m: Magnitude, negative: bool, e: Exponential) -> Scaled {
  let rest = log1pRest(e);
  var whole = 0x80000000u + bitcast<u32>(e.r >> 1u);
  var part = ((e.curve - e.q * rest) - rest) * 0x1p31f;
  var exponent = -i32(e.n);
  if (!negative) {
    whole = m.fixed25 << 2u;
    part = (e.t - e.t * rest) * 0x1p27f;
    exponent = 4;
  }
  if (m.a <= centre) {
    let half = m.fixed32 >> 2u;
    whole = select(ln2Fixed + half, ln2Fixed - half, negative);
    let z = m.a * m.a;
    part = z * (c0 + z * (c1 + z * (c2 + z * (c3 + z * c4)))) * 0x1p31f;
    exponent = 0;
  }
  return Scaled(whole + bitcast<u32>(i32(part)), exponent);
}

/** The end of softplus(x; beta) for x of the format, where e^-|beta*x| is there already. */
fn softplusFrom(x: u32, m: Magnitude, e: Exponential) -> u32 {
  let negative = (x & signBit) != 0u;
  let bits = x & ~signBit;
  if (bits > largest) { return quietNan; }
  if (!negative && (m.a >= identity || bits == largest)) { return x; }
  if (bits == largest) { return 0u; }
  return round(overBeta(softplusScaled(m, negative, e)));
}

/** softplus(x; beta), bits to bits. */
fn softplus(x: u32) -> u32 {
  let z = orient(x);
  let m = magnitude(widen(z));
  return orient(softplusFrom(z, m, expNegative(m)));
}
