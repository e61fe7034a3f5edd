/*
 * LZMA: from the packed text of embedded.ts back to the module of the kernels. It is a module of its own,
 * which the engine compiles first: in JavaScript, run once and so interpreted, this takes three times as
 * long.
 *
 * A sliding window as of deflate, whose choices are coded by adaptive probabilities of single bits: 60 % of
 * what deflate makes of SIMD code. Raw LZMA with lc = 3, lp = 0, pb = 2. The names are those of the
 * specification (I. Pavlov, LZMA SDK, lzma-specification.txt).
 */

// Places of the probabilities, by the context in which a bit is read: how often it was 0, in 1/2048.
const isMatch: u32 = 0; // by state and position
const isRep: u32 = 192; // by state, as the next three
const isRepG0: u32 = 204;
const isRepG1: u32 = 216;
const isRepG2: u32 = 228;
const isRep0Long: u32 = 240; // by state and position
const posSlot: u32 = 432; // a tree of 64 for each of four lengths
const posSpecial: u32 = 688;
const align: u32 = 803;
const matchLength: u32 = 819;
const repLength: u32 = 1141;
const literal: u32 = 1463; // 768 for each of eight kinds of byte before
const contexts: u32 = 7607;

let probabilities: usize = 0;
let input: usize = 0;
let range: u32 = 0;
let code: u32 = 0;

/**
 * Decodes `length` bytes. `scratch` is room for the probabilities, 15,214 bytes; the packed bytes must be
 * followed by 8 of anything.
 */
export function decode(scratch: usize, packed: usize, output: usize, length: u32): void {
  probabilities = scratch;
  for (let i: u32 = 0; i < contexts; i++) store<u16>(scratch + (i << 1), 1024);
  input = packed + 5; // the first byte is 0
  range = 0xffffffff;
  code = bswap(load<u32>(packed, 1));
  let state: u32 = 0;
  // The last distances.
  let rep0: u32 = 1;
  let rep1: u32 = 1;
  let rep2: u32 = 1;
  let rep3: u32 = 1;
  const end = output + length;
  for (let to = output; to < end;) {
    const position = <u32> (to - output) & 3;
    if (bit(isMatch + (state << 4) + position) == 0) {
      const before: u32 = to == output ? 0 : load<u8>(to - 1);
      store<u8>(to, state < 7 ? plainLiteral(before) : matchedLiteral(before, load<u8>(to - rep0)));
      to++;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let copied: u32 = 1;
    if (bit(isRep + state) == 0) {
      copied = readLength(matchLength, position);
      state = state < 7 ? 7 : 10;
      rep3 = rep2;
      rep2 = rep1;
      rep1 = rep0;
      rep0 = 1 + readDistance(copied);
    } else {
      let isShort = false; // one byte, by the last distance
      if (bit(isRepG0 + state) == 0) {
        isShort = bit(isRep0Long + (state << 4) + position) == 0;
      } else {
        let distance = rep1;
        if (bit(isRepG1 + state) != 0) {
          distance = rep2;
          if (bit(isRepG2 + state) != 0) {
            distance = rep3;
            rep3 = rep2;
          }
          rep2 = rep1;
        }
        rep1 = rep0;
        rep0 = distance;
      }
      if (!isShort) copied = readLength(repLength, position);
      state = state < 7 ? (isShort ? 9 : 8) : 11;
    }
    // One by one: a copy may reach into itself.
    for (; copied > 0; copied--, to++) store<u8>(to, load<u8>(to - rep0));
  }
}

/** The next bit, in a context. */
function bit(context: u32): u32 {
  const at = probabilities + (context << 1);
  const probability = <u32> load<u16>(at);
  const bound = (range >>> 11) * probability;
  let result: u32 = 0;
  if (code < bound) {
    range = bound;
    store<u16>(at, probability + ((2048 - probability) >>> 5));
  } else {
    range -= bound;
    code -= bound;
    store<u16>(at, probability - (probability >>> 5));
    result = 1;
  }
  normalise();
  return result;
}

/** Takes another byte where the range has become small. */
function normalise(): void {
  if (range >= 1 << 24) return;
  range <<= 8;
  code = code << 8 | load<u8>(input++);
}

/** A number of so many bits, the highest first. */
function tree(context: u32, bits: u32): u32 {
  let node: u32 = 1;
  for (let i: u32 = 0; i < bits; i++) node = node << 1 | bit(context + node);
  return node - (1 << bits);
}

/** The same, the lowest bit first. */
function reverseTree(context: u32, bits: u32): u32 {
  let node: u32 = 1;
  let value: u32 = 0;
  for (let i: u32 = 0; i < bits; i++) {
    const one = bit(context + node);
    node = node << 1 | one;
    value |= one << i;
  }
  return value;
}

/** So many bits without a context. */
function direct(bits: u32): u32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < bits; i++) {
    range >>>= 1;
    value <<= 1;
    if (code >= range) {
      code -= range;
      value |= 1;
    }
    normalise();
  }
  return value;
}

function readLength(context: u32, position: u32): u32 {
  if (bit(context) == 0) return 2 + tree(context + 2 + (position << 3), 3);
  if (bit(context + 1) == 0) return 10 + tree(context + 34 + (position << 3), 3);
  return 18 + tree(context + 66, 8);
}

/** A distance, less 1. */
function readDistance(copied: u32): u32 {
  const slot = tree(posSlot + (min<u32>(copied - 2, 3) << 6), 6);
  if (slot < 4) return slot;
  const bits = (slot >>> 1) - 1;
  const base = (2 | slot & 1) << bits;
  if (slot < 14) return base + reverseTree(posSpecial + base - slot, bits);
  return base + (direct(bits - 4) << 4) + reverseTree(align, 4);
}

/** A byte that is no copy. */
function plainLiteral(before: u32): u32 {
  return tree(literal + 768 * (before >>> 5), 8);
}

/** The same after a copy: its bits are read beside those of the byte that would have come next. */
function matchedLiteral(before: u32, expected: u32): u32 {
  const context = literal + 768 * (before >>> 5);
  let node: u32 = 1;
  while (node < 256) {
    const other = expected >>> 7 & 1;
    expected <<= 1;
    const one = bit(context + ((1 + other) << 8) + node);
    node = node << 1 | one;
    if (one != other) break;
  }
  while (node < 256) node = node << 1 | bit(context + node);
  return node;
}
