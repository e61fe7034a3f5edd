/**
 * Every implementation of the comparison. To add one, write `peers/NAME.ts` and list it here: the
 * table, the notebooks and the figures take it from this list.
 */
import type { Implementation } from "./implementation.ts";
import { naiveForms, scalarExact, scalarFast } from "./kit.ts";
import { copy } from "./peers/copy.ts";
import { mathLoop } from "./peers/math-loop.ts";

/** In the order in which they load; rounds shuffle them. */
export const IMPLEMENTATIONS: readonly Implementation[] = [
  copy,
  naiveForms,
  mathLoop,
  scalarExact,
  scalarFast,
];
