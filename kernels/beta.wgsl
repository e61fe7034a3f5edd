// Any other beta. beta*x must be known to 2^-32, also where it is 100, so it is a product of
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

/** Beyond 310, e^-a * beta * upstream rounds to 0: where x is not 0, beta < 310 * 2^149. */
const limitFar = 310.0;

/** |beta * x| of the bits of a float32; NaN counts as Infinity. */
fn magnitude(x: u32) -> Magnitude {
  return magnitudeTo(x, limitBeta);
}

/** As `magnitude`, for a product with upstream. */
fn magnitudeFar(x: u32) -> Magnitude {
  return magnitudeTo(x, limitFar);
}

/** |beta * x|, cut at a whole number. */
fn magnitudeTo(x: u32, limit: f32) -> Magnitude {
  let bits = x & 0x7fffffffu;
  let end = Magnitude(limit, 0u, 0u); // a whole number times 2^32 is 0 in its low word
  if (bits >= infinity) { return end; }
  if (bits == 0u) { return Magnitude(0.0, 0u, 0u); }
  let factor = unpack(bits);
  // The product is (high, low) * 2^(exponent - 62), high at least 2^30.
  let wide = multiplyWide(factor.significand, beta.significand);
  let low = wide.x + multiplyHigh(factor.significand, beta.rest);
  let high = wide.y + u32(low < wide.x);
  let exponent = max(factor.exponent + beta.exponent, -64);
  if (exponent > 8) { return end; }
  let a = f32(high) * bitcast<f32>(u32(exponent + 97) << 23u);
  if (a >= limit) { return end; }
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
  return multiply(normal(y), Scaled(beta.inverseSignificand, beta.inverseExponent));
}

/** y * |beta|. */
fn timesBeta(y: Scaled) -> Scaled {
  return multiply(normal(y), Scaled(beta.significand, beta.exponent));
}

/** x with the sign of beta. */
fn orient(x: u32) -> u32 {
  return x ^ beta.sign;
}
