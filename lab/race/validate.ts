/** Validate, then time: judges results at a sample of their inputs. */
import { formatOf, type Vector } from "../floats.ts";
import { Judge, type Verdict } from "../oracle/error.ts";
import type { Reference } from "../oracle/reference.ts";

/** Indices to judge in a long array: both ends, where tails are handled, and a stride between. */
export function sampleIndices(length: number, most = 512): number[] {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  const end = most >> 3;
  const between = most - 2 * end;
  const indices = new Set<number>();
  for (let i = 0; i < end; i++) indices.add(i).add(length - 1 - i);
  for (let i = 0; i < between; i++) {
    indices.add(end + Math.floor((i + 0.5) * (length - 2 * end) / between));
  }
  return [...indices];
}

/** Judges results at so many of their inputs at most. */
export function judgeSample(
  reference: Reference,
  x: Vector,
  results: Vector,
  most: number = 512,
): Verdict {
  const format = formatOf(x);
  const found = new Judge();
  for (const i of sampleIndices(x.length, most)) {
    const [input, got] = [x[i]!, results[i]!];
    found.take(
      { input, got, want: reference.exact(input, format) },
      reference.error(input, got, format),
    );
  }
  return found.verdict;
}
