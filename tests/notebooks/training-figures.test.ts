/** What notebook 05 draws and prints: that what was lost is shown as lost. */
import assert from "node:assert/strict";
import { accuracyOverEpochs, epochBars, lossCurves } from "../../bench/report/figures.ts";
import { Matrix } from "../../kernels/engines/mod.ts";
import { digits, pick } from "../../notebooks/training/data.ts";
import {
  drawDigits,
  firstLost,
  formatEngines,
  formatEpochs,
  formatLosses,
  lossOverSteps,
  mistakes,
  worstGradient,
} from "../../notebooks/training/text.ts";
import type { Epoch, Training } from "../../notebooks/training/train.ts";

const epoch = (epoch: number, share: number): Epoch => ({
  ...{ epoch, trainLoss: 1 / epoch, trainAccuracy: share, testLoss: 2 / epoch },
  ...{ testAccuracy: share - 0.1, seconds: 1 },
});
const training = (batchLosses: number[], epochs = [epoch(1, 0.5)]): Training => ({
  ...{ place: "wasm exact", loss: "a loss", network: [], epochs, batchLosses, seconds: 1 },
  testLogits: new Matrix(Float32Array.of(0, 1, 2, 1), 2, 2),
});

Deno.test("loss curves: a line ends where the loss does, and crosses above go on", () => {
  const { data, layout } = lossCurves([
    { name: "sound", x: [0, 1, 2], y: [3, 2, 1] },
    { name: "lost", x: [0, 1, 2], y: [3, Infinity, NaN] },
    { name: "never", x: [0, 1, 2], y: [NaN, NaN, NaN] },
  ], { title: { text: "step" } });
  assert.deepEqual(data.map(({ name }) => name), [
    ...["sound", "lost", "lost: ∞ or NaN", "never: ∞ or NaN"],
  ]);
  assert.deepEqual(data[1]!.y, [3, null, null]);
  assert.deepEqual(data[2]!.x, [1, 2]);
  assert.deepEqual(data[3]!.x, [0, 1, 2]);
  const crosses = [data[2]!.y[0] as number, data[3]!.y[0] as number];
  assert.ok(crosses.every((y) => y > 3 && Math.log10(y) < layout.yaxis.range![1]));
  assert.notEqual(crosses[0], crosses[1]);
  assert.ok(layout.title.text.length > 0 && layout.xaxis.title.text === "step");
});

Deno.test("accuracy over epochs: per cent, training and test, all of it in sight", () => {
  const { data, layout } = accuracyOverEpochs([epoch(1, 0.5), epoch(2, 1)]);
  assert.deepEqual(data.map(({ name, y }) => [name, y]), [["training", [50, 100]], [
    "test",
    [40, 90],
  ]]);
  assert.ok(layout.yaxis.range![0] < 40 && layout.yaxis.range![1] > 100);
});

Deno.test("epoch bars: the first on top, parts stacked, a GPU in one piece", () => {
  const time = { products: 2, kit: 1, other: 0.5, divided: true, name: "wasm" };
  const whole = { products: 0, kit: 0, other: 9, divided: false, name: "webgpu" };
  const { data, layout } = epochBars([time, whole]);
  assert.deepEqual(data[0]!.y, ["webgpu", "wasm"]);
  assert.deepEqual(data.map(({ name, x }) => [name, x]), [
    ["the kit", [0, 1]],
    ["matrix products", [0, 2]],
    ["the rest", [0, 0.5]],
    ["all (GPU)", [9, 0]],
  ]);
  assert.equal(layout.barmode, "stack");
  assert.equal(epochBars([time]).data.length, 3, "no entry for a GPU that is not there");
});

Deno.test("text: losses that end are named, epochs thin out, the last one is there", async () => {
  assert.equal(firstLost(training([1, 2, NaN, 1])), 3);
  assert.equal(firstLost(training([1, 2])), undefined);
  const { x, y } = lossOverSteps(training([1, 3, 5, NaN, 8]), 2);
  assert.deepEqual([x, y], [[1, 3, 5], [2, NaN, 8]]);
  const epochs = Array.from({ length: 17 }, (_, i) => epoch(i + 1, 0.5));
  const lines = formatEpochs(training([], epochs)).split("\n").slice(1);
  assert.deepEqual(lines.map((line) => parseInt(line)), [1, 2, 5, 10, 17]);
  assert.match(await formatLosses([0, 100], 0), /\n100 +100 +1 +Infinity +NaN +Infinity +NaN/);
});

Deno.test("text: digits are drawn, with what they were taken for", async () => {
  const part = pick(await digits(), [0, 9999]);
  const drawing = drawDigits(part, [0, 1], ["first", "second"]);
  assert.match(drawing, /[█▀▄]/);
  assert.match(drawing.split("\n").at(-1)!, /^ +first +second$/);
  assert.match(drawDigits(part, [0, 1]).split("\n").at(-1)!, /^ +0 +9$/);
  const two = { ...part, classes: ["0", "9"], labels: Uint8Array.of(0, 0) };
  assert.deepEqual(mistakes(training([]), two), [{ row: 0, is: "0", taken: "9" }]);
});

Deno.test("text: engines beside the first one, the worst gradient of all", () => {
  const parts = { products: 1, kit: 0.25, other: 0.25 };
  const text = formatEngines([
    { ...parts, name: "wasm", divided: true, batchLosses: [2, 4] },
    { ...parts, name: "webgpu", divided: false, batchLosses: [2, 5] },
  ]);
  assert.match(text, /wasm +1\.500 +1\.000 +0\.250 +0\n/);
  assert.match(text, /webgpu +1\.500 +- +- +0\.25$/);
  const check = { layer: 1, parameter: "bias", compared: 5, worst: 0.1 } as const;
  assert.match(worstGradient([check, { ...check, layer: 2, worst: 0.3 }]), /^10 .* 0\.3 .*layer 2/);
});
