/**
 * The rows that are measured in an isolate of their own: plain TypeScript of this project, whose
 * speed depends on what the compiler has seen before. After float64, or after other inputs, the
 * same loop took two or three times as long, in some runs and not in others.
 */
import type { Implementation } from "../implementation.ts";
import { OWN } from "../implementations.ts";

/** By name. */
export const ISOLATED: ReadonlyMap<string, Implementation> = new Map(
  OWN.filter(({ library }) => library === "naive" || library.startsWith("scalar "))
    .map((one) => [one.name, one]),
);
