// The format float32: one element in a word of memory.

/** Bits of the fraction, bias of the exponent. */
const digits = 23u;
const bias = 127;
const signBit = 0x80000000u;
/** Infinity of the format: what is beyond its largest number. */
const largest = 0x7f800000u;
const quietNan = 0x7fc00000u;
/** Elements in a word. */
const lanes = 1u;

/** A float of the format as float32, exactly. */
fn widen(x: u32) -> u32 {
  return x;
}
