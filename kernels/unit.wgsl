// beta = 1 or -1. A negative beta is a sign on x and on the result: -softplus(-x; -beta).
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
