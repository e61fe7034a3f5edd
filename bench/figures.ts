/** Every figure of the kit: pure functions from records, or data frames, to Plotly figures. */
export type { Figure, Records } from "./figures/types.ts";
export type { SpeedUp, Timing, Titles } from "./figures/sizes.ts";
export type { CurvePoint, ErrorPoint } from "./figures/curves.ts";
export { errorOverX, functionsOverX } from "./figures/curves.ts";
export type { GpuTiming } from "./figures/elements.ts";
export { timeOverElements, trafficOverElements } from "./figures/elements.ts";
export type { EnvelopePoint, SharePoint } from "./figures/certified.ts";
export { errorOverBinades, shareOverError } from "./figures/certified.ts";
export { roofline, speedUpOverSize, timeOverSize, timePerElement } from "./figures/sizes.ts";
export { speedUpBars } from "./figures/bars.ts";
export type { ExactOverFast } from "./figures/exact_fast.ts";
export { costOverSize } from "./figures/exact_fast.ts";
export { overview, type OverviewRow } from "./figures/overview.ts";
export { type PeerRatioRow, speedUpOverPeers } from "./figures/peers.ts";
export type { LossCurve } from "./figures/losses.ts";
export { lossCurves } from "./figures/losses.ts";
export type { EpochPoint, EpochTime } from "./figures/training.ts";
export { accuracyOverEpochs, epochBars } from "./figures/training.ts";
