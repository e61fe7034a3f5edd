/**
 * The rows that are measured in an isolate of their own: loops in plain JavaScript, this project's
 * and everybody's, whose speed depends on what the compiler has seen before. After float64, or after
 * other inputs, the same loop took two or three times as long, in some runs and not in others. mathjs
 * is not among them: its functions find out types at every call, and in isolates of its own it took
 * now the one time, now the double, where beside the others it is steady.
 */
import type { Implementation } from "../../peers/implementation.ts";
import { IMPLEMENTATIONS } from "../../peers/implementations.ts";

const LIBRARIES = ["naive", "scalar exact", "scalar fast", "Math loop", "stdlib"];

/** By name. */
export const ISOLATED: ReadonlyMap<string, Implementation> = new Map(
  IMPLEMENTATIONS.filter(({ library }) => LIBRARIES.includes(library))
    .map((one) => [one.name, one]),
);
