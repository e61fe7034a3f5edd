// sigmoidGrad(x) = sigmoid(x) sigmoid(-x) = t / (1 + t)^2,   t = e^-|x|
//
// It is the derivative of sigmoid, and the second derivative of softplus; the function is even. With
// beta: beta * sigmoidGrad(beta*x). It is a product of integers: 1 / (1 + t) twice, as sigmoid.wgsl
// has it, and e^-|x| = 2^-n * e^r. Its error is that of e^r, made smaller by (1 - t) / (1 + t). |x| is
// cut far enough that upstream may be any float32. The bounds: kernels/bounds.ts.

/** beta * sigmoidGrad of m without the sign of beta, with e = e^-m. */
fn sigmoidGradScaled(m: Magnitude, e: Exponential) -> Scaled {
  if (m.a >= limitFar) { return Scaled(1u, -2000); } // what is cut there, a large beta would bring back
  let q = normal(Scaled(quotient(e), 0));
  let square = normal(multiply(q, q));
  return timesBeta(multiply(square, Scaled(powerFixed(e), -i32(e.n))));
}

/** beta * sigmoidGrad(beta*x), bits to bits. */
fn sigmoidGrad(x: u32) -> u32 {
  let bits = x & ~signBit;
  if (bits > largest) { return quietNan; }
  if (bits == largest) { return orient(0u); }
  let m = magnitudeFar(widen(bits));
  return orient(round(sigmoidGradScaled(m, expNegative(m))));
}
