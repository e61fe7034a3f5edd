/** What notebooks use of the benchmark: measure, load, tables, figures. */
export { compareValues, errorsOverX, type Form, referenceCurves } from "./accuracy.ts";
export { besideReference } from "./beside.ts";
export {
  about,
  type Certificate,
  envelopes,
  formatCalls,
  formatRuns,
  formatTails,
  formatWorst,
  loadCertificates,
  named,
  shares,
} from "./certified.ts";
export { ascend, formatTail, logLikelihoods } from "./consequences.ts";
export { contenders, peerRatios } from "./contenders.ts";
export { formatDistributions } from "./distributions.ts";
export { exactAndFast, exactOverFast, formatExactFast } from "./exact_fast.ts";
export * from "./figures.ts";
export {
  fastestOfEach,
  gaps,
  runs,
  speedUps,
  times,
  timings,
  valueCheck,
  type Which,
} from "./frames.ts";
export { builtInErrors } from "./gpu/builtins.ts";
export { formatChain, measureChain } from "./gpu/chain.ts";
export {
  formatBandwidth,
  formatBreakEven,
  formatGpuRuns,
  gpuTimings,
  kernelTimes,
  loadGpuResults,
  wholeCalls,
} from "./gpu/frames.ts";
export { onGpu } from "./gpu/here.ts";
export { headline, overviewRows, runText } from "./front.ts";
export type { Implementation } from "./implementation.ts";
export { IMPLEMENTATIONS, ONE_OF_EACH, OWN } from "./implementations.ts";
export { formatLineage } from "./lineage.ts";
export { measure, type MeasureOptions } from "./measure.ts";
export { prose } from "./prose.ts";
export { renderPng, renderSvg, show } from "./render.ts";
export { readResults, type Row, saveResults } from "./results.ts";
export { loadLatest, loadLocal, loadReference } from "./saved.ts";
export { summary } from "./summary.ts";
export { formatGaps, formatResults } from "./table.ts";
export { formatChecked, formatDifferences } from "./value_check.ts";
