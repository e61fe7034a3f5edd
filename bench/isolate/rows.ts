/**
 * The rows that are measured in an isolate of their own: loops in plain JavaScript, this project's
 * and everybody's, whose speed depends on what the compiler has seen before. After float64, or after
 * other inputs, the same loop took two or three times as long, in some runs and not in others.
 */
import type { Implementation } from "../implementation.ts";
import { IMPLEMENTATIONS } from "../implementations.ts";

const LIBRARIES = ["naive", "scalar exact", "scalar fast", "Math loop", "stdlib", "mathjs"];

/** By name. */
export const ISOLATED: ReadonlyMap<string, Implementation> = new Map(
  IMPLEMENTATIONS.filter(({ library }) => LIBRARIES.includes(library))
    .map((one) => [one.name, one]),
);
