// log1p: log(1 + t) = t - t * rest(t),   rest(t) = t*R(t) = 1 - log1p(t)/t
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
