// Arithmetic that no WGSL compiler may loosen: the value of a result travels in integers, floats
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

/** The same number with the leading bit of the significand on top: products then lose least. */
fn normal(y: Scaled) -> Scaled {
  let zeros = countLeadingZeros(y.significand);
  return Scaled(y.significand << zeros, y.exponent - i32(zeros));
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
  // The leading bit of `rounded` counts one in the field of the exponent.
  return (u32(max(exponent - 1, 0)) << digits) + rounded;
}
