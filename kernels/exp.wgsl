// exp: t = e^-a for a >= 0, the one transcendental that softplus and sigmoid share.
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

/** e^-a for a given as by `magnitude`. */
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
