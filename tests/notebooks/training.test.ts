/** The training of notebook 05: data, losses, gradients, and that networks learn, on every place. */
import assert from "node:assert/strict";
import { Matrix, scalar, threads, wasm } from "../../kernels/engines/mod.ts";
import { cpu } from "../../notebooks/training/cpu.ts";
import {
  type Dataset,
  digits,
  irises,
  type Part,
  pick,
  scaled,
  split,
} from "../../notebooks/training/data.ts";
import { greatestDifference } from "../../notebooks/training/engines.ts";
import { gpu } from "../../notebooks/training/gpu.ts";
import { checkGradients } from "../../notebooks/training/gradient_check.ts";
import { probabilityLoss, stableLoss, textbookLoss } from "../../notebooks/training/loss.ts";
import { accuracy, initialise, predict } from "../../notebooks/training/network.ts";
import { loops, tensorFlow } from "../../notebooks/training/products.ts";
import { train } from "../../notebooks/training/train.ts";
import { gpuTest } from "../support/gpu.ts";

const flowers = split(await irises());
/** A network for the irises that learns in a moment. */
const small = { hidden: [8], batch: 20, rate: 0.02, seed: 1 };

const column = (...values: number[]) => new Matrix(Float32Array.from(values), values.length, 1);
const range = (rows: number, columns: number) =>
  new Matrix(
    Float32Array.from({ length: rows * columns }, (_, i) => (i * 7 % 11) - 5),
    rows,
    columns,
  );

Deno.test("training data: the digits are 10,000, from 0 to 1, all different", async () => {
  const { inputs, labels, classes } = await digits();
  assert.deepEqual([inputs.rows, inputs.columns, labels.length], [10_000, 784, 10_000]);
  assert.ok(inputs.data.every((pixel) => pixel >= 0 && pixel <= 1));
  const rows = Array.from(
    { length: inputs.rows },
    (_, row) => inputs.data.subarray(row * 784, (row + 1) * 784).join(),
  );
  assert.equal(new Set(rows).size, 10_000, "so no test digit can be among the training digits");
  assert.equal(new Set(labels).size, classes.length);
});

Deno.test("training data: a split has every sample once, a fifth of each class in the test", () => {
  const { train, test } = flowers;
  const all = [...train.rows, ...test.rows].sort((a, b) => a - b);
  assert.deepEqual(all, Array.from({ length: 150 }, (_, row) => row));
  for (const label of [0, 1, 2]) {
    assert.equal(test.labels.filter((other) => other === label).length, 10);
  }
});

Deno.test("training data: samples keep their inputs, labels and targets; the seed decides", async () => {
  const whole = await irises();
  for (const part of [flowers.train, flowers.test]) {
    part.rows.forEach((row, i) => {
      assert.deepEqual(
        part.inputs.data.subarray(4 * i, 4 * i + 4),
        whole.inputs.data.subarray(4 * row, 4 * row + 4),
      );
      assert.equal(part.labels[i], whole.labels[row]);
      const target = [...part.targets.data.subarray(3 * i, 3 * i + 3)];
      assert.deepEqual(target, [0, 1, 2].map((label) => label === whole.labels[row] ? 1 : 0));
    });
  }
  assert.deepEqual(split(whole).test.rows, flowers.test.rows);
  assert.notDeepEqual(split(whole, { seed: 2 }).test.rows, flowers.test.rows);
});

Deno.test("training data: what cannot be split is refused", async () => {
  const whole: Dataset = await irises();
  for (const test of [0, 1, -1, NaN]) {
    assert.throws(() => split(whole, { test }), /^RangeError: split: test must be a share/);
  }
  assert.throws(() => split(whole, { test: 0.001 }), /test = 0.001 .* leaves 150 .* and 0/);
  const short = { ...whole, labels: whole.labels.subarray(1) };
  assert.throws(() => split(short), /labels must have one entry .* 150 rows .* got 149/);
  const stray = { ...whole, classes: ["a", "b"] };
  assert.throws(() => split(stray), /labels must be below 2, .* got 2/);
});

Deno.test("training: an option that does not exist is refused", async () => {
  const parts = split(await irises());
  await assert.rejects(
    train(cpu(), parts, { activation: "relu" } as object),
    /^TypeError: train: there is no option "activation"; there are hidden, epochs, batch, /,
  );
});

Deno.test("losses: one function in three forms where all of them can", async () => {
  const z = column(-6, -3, -0.5, 0, 0.5, 3, 6);
  for (const target of [0, 1]) {
    const y = column(...[...z.data].map(() => target));
    const terms = await stableLoss().terms(z, y);
    const gradient = await stableLoss().gradient(z, y);
    for (const form of [textbookLoss, probabilityLoss]) {
      (await form.terms(z, y)).forEach((v, i) => assert.ok(Math.abs(v - terms[i]!) < 2e-5));
      (await form.gradient(z, y)).forEach((v, i) => assert.ok(Math.abs(v - gradient[i]!) < 1e-6));
    }
    z.data.forEach((logit, i) => {
      const exact = Math.log1p(Math.exp(target === 1 ? -logit : logit));
      assert.ok(Math.abs(terms[i]! - exact) < 1e-6, `${logit}: ${terms[i]}, not ${exact}`);
    });
  }
});

Deno.test("losses: what breaks, and where; the kit's does not", async () => {
  const [z, y] = [column(89), column(0)];
  assert.equal((await textbookLoss.terms(z, y))[0], Infinity);
  assert.ok(Number.isNaN((await textbookLoss.gradient(z, y))[0]));
  assert.equal((await textbookLoss.gradient(column(88), y))[0], 1);
  const sure = column(17);
  assert.equal((await probabilityLoss.terms(sure, y))[0], Infinity);
  assert.ok(Number.isNaN((await probabilityLoss.terms(sure, column(1)))[0]));
  assert.ok(Number.isNaN((await probabilityLoss.gradient(sure, column(1)))[0]));
  const far = column(-3e38, -1000, 1000, 3e38);
  for (const target of [0, 1]) {
    const targets = column(target, target, target, target);
    assert.ok((await stableLoss().terms(far, targets)).every(Number.isFinite));
    assert.ok((await stableLoss().gradient(far, targets)).every(Number.isFinite));
  }
});

Deno.test("gradients: backward agrees with finite differences, on engines of the CPU", async () => {
  for (const engine of [wasm, scalar]) {
    const checks = await checkGradients(flowers.train, { hidden: [6, 5], engine });
    assert.equal(checks.length, 6);
    for (const check of checks) assert.ok(check.worst < 1e-8, JSON.stringify(check));
  }
});

Deno.test("gradients: the check finds a wrong one", async () => {
  const loss = { ...stableLoss(), gradient: textbookLoss.terms };
  const checks = await checkGradients(flowers.train, { hidden: [6], loss });
  assert.ok(checks.every(({ worst }) => worst > 0.01));
});

Deno.test("products: TensorFlow.js gives what the loops give, transposed or not", async () => {
  const multiply = await tensorFlow();
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const a = transposeA ? range(7, 5) : range(5, 7);
      const b = transposeB ? range(3, 7) : range(7, 3);
      const how = { transposeA, transposeB };
      assert.deepEqual(multiply(a, b, how), loops(a, b, how));
    }
  }
  assert.deepEqual([...loops(range(1, 2), new Matrix(Float32Array.of(2, 3), 2, 1)).data], [-4]);
  const wide = new Matrix(new Float64Array(4), 2, 2);
  assert.throws(() => multiply(wide, wide), /^TypeError: product: .* no float64/);
});

Deno.test("training: shapes and options that cannot be are refused, by name", async () => {
  const place = cpu();
  const refuses = (work: () => unknown, message: RegExp) =>
    assert.rejects(async () => await work(), { name: "RangeError", message });
  const a = range(2, 3);
  await refuses(() => place.product(a, range(2, 3)), /a must have as many .* 2 x 3 and 2 x 3/);
  await refuses(
    () => place.product(a, range(3, 4), { bias: range(1, 3) }),
    /bias must be 1 x 4, .* got 1 x 3/,
  );
  await refuses(() => place.lossGradient(a, range(3, 2)), /y must be 2 x 3, got 3 x 2/);
  await refuses(() => place.softplusBackward(a, range(1, 3)), /upstream must be 2 x 3, got 1 x 3/);
  await refuses(() => initialise([4, 0]), /sizes must be .* got \[4, 0\]/);
  await refuses(() => accuracy(a, Uint8Array.of(1)), /one entry for each of the 2 rows .* got 1/);
  for (const wrong of [{ epochs: 0 }, { batch: 1.5 }, { rate: -1 }, { rate: NaN }]) {
    const name = Object.keys(wrong)[0]!;
    await refuses(() => train(place, flowers, wrong), new RegExp(`train: ${name} must be`));
  }
  const narrow: Part = { ...flowers.test, inputs: range(30, 3) };
  await refuses(
    () => train(place, { ...flowers, test: narrow }),
    /the test must have 4 columns .* got 3/,
  );
});

Deno.test("training: irises are learnt, and the same seed gives the same bits", async () => {
  const one = await train(cpu(), flowers, { ...small, epochs: 60 });
  assert.ok(one.epochs.at(-1)!.testAccuracy >= 0.9, String(one.epochs.at(-1)!.testAccuracy));
  assert.ok(one.batchLosses.at(-1)! < one.batchLosses[0]! / 4);
  const two = await train(cpu(), flowers, { ...small, epochs: 60 });
  assert.deepEqual(two.network, one.network);
  assert.deepEqual(two.batchLosses, one.batchLosses);
  const other = await train(cpu(), flowers, { ...small, seed: 2, epochs: 1 });
  assert.notEqual(other.batchLosses[0], one.batchLosses[0]);
});

Deno.test("training: some digits are learnt, on the products of TensorFlow.js", async () => {
  const whole = split(await digits());
  const rows = Array.from({ length: 2000 }, (_, i) => i);
  const data = { train: pick(whole.train, rows), test: pick(whole.test, rows.slice(0, 1000)) };
  const settings = { hidden: [32], batch: 50, rate: 0.01, epochs: 4 };
  const multiply = await tensorFlow();
  const { epochs } = await train(cpu({ multiply, precision: "fast" }), data, settings);
  assert.ok(epochs.at(-1)!.testAccuracy > 0.85, String(epochs.at(-1)!.testAccuracy));
});

Deno.test("training: large inputs end the textbook's training, and not the kit's", async () => {
  const large = { train: scaled(flowers.train, 255), test: scaled(flowers.test, 255) };
  const run = (loss = stableLoss()) => train(cpu({ loss }), large, { ...small, epochs: 30 });
  const stable = await run();
  assert.ok(stable.batchLosses.every(Number.isFinite));
  assert.ok(stable.batchLosses.at(-1)! < stable.batchLosses[0]!);
  for (const loss of [textbookLoss, probabilityLoss]) {
    const { batchLosses, network } = await run(loss);
    assert.ok(!Number.isFinite(batchLosses.at(-1)!), loss.name);
    assert.ok(network.every(({ weights }) => weights.data.every(Number.isNaN)), loss.name);
  }
});

Deno.test("training: engines of the CPU agree, exact ones to the bit", async () => {
  await using pool = await threads({ size: 2 });
  const losses = async (options: Parameters<typeof cpu>[0]) =>
    (await train(cpu(options), flowers, { ...small, epochs: 5 })).batchLosses;
  const exact = await losses({});
  assert.deepEqual(await losses({ engine: scalar }), exact);
  assert.deepEqual(await losses({ engine: pool }), exact);
  assert.ok(greatestDifference(exact, await losses({ precision: "fast" })) < 1e-5);
});

gpuTest("training: the GPU takes the same steps as the CPU", async (engine) => {
  using place = gpu(engine);
  for (const [transposeA, transposeB] of [[false, false], [true, false], [false, true]] as const) {
    const [a, b] = [
      transposeA ? range(9, 37) : range(37, 9),
      transposeB ? range(6, 9) : range(9, 6),
    ];
    const [product] = await place.read([
      await place.product(place.put(a), place.put(b), { transposeA, transposeB }),
    ]);
    assert.deepEqual(product, loops(a, b, { transposeA, transposeB }));
  }
  const options = { ...small, hidden: [8, 5], epochs: 3 };
  const [here, there] = [
    await train(cpu(), flowers, options),
    await train(place, flowers, options),
  ];
  assert.ok(greatestDifference(here.batchLosses, there.batchLosses) < 1e-4);
  assert.deepEqual(predict(there.testLogits), predict(here.testLogits));
  const wide = new Matrix(new Float64Array(1), 1, 1);
  assert.throws(() => place.put(wide), /^TypeError: put: .* float32, got one of float64/);
});
