// The backward passes: upstream times the derivative, formed before the one rounding, as in
// backward.ts. The derivative stays a scaled integer: it is never subnormal, and never 0 for a
// finite x, so that a large upstream finds all its digits.

/** upstream * derivative, with the sign bit `sign`; isZero where the derivative's limit is 0. */
fn timesUpstream(upstream: u32, derivative: Scaled, isZero: bool, sign: u32) -> u32 {
  let result = (upstream & signBit) ^ sign;
  let bits = widen(upstream & ~signBit);
  if (bits > infinity || (bits == infinity && isZero)) { return quietNan; }
  if (bits == infinity) { return result | largest; }
  if (bits == 0u || isZero) { return result; }
  return result | round(multiply(unpack(bits), normal(derivative)));
}

/** upstream * sigmoid(beta*x), bits to bits. */
fn softplusBackward(x: u32, upstream: u32) -> u32 {
  let z = orient(x);
  let bits = z & ~signBit;
  if (bits > largest) { return quietNan; }
  let isNegative = (z & signBit) != 0u;
  let m = magnitudeFar(widen(bits));
  let s = sigmoidScaled(m, isNegative, expNegative(m));
  return timesUpstream(upstream, s, isNegative && bits == largest, 0u);
}

/** upstream * beta * sigmoidGrad(beta*x), bits to bits. */
fn sigmoidBackward(x: u32, upstream: u32) -> u32 {
  let bits = x & ~signBit;
  if (bits > largest) { return quietNan; }
  let m = magnitudeFar(widen(bits));
  let s = sigmoidGradScaled(m, expNegative(m));
  return timesUpstream(upstream, s, bits == largest, orient(0u));
}
