/** Inputs to time with: named distributions, seeded, the same numbers on every machine. */
import { arrayOfLength, type Format, type Vector } from "../floats.ts";
import { Random } from "../random.ts";

/** A named way to draw inputs. */
export type DistributionName = "normal" | "uniform" | "wide" | "tail";

/** What a distribution draws, and why it is in the comparison. */
export interface Distribution {
  readonly title: string;
  readonly why: string;
  /** Seed of its own, so that leaving one distribution out does not change another. */
  readonly seed: number;
  draw(random: Random, dtype: Format): number;
}

/** Every distribution that has a name. */
export const DISTRIBUTIONS: Readonly<Record<DistributionName, Distribution>> = {
  normal: {
    title: "normal(0, 4)",
    why: "what a layer sees: both signs, every branch but the far tails",
    seed: 1,
    draw: (random) => 4 * random.normal(),
  },
  uniform: {
    title: "uniform [0, 1)",
    why: "the benchmark of the Python lineage, numpy.random.rand",
    seed: 2,
    draw: (random) => random.uniform(),
  },
  wide: {
    title: "1000 × uniform [0, 1)",
    why: "the lineage's sigmoid sweep: nearly all results saturate",
    seed: 3,
    draw: (random) => 1000 * random.uniform(),
  },
  tail: {
    title: "saturated tail",
    why: "results around the smallest normal number, subnormals and zeros mixed",
    seed: 4,
    // Results are subnormal below -9.7 (f16), -87.3 (f32) and -708.4 (f64), zero from -17.3, -104
    // and -745.1.
    draw: (random, dtype) => {
      const [from, length] = { f16: [-18, 9], f32: [-110, 30], f64: [-755, 60] }[dtype] as [
        number,
        number,
      ];
      return from + length * random.uniform();
    },
  },
};

/** The array of a format, f32 unless it is known to be another. */
type ArrayOf<F extends Format> = F extends "f32" | "f64" ? Float32Array | Float64Array : Vector;

/** The first `length` draws of a distribution: a longer array begins with the shorter one. */
export function draws<F extends Format>(
  distribution: DistributionName,
  dtype: F,
  length: number,
): ArrayOf<F> {
  const { seed, draw } = DISTRIBUTIONS[distribution];
  const random = new Random(seed);
  const x = arrayOfLength(dtype, length);
  for (let i = 0; i < length; i++) x[i] = draw(random, dtype);
  return x as ArrayOf<F>;
}
