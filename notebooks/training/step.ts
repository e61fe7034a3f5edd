/** One step of training, on batches that lie where it is computed. */
import { Matrix } from "../../kernels/engines/mod.ts";
import { type Part, rowsOf } from "./data.ts";
import { backward, forward, type Layer, type Network } from "./network.ts";
import { type AdamStep, type Moments, type Place, zerosLike } from "./place.ts";

/** A batch that lies where it is computed. */
export interface PlacedBatch<A> {
  readonly x: A;
  readonly y: A;
  /** One row of ones, for column sums. */
  readonly ones: A;
  /** The targets and labels again, for loss and accuracy. */
  readonly targets: Matrix;
  readonly labels: Uint8Array;
}

/** A network under training: its layers, and what the optimiser remembers of each. */
export interface Learner<A> {
  readonly network: Network<A>;
  readonly moments: readonly Layer<Moments<A>>[];
}

/** Puts samples where they are computed, cut into batches; the last one may be smaller. */
export function placeBatches<A>(place: Place<A>, part: Part, size: number): PlacedBatch<A>[] {
  const batches: PlacedBatch<A>[] = [];
  for (let from = 0; from < part.inputs.rows; from += size) {
    const to = Math.min(from + size, part.inputs.rows);
    const targets = rowsOf(part.targets, from, to);
    batches.push({
      x: place.put(rowsOf(part.inputs, from, to)),
      y: place.put(targets),
      ones: place.put(new Matrix(new Float32Array(to - from).fill(1), 1, to - from)),
      targets,
      labels: part.labels.subarray(from, to),
    });
  }
  return batches;
}

/** Puts a network where it is trained. */
export function placeNetwork<A>(place: Place<A>, network: Network<Matrix>): Learner<A> {
  const still = (matrix: Matrix): Moments<A> => {
    const { data, rows, columns } = matrix;
    const zeros = new Matrix(zerosLike(data, data.length), rows, columns);
    return { mean: place.put(zeros), square: place.put(zeros) };
  };
  return {
    network: network.map(({ weights, bias }) => ({
      weights: place.put(weights),
      bias: place.put(bias),
    })),
    moments: network.map(({ weights, bias }) => ({ weights: still(weights), bias: still(bias) })),
  };
}

/** All matrices of a network under training. */
export function memoryOf<A>({ network, moments }: Learner<A>): A[] {
  const layers = network.flatMap(({ weights, bias }) => [weights, bias]);
  const memories = moments.flatMap(({ weights, bias }) => [weights, bias]);
  return [...layers, ...memories.flatMap(({ mean, square }) => [mean, square])];
}

/** Forward, backward, and a step of Adam. Returns the logits, as they were before the step. */
export async function step<A>(
  place: Place<A>,
  { network, moments }: Learner<A>,
  { x, y, ones }: PlacedBatch<A>,
  how: AdamStep,
): Promise<A> {
  const pass = await forward(place, network, x);
  const { gradients, temporary: made } = await backward(place, network, pass, y, ones);
  const temporary = [...made];
  for (const [i, layer] of network.entries()) {
    for (const part of ["weights", "bias"] as const) {
      place.adam(layer[part], gradients[i]![part], moments[i]![part], how);
      temporary.push(gradients[i]![part]);
    }
  }
  place.release([...temporary, ...pass.inputs.slice(1), ...pass.sums.slice(0, -1)]);
  return pass.sums.at(-1)!;
}

/** The logits of samples that lie in the place, read back. */
export async function infer<A>(place: Place<A>, network: Network<A>, x: A): Promise<Matrix> {
  const { inputs, sums } = await forward(place, network, x);
  const [logits] = await place.read([sums.at(-1)!]);
  place.release([...inputs.slice(1), ...sums]);
  return logits!;
}
