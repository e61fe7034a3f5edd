/** One epoch on each place, and where its time goes. */
import type { EpochTime } from "../../bench/report/figures/training.ts";
import { pick, type Split } from "./data.ts";
import type { Place } from "./place.ts";
import { timed } from "./stopwatch.ts";
import { train, type TrainOptions } from "./train.ts";

/** An epoch on a place. */
export interface EngineEpoch extends EpochTime {
  /** The loss of each batch, which all places should agree on. */
  readonly batchLosses: readonly number[];
}

/**
 * Trains an epoch twice from the same start and times the second one: by then code is compiled and
 * memory is at hand.
 */
export async function timeEpoch<A>(
  place: Place<A>,
  { train: part, test }: Split,
  options: Omit<TrainOptions, "epochs"> = {},
): Promise<EngineEpoch> {
  // The test is no part of an epoch's time; a few samples do.
  const parts = { train: part, test: pick(test, [0]) };
  await train(place, parts, { ...options, epochs: 1 });
  const clocked = timed(place);
  const { seconds, batchLosses } = await train(clocked, parts, { ...options, epochs: 1 });
  const { products, kit } = clocked.spent;
  // The methods of a GPU hand work over and return: its parts are not to be told apart from here.
  return place.immediate
    ? {
      name: place.name,
      products,
      kit,
      other: seconds - products - kit,
      divided: true,
      batchLosses,
    }
    : { name: place.name, products: 0, kit: 0, other: seconds, divided: false, batchLosses };
}

/** The greatest relative difference between the losses of two trainings, batch by batch. */
export function greatestDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) {
    throw new RangeError(
      `greatestDifference: b must have ${a.length} losses as a, got ${b.length}`,
    );
  }
  return Math.max(...a.map((loss, i) => Math.abs(loss - b[i]!) / Math.abs(loss)));
}
