/** What notebooks use of the benchmark: measure, load, tables, figures. */
export { compareValues, referenceCurves } from "./report/accuracy.ts";
export { besideReference } from "./report/comparing_runs.ts";
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
} from "./report/certified.ts";
export { ascend, formatTail, logLikelihoods } from "./report/consequences.ts";
export { contenders, peerRatios } from "./report/contenders.ts";
export { formatDistributions } from "./report/distributions.ts";
export { exactAndFast, exactOverFast, formatExactFast } from "./report/exact_fast.ts";
export * from "./report/figures.ts";
export { fastestOfEach, runs, times, type Which } from "./results/rows.ts";
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
export { headline, overviewRows, runText } from "./report/front_page.ts";
export type { Implementation } from "./peers/implementation.ts";
export { IMPLEMENTATIONS, ONE_OF_EACH, OWN } from "./peers/implementations.ts";
export { formatLineage } from "./report/lineage.ts";
export { measure, type MeasureOptions } from "./race/measure.ts";
export { prose } from "../lab/show/markdown.ts";
export { renderPng, renderSvg } from "../lab/show/png.ts";
export { show } from "../lab/show/show.ts";
export { readResults, type Row, saveResults } from "./results/schema.ts";
export { loadLatest, loadLocal, loadReference } from "./results/files.ts";
export { summary } from "./report/summary.ts";
export { formatGaps, formatResults } from "./report/table.ts";
export { formatChecked, formatDifferences } from "./report/value_check.ts";
