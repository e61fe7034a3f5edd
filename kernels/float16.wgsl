// The format float16: two elements in a word of memory.
//
// It needs no shader-f16: elements are taken apart and put together as integers, and the arithmetic
// between is that of float32, whose error of 2^-25 moves none of the 65,536 results.

/** Bits of the fraction, bias of the exponent. */
const digits = 10u;
const bias = 15;
const signBit = 0x8000u;
/** Infinity of the format: what is beyond its largest number. */
const largest = 0x7c00u;
const quietNan = 0x7e00u;
/** Elements in a word. */
const lanes = 2u;

/** A float of the format as float32, exactly. */
fn widen(x: u32) -> u32 {
  let sign = (x & signBit) << 16u;
  let magnitude = x & 0x7fffu;
  if (magnitude >= largest) { return sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13u); }
  if (magnitude >= 0x400u) { return sign | ((magnitude << 13u) + 0x38000000u); }
  if (magnitude == 0u) { return sign; }
  let zeros = countLeadingZeros(magnitude); // subnormal: 22 to 31
  return sign | (((134u - zeros) << 23u) + (((magnitude << zeros) & 0x7fffffffu) >> 8u));
}
