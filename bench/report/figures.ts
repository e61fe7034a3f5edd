/** Every figure of the kit: pure functions from records, or data frames, to Plotly figures. */
export type { Figure, Records } from "../../lab/figures/types.ts";
export type { SpeedUp, Timing, Titles } from "../../lab/figures/sizes.ts";
export type { CurvePoint, ErrorPoint } from "../../lab/figures/curves.ts";
export { errorOverX, functionsOverX } from "../../lab/figures/curves.ts";
export type { GpuTiming } from "../../lab/figures/elements.ts";
export { timeOverElements, trafficOverElements } from "../../lab/figures/elements.ts";
export type { EnvelopePoint } from "../../lab/figures/binades.ts";
export type { SharePoint } from "./figures/certified.ts";
export { errorMap } from "../../lab/figures/error_map.ts";
export { errorOverBinades, shareOverError } from "./figures/certified.ts";
export {
  roofline,
  speedUpOverSize,
  timeOverSize,
  timePerElement,
} from "../../lab/figures/sizes.ts";
export { speedUpBars } from "../../lab/figures/bars.ts";
export type { ExactOverFast } from "./figures/exact_fast.ts";
export { costOverSize } from "./figures/exact_fast.ts";
export { overview, type OverviewRow } from "./figures/overview.ts";
export { type PeerRatioRow, speedUpOverPeers } from "./figures/peers.ts";
export type { LossCurve } from "./figures/losses.ts";
export { lossCurves } from "./figures/losses.ts";
export type { EpochPoint, EpochTime } from "./figures/training.ts";
export { accuracyOverEpochs, epochBars } from "./figures/training.ts";
