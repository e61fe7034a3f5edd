/** What workers get to do, and what they tell. */
import type { Format, Mode, SliceResult, Target } from "./types.ts";

/** A piece of work: a slice, and the targets for which it is still to be done. */
export interface Job {
  readonly id: number;
  readonly mode: Mode;
  /** The slice of the reference; logSigmoid takes its mirror image. */
  readonly slice: number;
  readonly targets: readonly Target[];
  /** Instead of targets: the screen of this format is to be measured. */
  readonly proof?: Format;
}

/** What a slice told about a target, or why it could not be asked. */
export type Outcome =
  | { readonly target: Target; readonly result: SliceResult; readonly failure?: undefined }
  | { readonly target: Target; readonly result?: undefined; readonly failure: string };
