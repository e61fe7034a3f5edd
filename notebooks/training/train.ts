/** Training: epochs, and what is measured on the way. The same for every place. */
import { Matrix } from "../../kernels/engines/mod.ts";
import { Random } from "../../lab/random.ts";
import { type Part, shuffle, type Split } from "./data.ts";
import type { Loss } from "./loss.ts";
import { accuracy, initialise, meanLoss, type Network } from "./network.ts";
import { checkSameShape, type Place } from "./place.ts";
import { infer, memoryOf, placeBatches, type PlacedBatch, placeNetwork, step } from "./step.ts";

/** How to train. */
export interface TrainOptions {
  /** Nodes of each hidden layer. */
  readonly hidden?: readonly number[];
  readonly epochs?: number;
  /** Samples of a batch. */
  readonly batch?: number;
  /** Adam's learning rate. */
  readonly rate?: number;
  /** Decides the first weights and the order of the batches. */
  readonly seed?: number;
  /** Multiplies the first weights. */
  readonly gain?: number;
  /** Called after each epoch. */
  readonly onEpoch?: (epoch: Epoch) => void;
}

const optionNames = ["hidden", "epochs", "batch", "rate", "seed", "gain", "onEpoch"];

/** What is known after an epoch. */
export interface Epoch {
  readonly epoch: number;
  /** Means over the samples, each before the step of its own batch. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  /** Of the samples that are never trained on. */
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** Time of the steps, without the test. */
  readonly seconds: number;
}

/** A training, finished. */
export interface Training {
  readonly place: string;
  readonly loss: string;
  readonly network: Network<Matrix>;
  readonly epochs: readonly Epoch[];
  /** The loss of each batch, before its step, in the order of the steps. */
  readonly batchLosses: readonly number[];
  /** Of the test, after the last epoch. */
  readonly testLogits: Matrix;
  /** Of all epochs, without the tests. */
  readonly seconds: number;
}

/**
 * Trains a network. Which samples make a batch is settled once, by the order of the training part;
 * each epoch takes the batches in an order of its own.
 *
 * @throws {RangeError} an option is out of its range; the parts do not go together
 */
export async function train<A>(
  place: Place<A>,
  { train, test }: Split,
  options: TrainOptions = {},
): Promise<Training> {
  checkNames(options);
  const { hidden = [], epochs = 10, batch = 100, rate = 0.001, seed = 1, gain = 1 } = options;
  checkOptions({ epochs, batch }, rate);
  checkParts(train, test);
  const sizes = [train.inputs.columns, ...hidden, train.classes.length];
  const learner = placeNetwork(place, initialise(sizes, { seed, gain }));
  const batches = placeBatches(place, train, batch);
  const examined = place.put(test.inputs);
  const random = new Random(seed);

  const history: Epoch[] = [];
  const batchLosses: number[] = [];
  let testLogits = new Matrix(new Float32Array(), 0, 0) as Matrix;
  let steps = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const began = performance.now();
    const order = shuffle([...batches], random);
    const placed: A[] = [];
    for (const one of order) {
      placed.push(await step(place, learner, one, { rate, step: ++steps }));
    }
    const logits = await place.read(placed);
    const seconds = (performance.now() - began) / 1000;
    place.release(placed);

    const seen = await summarise(place.loss, order, logits);
    batchLosses.push(...seen.losses);
    testLogits = await infer(place, learner.network, examined);
    const entry: Epoch = {
      epoch,
      trainLoss: seen.loss,
      trainAccuracy: seen.accuracy,
      testLoss: await meanLoss(place.loss, testLogits, test.targets),
      testAccuracy: accuracy(testLogits, test.labels),
      seconds,
    };
    history.push(entry);
    options.onEpoch?.(entry);
  }
  const network = await readNetwork(place, learner.network);
  place.release([...memoryOf(learner), ...batches.flatMap(({ x, y, ones }) => [x, y, ones])]);
  place.release([examined]);
  return {
    place: place.name,
    loss: place.loss.name,
    network,
    epochs: history,
    batchLosses,
    testLogits,
    seconds: history.reduce((total, { seconds }) => total + seconds, 0),
  };
}

/** Refuses an option that does not exist. */
function checkNames(options: TrainOptions): void {
  for (const name of Object.keys(options)) {
    if (optionNames.includes(name)) continue;
    throw new TypeError(
      `train: there is no option ${JSON.stringify(name)}; there are ${optionNames.join(", ")}`,
    );
  }
}

/** The loss of each batch, and the means over all samples. */
async function summarise<A>(
  loss: Loss,
  batches: readonly PlacedBatch<A>[],
  logits: readonly Matrix[],
): Promise<{ losses: number[]; loss: number; accuracy: number }> {
  const losses: number[] = [];
  let [samples, total, right] = [0, 0, 0];
  for (const [i, { targets, labels }] of batches.entries()) {
    losses.push(await meanLoss(loss, logits[i]!, targets));
    samples += labels.length;
    total += losses[i]! * labels.length;
    right += accuracy(logits[i]!, labels) * labels.length;
  }
  return { losses, loss: total / samples, accuracy: right / samples };
}

async function readNetwork<A>(place: Place<A>, network: Network<A>): Promise<Network<Matrix>> {
  const parts = await place.read(network.flatMap(({ weights, bias }) => [weights, bias]));
  return network.map((_, i) => ({ weights: parts[2 * i]!, bias: parts[2 * i + 1]! }));
}

function checkOptions(counts: Readonly<Record<string, number>>, rate: number): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`train: ${name} must be a whole number >= 1, got ${value}`);
    }
  }
  if (!(rate > 0 && rate < Infinity)) {
    throw new RangeError(`train: rate must be a finite number > 0, got ${rate}`);
  }
}

function checkParts(train: Part, test: Part): void {
  const { inputs, targets, labels, classes } = train;
  const like = { rows: labels.length, columns: classes.length };
  checkSameShape("train", "targets", targets, like);
  if (inputs.rows !== labels.length || inputs.rows === 0) {
    throw new RangeError(
      `train: inputs must have a row for each of the ${labels.length} labels, and at least one, ` +
        `got ${inputs.rows}`,
    );
  }
  if (test.inputs.columns !== inputs.columns) {
    throw new RangeError(
      `train: the test must have ${inputs.columns} columns as the training samples, ` +
        `got ${test.inputs.columns}`,
    );
  }
}
