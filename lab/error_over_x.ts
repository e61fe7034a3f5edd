/**
 * How far off implementations are, over x: computed anew each time, quick, and the same on every run.
 *
 * @module
 */
import type { Precision } from "../kernels/bounds.ts";
import { adapt } from "./adapt.ts";
import { errorCurves, type ErrorPoint } from "./figures/curves.ts";
import { placesOf } from "./figures/theme.ts";
import type { Figure } from "./figures/types.ts";
import { arrayOfLength, type Format, step, type Vector } from "./floats.ts";
import type { Described, Implementation } from "./implementation.ts";
import { isWrong } from "./oracle/error.ts";
import { type Of, type Reference, referenceOf } from "./oracle/reference.ts";
import { checkDtype, checkOptions } from "./options.ts";
import { DISPLAY, figureBundle, type Shown } from "./show/show.ts";

/** Where to look at errors. */
export interface ErrorRange {
  /** What the implementations stand for: a name, or an object with `exact(x, format)`. */
  readonly of: Of;
  /** Element type: "f16", "f32" or "f64"; "f32" unless told. */
  readonly dtype?: Format;
  readonly from: number;
  readonly to: number;
  /** Points of a curve; 240 unless told. */
  readonly bins?: number;
  /** Inputs tried for each point, whose largest error it shows; 8 unless told. */
  readonly inputsPerBin?: number;
  /** Given to each implementation as `{ precision }`; nothing is given unless told. */
  readonly precision?: Precision;
  /** Milliseconds that a promise of an implementation may take; 10,000 unless told. */
  readonly timeout?: number;
}

/** Where to look, and the words above the figure. */
export interface ErrorOptions extends ErrorRange {
  readonly title?: string;
  readonly subtitle?: string;
}

const DEFAULTS = { dtype: "f32", bins: 240, inputsPerBin: 8 } as const;

/**
 * A figure of the error in ULP of implementations over x; it shows itself as the result of a cell.
 *
 * A point is the largest error of the inputs around x: one input says little about its
 * neighbourhood, errors jump from float to float. Where 0, an infinity or NaN stands for a number
 * that is none of them, there is a cross.
 *
 * @param implementations each under the name that the figure shows
 * @throws {TypeError} one is nothing that could be called, or an option does not exist
 * @throws {RangeError} `of` is not known, or the range is none
 * @throws {ImplementationError} one throws, returns another length or type, is NaN everywhere, or
 *   does not settle in time; the message names it
 *
 * @example
 * ```ts ignore
 * const mine = (x: number) => Math.log(1 + Math.exp(x));
 * await errorOverX({ mine, softplus }, { of: "softplus", from: -110, to: 20 });
 * ```
 */
export async function errorOverX(
  implementations: Readonly<Record<string, Implementation>>,
  options: ErrorOptions,
): Promise<Figure & Shown> {
  const { dtype = DEFAULTS.dtype, from, to, title, subtitle } = options ?? {};
  const points = await errorPoints(implementations, options);
  const { name } = await referenceOf(options.of);
  const figure = errorCurves(points, dtype, {
    title: title ?? `Error of ${name} in ${dtype}: lower is better`,
    subtitle: subtitle ??
      `largest of each ${Number(((to - from) / binsOf(options)).toPrecision(3))} of x`,
  });
  return { ...figure, [DISPLAY]: () => figureBundle(figure) };
}

/**
 * The points of that figure, as records.
 *
 * @example
 * ```ts
 * import { errorPoints } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const range = { of: "softplus", from: -20, to: 0, bins: 10 } as const;
 * const points = await errorPoints({ mine: (x: number) => Math.log1p(Math.exp(x)) }, range);
 * assert.ok(points.every(({ ulp }) => ulp <= 0.501));
 * ```
 */
export async function errorPoints(
  implementations: Readonly<Record<string, Implementation>>,
  options: ErrorRange,
): Promise<ErrorPoint[]> {
  checkRange(options);
  const entries = Object.entries(implementations ?? {});
  if (entries.length === 0) {
    throw new TypeError("implementations must be an object with one at least, such as { mine }");
  }
  const { dtype = DEFAULTS.dtype, precision, timeout } = options;
  const reference = await referenceOf(options.of);
  const x = inputsOf(options);
  const right = x.map((v) => reference.exact(v, dtype)) as Vector;
  const told = { dtype, ...(precision && { precision }), ...(timeout && { timeout }) };
  const probe = [...x.filter((_, i) => i % Math.ceil(x.length / 16) === 0), x.at(-1)!];
  const points: ErrorPoint[] = [];
  for (const [name, implementation] of entries) {
    await using one = await adapt(name, implementation, { ...told, reference, probe });
    points.push(...binned(one, { x, right, results: await one.apply(x), reference }, options));
  }
  const places = placesOf(points);
  return points.map((point) => ({ ...point, ...places.get(point.implementation) }));
}

function binsOf({ bins = DEFAULTS.bins }: ErrorRange): number {
  return bins;
}

function checkRange(options: ErrorRange): void {
  checkOptions("errorOverX", options, [
    ...["of", "dtype", "from", "to", "bins", "inputsPerBin"],
    ...["precision", "timeout", "title", "subtitle"],
  ]);
  const { dtype = DEFAULTS.dtype, from, to } = options;
  checkDtype(dtype);
  if (!Number.isFinite(from) || !Number.isFinite(to) || from >= to) {
    throw new RangeError(`errorOverX: from must be below to, both finite, got ${from} and ${to}`);
  }
}

/** The inputs that are tried, bin after bin. */
export function inputsOf(range: Omit<ErrorRange, "of">): Vector {
  const { dtype, from, to, bins, inputsPerBin } = { ...DEFAULTS, ...range };
  const x = arrayOfLength(dtype, bins * inputsPerBin);
  for (let i = 0; i < x.length; i++) x[i] = from + (to - from) * (i + 0.5) / x.length;
  if (dtype === "f16") return x; // so few that a step would lead elsewhere
  // Evenly spaced numbers have few bits, and few bits are kind to naive forms: step off them.
  for (let i = 0; i < x.length; i++) x[i] = step(x[i]!, i * 7919 % 1009, dtype);
  return x;
}

/** What an implementation gave, beside what is right. */
interface Compared {
  readonly x: Vector;
  readonly right: Vector;
  readonly results: Vector;
  readonly reference: Reference;
}

/** The largest error of each bin. */
function binned(
  { name, kind, family }: Required<Described>,
  { x, right, results, reference }: Compared,
  range: ErrorRange,
): ErrorPoint[] {
  const { dtype, from, to, bins, inputsPerBin } = { ...DEFAULTS, ...range };
  return Array.from({ length: bins }, (_, bin): ErrorPoint => {
    let ulp = 0;
    let wrong = false;
    for (let i = bin * inputsPerBin; i < (bin + 1) * inputsPerBin; i++) {
      const error = reference.error(x[i]!, results[i]!, dtype);
      ulp = Math.max(ulp, error);
      wrong ||= isWrong(results[i]!, right[i]!, error);
    }
    const middle = from + (to - from) * (bin + 0.5) / bins;
    return { implementation: name, kind, family, x: middle, ulp, wrong };
  });
}
