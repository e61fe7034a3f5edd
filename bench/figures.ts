/** Every figure of the kit: pure functions from records, or data frames, to Plotly figures. */
export type { Figure, Records } from "./figures/types.ts";
export type { SpeedUp, Timing, Titles } from "./figures/sizes.ts";
export type { CurvePoint, ErrorPoint } from "./figures/curves.ts";
export { errorOverX, functionsOverX } from "./figures/curves.ts";
export type { EnvelopePoint } from "./figures/binades.ts";
export type { SharePoint } from "./figures/certified.ts";
export { errorMap } from "./figures/error_map.ts";
export { errorOverBinades, shareOverError } from "./figures/certified.ts";
export { roofline, speedUpOverSize, timeOverSize, timePerElement } from "./figures/sizes.ts";
export { speedUpBars } from "./figures/bars.ts";
