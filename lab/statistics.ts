/** Groups and order statistics of timings: a median and quartiles stand where outliers would drag a mean. */

/** Items by a key of theirs, in the order of first appearance; what Map.groupBy does, which Node 20 lacks. */
export function groupBy<T, Key>(items: Iterable<T>, keyOf: (item: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Median and quartiles of a sample. */
export interface Quartiles {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

/**
 * The quantile p of a sample by linear interpolation between order statistics (Hyndman and Fan's
 * type 7, the default of NumPy and R).
 *
 * @param sorted the sample in ascending order, not empty
 * @param p in [0, 1]
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) throw new RangeError("quantile: the sample is empty");
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}

/** Median and quartiles of a sample in any order, not empty. */
export function quartiles(sample: Iterable<number>): Quartiles {
  const sorted = Float64Array.from(sample).sort();
  return {
    q1: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    q3: quantile(sorted, 0.75),
  };
}

/** Quartiles of the ratios of two series pair by pair: round i of one over round i of the other. */
export function pairedRatio(
  numerators: ArrayLike<number>,
  denominators: ArrayLike<number>,
): Quartiles {
  const length = Math.min(numerators.length, denominators.length);
  return quartiles(Array.from({ length }, (_, i) => numerators[i]! / denominators[i]!));
}

/** Interquartile range over median, the spread that tables call noise: 0.02 means 2 %. */
export function relativeSpread({ q1, median, q3 }: Quartiles): number {
  return (q3 - q1) / median;
}
