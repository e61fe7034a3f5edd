// softplusWithGrad(x) = { value: softplus(x), grad: sigmoid(x) } in one pass: both come from the
// same t = e^-|x|, in the steps of softplus.wgsl and sigmoid.wgsl, so to the same bits.

/** softplus(x; beta) and sigmoid(beta*x), bits to bits. */
fn softplusWithGrad(x: u32) -> vec2<u32> {
  let z = orient(x);
  let m = magnitude(widen(z));
  let e = expNegative(m);
  return vec2(orient(softplusFrom(z, m, e)), sigmoidFrom(z, m, e));
}
