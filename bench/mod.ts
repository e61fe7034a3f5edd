/** What notebooks use of the benchmark: measure, load, tables, figures. */
export { compareValues, errorsOverX, type Form, referenceCurves } from "./accuracy.ts";
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
export * from "./figures.ts";
export { fastestOfEach, gaps, runs, speedUps, timings, valueCheck, type Which } from "./frames.ts";
export type { Implementation } from "./implementation.ts";
export { IMPLEMENTATIONS, OWN } from "./implementations.ts";
export { measure, type MeasureOptions } from "./measure.ts";
export { renderPng, renderSvg, show } from "./render.ts";
export { readResults, type Row, saveResults } from "./results.ts";
export { loadLocal, loadReference } from "./saved.ts";
export { formatResults } from "./table.ts";
