/**
 * A network of fully connected layers: a product and a bias each, softplus between them. What comes
 * out of the last one are logits, one for each class.
 */
import { type FloatArrayConstructor, Matrix } from "../../kernels/engines/mod.ts";
import { Random } from "../../lab/random.ts";
import type { Loss } from "./loss.ts";
import { checkSameShape, type Place } from "./place.ts";

/** One layer: z = a weights + bias. */
export interface Layer<A> {
  /** A row for each input, a column for each node. */
  readonly weights: A;
  /** One row, a number for each node. */
  readonly bias: A;
}

/** The layers from the first to the last. */
export type Network<A> = readonly Layer<A>[];

/** What a forward pass leaves for the backward pass. */
export interface Forward<A> {
  /** The input of each layer. */
  readonly inputs: readonly A[];
  /** What comes out of each layer, before softplus; the last are the logits. */
  readonly sums: readonly A[];
}

/** How a new network is made. */
export interface InitialOptions {
  readonly seed?: number;
  /** Multiplies the weights. */
  readonly gain?: number;
  /** Element type; float32 unless told. */
  readonly Type?: FloatArrayConstructor;
}

/**
 * A new network: weights normal with variance gain^2 / inputs (LeCun), bias 0.
 *
 * @param sizes of the input, of each hidden layer, and of the output
 * @throws {RangeError} there are fewer than two sizes, or one is not a whole number >= 1
 */
export function initialise(
  sizes: readonly number[],
  options: InitialOptions = {},
): Network<Matrix> {
  const { seed = 1, gain = 1, Type = Float32Array } = options;
  if (sizes.length < 2 || !sizes.every((size) => Number.isSafeInteger(size) && size >= 1)) {
    throw new RangeError(
      `initialise: sizes must be two or more whole numbers >= 1, got [${sizes.join(", ")}]`,
    );
  }
  const random = new Random(seed);
  return sizes.slice(1).map((nodes, i) => {
    const inputs = sizes[i]!;
    const spread = gain / Math.sqrt(inputs);
    const weights = new Type(inputs * nodes).map(() => spread * random.normal());
    return {
      weights: new Matrix(weights, inputs, nodes),
      bias: new Matrix(new Type(nodes), 1, nodes),
    };
  });
}

/** Computes the logits of a batch, and keeps what the backward pass needs. */
export async function forward<A>(
  place: Place<A>,
  network: Network<A>,
  batch: A,
): Promise<Forward<A>> {
  const inputs = [batch];
  const sums: A[] = [];
  for (const [i, { weights, bias }] of network.entries()) {
    if (i > 0) inputs.push(await place.softplus(sums[i - 1]!));
    sums.push(await place.product(inputs[i]!, weights, { bias }));
  }
  return { inputs, sums };
}

/**
 * The derivative of the loss with respect to every weight and bias, layer by layer from the last:
 * with d that of a layer's sums, it is inputs' d for the weights, the column sums of d for the bias,
 * and (d weights') sigmoid(z) for the sums z of the layer before.
 *
 * @param y targets, of the shape of the logits
 * @param ones a matrix of one row, a 1 for each sample: its product with d gives the column sums
 */
export async function backward<A>(
  place: Place<A>,
  network: Network<A>,
  { inputs, sums }: Forward<A>,
  y: A,
  ones: A,
): Promise<{ readonly gradients: Network<A>; readonly temporary: readonly A[] }> {
  let d = await place.lossGradient(sums.at(-1)!, y);
  const temporary = [d];
  const gradients: Layer<A>[] = [];
  for (let i = network.length - 1; i >= 0; i--) {
    gradients.unshift({
      weights: await place.product(inputs[i]!, d, { transposeA: true }),
      bias: await place.product(ones, d),
    });
    if (i === 0) break;
    const upstream = await place.product(d, network[i]!.weights, { transposeB: true });
    d = await place.softplusBackward(sums[i - 1]!, upstream);
    temporary.push(upstream, d);
  }
  return { gradients, temporary };
}

/**
 * The mean over the samples of the loss, summed over the classes; in float64, for the sum of many
 * float32 numbers would round.
 */
export async function meanLoss(loss: Loss, logits: Matrix, y: Matrix): Promise<number> {
  checkSameShape("meanLoss", "y", y, logits);
  const terms = await loss.terms(logits, y);
  return sum(terms) / logits.rows;
}

/** The class with the greatest logit, for each row. A row of NaN is class 0, right or wrong. */
export function predict({ data, rows, columns }: Matrix): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let c = 1; c < columns; c++) {
      if (data[row * columns + c]! > data[row * columns + best]!) best = c;
    }
    return best;
  });
}

/** The share of samples whose class has the greatest logit. */
export function accuracy(logits: Matrix, labels: Uint8Array): number {
  if (labels.length !== logits.rows) {
    throw new RangeError(
      `accuracy: labels must have one entry for each of the ${logits.rows} rows of logits, ` +
        `got ${labels.length}`,
    );
  }
  const predicted = predict(logits);
  return predicted.filter((label, i) => label === labels[i]).length / labels.length;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
