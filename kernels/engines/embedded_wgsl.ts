// Made by `deno task build` from kernels/*.wgsl.
/** The WGSL text of each file in kernels/, by its name. */
export const wgsl = {
  float32: `// The format float32: one element in a word of memory.

/** Bits of the fraction, bias of the exponent. */
const digits = 23u;
const bias = 127;
const signBit = 0x80000000u;
/** Infinity of the format: what is beyond its largest number. */
const largest = 0x7f800000u;
const quietNan = 0x7fc00000u;
/** Elements in a word. */
const lanes = 1u;

/** A float of the format as float32, exactly. */
fn widen(x: u32) -> u32 {
  return x;
}
`,
  float16: `// The format float16: two elements in a word of memory.
//
// It needs no shader-f16: elements are taken apart and put together as integers, and the arithmetic
// between is that of float32, whose error of 2^-25 moves none of the 65,536 results.

/** Bits of the fraction, bias of the exponent. */
const digits = 10u;
const bias = 15;
const signBit = 0x8000u;
/** Infinity of the format: what is beyond its largest number. */
const largest = 0x7c00u;
const quietNan = 0x7e00u;
/** Elements in a word. */
const lanes = 2u;

/** A float of the format as float32, exactly. */
fn widen(x: u32) -> u32 {
  let sign = (x & signBit) << 16u;
  let magnitude = x & 0x7fffu;
  if (magnitude >= largest) { return sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13u); }
  if (magnitude >= 0x400u) { return sign | ((magnitude << 13u) + 0x38000000u); }
  if (magnitude == 0u) { return sign; }
  let zeros = countLeadingZeros(magnitude); // subnormal: 22 to 31
  return sign | (((134u - zeros) << 23u) + (((magnitude << zeros) & 0x7fffffffu) >> 8u));
}
`,
  arithmetic: `// Arithmetic that no WGSL compiler may loosen: the value of a result travels in integers, floats
// carry only its small corrections.
//
// WGSL lets an implementation reassociate and fuse float operations, flush subnormals, assume that
// NaN and Infinity do not occur, and divide with an error of 2.5 ULP. So x arrives as bits, sums
// whose low digits matter are sums of fixed-point integers, and results are rounded here, subnormal
// ones too. 2^-32 as a unit means: the integer k stands for k * 2^-32.

/** A positive number: significand * 2^(exponent - 31). The significand is not 0. */
struct Scaled {
  significand: u32,
  exponent: i32,
}

const infinity = 0x7f800000u;

/** The high word of a * b, at most 2 too small. */
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let aHead = a >> 16u;
  let aRest = a & 0xffffu;
  let bHead = b >> 16u;
  let bRest = b & 0xffffu;
  return aHead * bHead + ((aHead * bRest) >> 16u) + ((aRest * bHead) >> 16u);
}

/** The product of two numbers, relative error below 2^-29. */
fn multiply(a: Scaled, b: Scaled) -> Scaled {
  return Scaled(multiplyHigh(a.significand, b.significand), a.exponent + b.exponent + 1);
}

/** Both words of a * b: x is the low one. */
fn multiplyWide(a: u32, b: u32) -> vec2<u32> {
  let aHead = a >> 16u;
  let aRest = a & 0xffffu;
  let bHead = b >> 16u;
  let bRest = b & 0xffffu;
  let rest = aRest * bRest;
  let cross1 = aHead * bRest;
  let cross2 = aRest * bHead;
  let carry = ((rest >> 16u) + (cross1 & 0xffffu) + (cross2 & 0xffffu)) >> 16u;
  return vec2(a * b, aHead * bHead + (cross1 >> 16u) + (cross2 >> 16u) + carry);
}

/** The bits of a positive finite float32 other than 0, with the leading bit of the significand on top. */
fn unpack(bits: u32) -> Scaled {
  let fraction = bits & 0x7fffffu;
  let field = bits >> 23u;
  let significand = select(fraction, fraction | 0x800000u, field != 0u);
  let zeros = countLeadingZeros(significand);
  return Scaled(significand << zeros, i32(max(field, 1u)) - 119 - i32(zeros));
}

/** A number rounded to the format, to nearest, ties to even, as bits; Infinity beyond its largest. */
fn round(y: Scaled) -> u32 {
  let zeros = countLeadingZeros(y.significand);
  let exponent = bias + y.exponent - i32(zeros);
  // Halved, with the lost bit kept as a sticky one, so that adding half a unit does not overflow.
  let normal = y.significand << zeros;
  let half = (normal >> 1u) | (normal & 1u);
  // A subnormal result loses a bit more for each step of the exponent below 1.
  let drop = 30u - digits + u32(clamp(1 - exponent, 0, 63));
  if (drop > 31u) { return 0u; }
  if (exponent > 2 * bias) { return largest; }
  let rounded = (half + (1u << (drop - 1u)) - 1u + ((half >> drop) & 1u)) >> drop;
  // The leading bit of \`rounded\` counts one in the field of the exponent.
  return (u32(max(exponent - 1, 0)) << digits) + rounded;
}

/** a * b of two floats of the format, rounded once; NaN, Infinity, -0 and subnormals as IEEE has them. */
fn product(a: u32, b: u32) -> u32 {
  let sign = (a ^ b) & signBit;
  let x = widen(a & ~signBit);
  let y = widen(b & ~signBit);
  if (max(x, y) > infinity) { return quietNan; }
  if (min(x, y) == 0u) { return select(sign, quietNan, max(x, y) == infinity); }
  if (max(x, y) == infinity) { return sign | largest; }
  let p = unpack(x);
  let q = unpack(y);
  let wide = multiplyWide(p.significand, q.significand);
  return sign | round(Scaled(wide.y | u32(wide.x != 0u), p.exponent + q.exponent + 1));
}
`,
  exp: `// exp: t = e^-a for a >= 0, the one transcendental that softplus and sigmoid share.
//
//   e^-a = 2^-n * e^r,   n = rint(a / ln2),   r = n*ln2 - a,   |r| <= ln2/2
//   e^r  = 1 + r + r^2*E(r),   E of degree 4: 2^-28.2
//
// The steps of exp.ts. r is a sum of integers in units of 2^-32, exact but for the last place, in
// arithmetic that wraps: only its low word is needed. 1 + r stays an integer; r^2*E(r) <= 0.07 is
// a float, so what a compiler does to it moves e^r by less than 2^-26.
// Coefficients: tools/derive/wgsl.sollya.

/** a = |beta*x| in three forms. It is cut where e^-a rounds to 0, and with beta e^-a / beta. */
struct Magnitude {
  a: f32,
  /** In units of 2^-25, rounded down; right for a < 128. */
  fixed25: u32,
  /** In units of 2^-32, rounded down, without the bits above the word. */
  fixed32: u32,
}

/** e^-a and its parts. */
struct Exponential {
  n: u32,
  /** r in units of 2^-32. */
  r: i32,
  /** r^2*E(r). */
  curve: f32,
  /** e^r - 1: what follows from it is more precise than from e^r, whose last place is coarser. */
  q: f32,
  /** 2^-n, but not below 2^-126. */
  scale: f32,
  /** e^-a = (1 + q) * scale. */
  t: f32,
}

const invLn2 = 0x1.715476p+0f;
/** ln2 in units of 2^-32, and what is missing, in units of 2^-56. */
const ln2Hi = 2977044471u;
const ln2Lo = 13750138u;

// minimax of (e^r - 1 - r) / r^2
const e2 = 0x1.fffffcp-2f;
const e3 = 0x1.55549p-3f;
const e4 = 0x1.5558ap-5f;
const e5 = 0x1.123ac6p-7f;
const e6 = 0x1.6a6034p-10f;

/** e^-a for a given as by \`magnitude\`. */
fn expNegative(m: Magnitude) -> Exponential {
  let n = u32(m.a * invLn2 + 0.5);
  let fixed = bitcast<i32>(n * ln2Hi + ((n * ln2Lo + 0x800000u) >> 24u) - m.fixed32);
  let r = f32(fixed) * 0x1p-32f;
  let curve = r * r * (e2 + r * (e3 + r * (e4 + r * (e5 + r * e6))));
  let q = r + curve;
  let scale = bitcast<f32>((127u - min(n, 126u)) << 23u);
  return Exponential(n, fixed, curve, q, scale, (1.0 + q) * scale);
}

/** e^r in units of 2^-31. */
fn powerFixed(e: Exponential) -> u32 {
  return 0x80000000u + bitcast<u32>((e.r >> 1u) + i32(e.curve * 0x1p31f));
}
`,
  unit: `// beta = 1 or -1. A negative beta is a sign on x and on the result: -softplus(-x; -beta).
// Stands in the place of beta.wgsl.

/** The sign bit of beta, in the format. */
override betaSign = 0u;

/** Bits of 104: e^-104 rounds to 0. */
const limit = 0x42d00000u;

/** |x| of the bits of a float32; NaN counts as 104. */
fn magnitude(x: u32) -> Magnitude {
  let a = bitcast<f32>(min(x & 0x7fffffffu, limit));
  let fixed25 = u32(a * 0x1p25f);
  return Magnitude(a, fixed25, select(fixed25 << 7u, u32(a * 0x1p32f), a < 1.0));
}

/** y / |beta|. */
fn overBeta(y: Scaled) -> Scaled {
  return y;
}

/** x with the sign of beta. */
fn orient(x: u32) -> u32 {
  return x ^ betaSign;
}
`,
  beta: `// Any other beta. beta*x must be known to 2^-32, also where it is 100, so it is a product of
// integers; a negative beta is a sign on x and on the result: -softplus(-x; -beta).
// Stands in the place of unit.wgsl.

struct Beta {
  /** The sign bit of beta, in the format. */
  sign: u32,
  /** |beta| = (significand + rest * 2^-32) * 2^(exponent - 31), the leading bit of significand set. */
  significand: u32,
  rest: u32,
  exponent: i32,
  /** 1 / |beta|. */
  inverseSignificand: u32,
  inverseExponent: i32,
}

/** Beyond 190, e^-a / beta rounds to 0: where x is finite, beta > 190 / 2^128. */
const limitBeta = 190.0;

/** |beta * x| of the bits of a float32; NaN counts as Infinity. */
fn magnitude(x: u32) -> Magnitude {
  let bits = x & 0x7fffffffu;
  let end = Magnitude(limitBeta, 0u, 0u); // 190 * 2^32 is 0 in its low word
  if (bits >= infinity) { return end; }
  if (bits == 0u) { return Magnitude(0.0, 0u, 0u); }
  let factor = unpack(bits);
  // The product is (high, low) * 2^(exponent - 62), high at least 2^30.
  let wide = multiplyWide(factor.significand, beta.significand);
  let low = wide.x + multiplyHigh(factor.significand, beta.rest);
  let high = wide.y + u32(low < wide.x);
  let exponent = max(factor.exponent + beta.exponent, -64);
  if (exponent > 7) { return end; }
  let a = f32(high) * bitcast<f32>(u32(exponent + 97) << 23u);
  if (a >= limitBeta) { return end; }
  return Magnitude(a, shiftDown(high, low, 37 - exponent), shiftDown(high, low, 30 - exponent));
}

/** The low word of (high, low) >> count, for count > 0. */
fn shiftDown(high: u32, low: u32, count: i32) -> u32 {
  let k = u32(count);
  if (k >= 64u) { return 0u; }
  if (k >= 32u) { return high >> (k - 32u); }
  return (high << (32u - k)) | (low >> k);
}

/** y / |beta|. */
fn overBeta(y: Scaled) -> Scaled {
  let zeros = countLeadingZeros(y.significand);
  let full = Scaled(y.significand << zeros, y.exponent - i32(zeros));
  return multiply(full, Scaled(beta.inverseSignificand, beta.inverseExponent));
}

/** x with the sign of beta. */
fn orient(x: u32) -> u32 {
  return x ^ beta.sign;
}
`,
  log1p: `// log1p: log(1 + t) = t - t * rest(t),   rest(t) = t*R(t) = 1 - log1p(t)/t
//
// For t = e^-|x| <= e^-0.875 rest is at most 0.19, so the leading t can stay an integer and this
// float be its correction: R of degree 6, 2^-30.2. The division t / (2 + t) of log1p.ts is avoided,
// because WGSL divides with an error of 2.5 ULP. Coefficients: tools/derive/wgsl.sollya.

// minimax of (1 - log1p(t)/t) / t
const l0 = 0x1.fffff6p-2f;
const l1 = -0x1.5552c4p-2f;
const l2 = 0x1.ff8e7ep-3f;
const l3 = -0x1.94e95ep-3f;
const l4 = 0x1.3a22d8p-3f;
const l5 = -0x1.919622p-4f;
const l6 = 0x1.1ef356p-5f;

/** 1 - log1p(t)/t for t = e^-a <= e^-0.875. The product t*R is made of the exact parts of t. */
fn log1pRest(e: Exponential) -> f32 {
  let t = e.t;
  let curve = l0 + t * (l1 + t * (l2 + t * (l3 + t * (l4 + t * (l5 + t * l6)))));
  return e.scale * (curve + e.q * curve);
}
`,
  softplus: `// softplus(x) = log(1 + e^x) = max(x, 0) + log1p(e^-|x|)
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
// 2^-35; tools/derive/wgsl.sollya. The bounds: tests/bounds.ts.

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
`,
  sigmoid: `// sigmoid(x) = 1 / (1 + e^-x) = (x < 0 ? t : 1) / (1 + t),   t = e^-|x|
//
// It is the derivative of softplus (softplusGrad). t never overflows, nothing cancels, and there is
// one division. With beta: sigmoid(beta*x), the derivative of softplus(x; beta).
//
//   range of beta*x   expression              why
//   >= 0              1 / (1 + t)             in integers, from the float quotient q
//   < 0               t * the same            a product of integers; below -103.972 it rounds to 0
//
// WGSL divides with an error of 2.5 ULP, so q is only a start: its remainder 1 - q*(1 + t) is the
// low word of a product of integers (the high word is known), and q * remainder corrects it to
// 2^-31. The last unit is put right in integers, so that a compiler's way with the float division,
// another one in softplusWithGrad, changes no bit. The bounds: tests/bounds.ts.

/** 1 / (1 + t) in units of 2^-31; d = 1 + t has units of 2^-28. */
fn quotient(e: Exponential) -> u32 {
  let d = 0x10000000u + (powerFixed(e) >> min(e.n + 3u, 31u));
  let q = 1.0 / (1.0 + e.t);
  let start = u32(q * 0x1p22f + 0.5);
  let remainder = -bitcast<i32>(start * d); // 1 is 2^50 in these units: 0 in the low word
  let near = (start << 9u) + bitcast<u32>(i32(q * f32(remainder) * 0x1p-19f));
  // One unit off at most. Without it, however a compiler fuses q, the bits are those of d alone.
  let left = -bitcast<i32>(near * d); // 1 is 2^59 in these units
  return near + select(select(0u, 1u, left >= i32(d)), 0xffffffffu, left < 0);
}

/** sigmoid of +-m with e = e^-m. */
fn sigmoidScaled(m: Magnitude, negative: bool, e: Exponential) -> Scaled {
  if (digits == 10u && m.a < 0x1p-8f && m.fixed32 != 0u) {
    // 1/2 + x/4 may be halfway between two float16; x^3/48, at least one unit, decides.
    let quarter = (m.fixed32 >> 3u) - (u32(m.a * m.a * m.a * (0x1p31f / 48.0)) + 1u);
    return Scaled(select(0x40000000u + quarter, 0x40000000u - quarter, negative), 0);
  }
  let q = Scaled(quotient(e), 0);
  if (negative) { return multiply(q, Scaled(powerFixed(e), -i32(e.n))); }
  return q;
}

/** The end of sigmoid(beta*x) for x of the format, where e^-|beta*x| is there already. */
fn sigmoidFrom(x: u32, m: Magnitude, e: Exponential) -> u32 {
  let bits = x & ~signBit;
  if (bits > largest) { return quietNan; }
  return round(sigmoidScaled(m, (x & signBit) != 0u, e));
}

/** sigmoid(beta*x), bits to bits. */
fn sigmoid(x: u32) -> u32 {
  let z = orient(x);
  let m = magnitude(widen(z));
  return sigmoidFrom(z, m, expNegative(m));
}
`,
  softplus_with_grad: `// softplusWithGrad(x) = { value: softplus(x), grad: sigmoid(x) } in one pass: both come from the
// same t = e^-|x|, in the steps of softplus.wgsl and sigmoid.wgsl, so to the same bits.

/** softplus(x; beta) and sigmoid(beta*x), bits to bits. */
fn softplusWithGrad(x: u32) -> vec2<u32> {
  let z = orient(x);
  let m = magnitude(widen(z));
  let e = expNegative(m);
  return vec2(orient(softplusFrom(z, m, e)), sigmoidFrom(z, m, e));
}

/** upstream * sigmoid(beta*x): the rounded sigmoid, so that the product is rounded once. */
fn softplusBackward(x: u32, upstream: u32) -> u32 {
  return product(upstream, sigmoid(x));
}
`,
} as const;
