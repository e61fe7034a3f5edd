// sigmoid(x) = 1 / (1 + e^-x) = (x < 0 ? t : 1) / (1 + t),   t = e^-|x|
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
// another one in softplusWithGrad, changes no bit. The bounds: kernels/bounds.ts.

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
