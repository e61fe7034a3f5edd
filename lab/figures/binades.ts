/** The axis of figures over all float32: a step for each binade of x, from -infinity to +infinity. */
import type { Drawn } from "./theme.ts";

/** The greatest error of an implementation for 2^exponent <= |x| < 2^(exponent+1). */
export interface EnvelopePoint extends Drawn {
  readonly negative: boolean;
  readonly exponent: number;
  readonly ulp: number;
}

/** Below 2^-28 and from 2^10 on nothing changes any more; the outer binades show what is beyond. */
const [LEAST, MOST] = [-28, 10] as const;

/** The outermost place. */
export const EDGE: number = MOST - LEAST + 1;

/** Where the binade of a point stands on the axis. */
export function placeOfBinade({ negative, exponent }: EnvelopePoint): number {
  const distance = Math.min(Math.max(exponent, LEAST), MOST) - LEAST + 1;
  return negative ? -distance : distance;
}

/** Ticks of the axis, in ascending order. */
export function ticksOfBinades(): { at: number; text: string }[] {
  const place = (negative: boolean, exponent: number) =>
    (negative ? -1 : 1) * (exponent - LEAST + 1);
  const ticks = [-20, -10, 0, 3, 7].flatMap((e) => [
    { at: place(true, e), text: `−${power(e)}` },
    { at: place(false, e), text: power(e) },
  ]);
  ticks.push({ at: -EDGE, text: "−∞" }, { at: 0, text: "0" }, { at: EDGE, text: "∞" });
  return ticks.sort((a, b) => a.at - b.at);
}

/** 2^exponent as a label. */
export function power(exponent: number): string {
  return exponent === 0 ? "1" : `2<sup>${String(exponent).replace("-", "−")}</sup>`;
}
