/** What notebook 05 uses: data, losses, places to compute, training, and what it prints. */
export { cpu, type CpuOptions } from "./cpu.ts";
export {
  type Dataset,
  digits,
  irises,
  type Part,
  pick,
  scaled,
  type Split,
  split,
} from "./data.ts";
export { type EngineEpoch, greatestDifference, timeEpoch } from "./engines.ts";
export { gpu, type GpuPlace } from "./gpu.ts";
export { checkGradients, type GradientCheck } from "./gradient_check.ts";
export { type Loss, probabilityLoss, stableLoss, textbookLoss } from "./loss.ts";
export { accuracy, predict } from "./network.ts";
export type { Place } from "./place.ts";
export { loops, type Multiply, tensorFlow } from "./products.ts";
export {
  drawDigits,
  firstLost,
  formatEngines,
  formatEpochs,
  formatLosses,
  FORMS,
  lossOverLogits,
  lossOverSteps,
  mistakes,
  worstGradient,
} from "./text.ts";
export { type Epoch, train, type Training, type TrainOptions } from "./train.ts";
