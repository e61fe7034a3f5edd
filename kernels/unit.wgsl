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

/** e^-300 times any upstream rounds to 0. */
const limitFar = 300.0;

/** As `magnitude`, for a product with upstream; without fixed25. */
fn magnitudeFar(x: u32) -> Magnitude {
  let a = bitcast<f32>(min(x & 0x7fffffffu, bitcast<u32>(limitFar)));
  let below128 = select(u32(a * 0x1p25f) << 7u, u32(a * 0x1p32f), a < 1.0);
  return Magnitude(a, 0u, select(below128, u32(a * 0x1p16f) << 16u, a >= 128.0));
}

/** y / |beta|. */
fn overBeta(y: Scaled) -> Scaled {
  return y;
}

/** y * |beta|. */
fn timesBeta(y: Scaled) -> Scaled {
  return y;
}

/** x with the sign of beta. */
fn orient(x: u32) -> u32 {
  return x ^ betaSign;
}
