/**
 * Seeded random numbers: the same inputs on every machine, so that two runs of the benchmark time
 * the same work and a failing input can be named by its seed.
 *
 * Generator: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 47, 2021), whose 128-bit state SplitMix32 fills from one 32-bit seed, as
 * its authors advise. `tests/lab/random.test.ts` holds its published outputs.
 *
 * Normal deviates: Leva's ratio of uniforms (ACM TOMS 18, 1992, algorithm 712). The value is one
 * IEEE division; a logarithm, whose last bits the language leaves open, is only compared with, and
 * that in 1.2 % of the draws. Box-Muller would put those open bits into every value.
 */
export class Random {
  #s0 = 0;
  #s1 = 0;
  #s2 = 0;
  #s3 = 0;

  /** @param seed any integer; its low 32 bits count */
  constructor(seed: number) {
    let counter = seed | 0;
    const next = (): number => {
      // SplitMix32 with MurmurHash3's finaliser: a bijection, so never xoshiro's forbidden zeros.
      counter = counter + 0x9e3779b9 | 0;
      let z = counter;
      z = Math.imul(z ^ z >>> 16, 0x85ebca6b);
      z = Math.imul(z ^ z >>> 13, 0xc2b2ae35);
      return z ^ z >>> 16;
    };
    this.#set(next(), next(), next(), next());
  }

  /** A generator in a given state, for comparison with the published reference. */
  static fromState(s0: number, s1: number, s2: number, s3: number): Random {
    const random = new Random(0);
    random.#set(s0 | 0, s1 | 0, s2 | 0, s3 | 0);
    return random;
  }

  #set(s0: number, s1: number, s2: number, s3: number): void {
    this.#s0 = s0;
    this.#s1 = s1;
    this.#s2 = s2;
    this.#s3 = s3;
  }

  /** The next output of xoshiro128**, an integer in [0, 2^32). */
  uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#s1, 5), 7), 9);
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = rotateLeft(this.#s3, 11);
    return result >>> 0;
  }

  /** Uniform on [0, 1): a multiple of 2^-53 made of two outputs. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /** Standard normal, by Leva's ratio of uniforms: u and v fall in a box around its region. */
  normal(): number {
    for (;;) {
      const u = 1 - this.uniform(); // in (0, 1]: v / u is finite
      const v = 1.7156 * (this.uniform() - 0.5);
      // A quadratic form that nearly is the region's border: inside r1 accept, outside r2 reject.
      const x = u - 0.449871;
      const y = Math.abs(v) + 0.386595;
      const q = x * x + y * (0.196 * y - 0.25472 * x);
      if (q < 0.27597) return v / u;
      if (q <= 0.27846 && v * v <= -4 * Math.log(u) * u * u) return v / u;
    }
  }
}

function rotateLeft(x: number, count: number): number {
  return x << count | x >>> 32 - count;
}
