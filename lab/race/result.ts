/** What a race found: rows, ratios pair by pair, a DataFrame, a figure, and a table for readers of logs. */
import type { DataFrame } from "nodejs-polars";
import type { Format } from "../floats.ts";
import { raceFigure } from "../figures/race.ts";
import type { Figure } from "../figures/types.ts";
import { loadPackage } from "../packages.ts";
import { durationText, markdownTable, significant } from "../show/markdown.ts";
import { figureBundle, type MimeBundle, showsItself } from "../show/show.ts";
import { pairedRatio } from "../statistics.ts";

/** An implementation at one size. */
export interface RaceRow {
  readonly implementation: string;
  /** "own", or "kit", "textbook" or "peer" where it is known. */
  readonly kind: string;
  /** Whose look it has in figures. */
  readonly family: string;
  /** What it was held against. */
  readonly function: string;
  readonly dtype: Format;
  /** Of the inputs. */
  readonly distribution: string;
  /** Length of the array. */
  readonly elements: number;
  /** Time of a call: median and quartiles of the rounds, in nanoseconds. */
  readonly median_ns: number;
  readonly q1_ns: number;
  readonly q3_ns: number;
  readonly ns_per_element: number;
  /** Bytes of input and result by the median. */
  readonly gb_per_s: number;
  /** Its time over that of the first implementation in the same round: median and quartiles. */
  readonly ratio: number;
  readonly ratio_q1: number;
  readonly ratio_q3: number;
  readonly rounds: number;
  /** Calls in a round. */
  readonly calls: number;
  /** The largest error at the inputs that were judged, 512 at most, and where it was. */
  readonly max_ulp: number;
  readonly worst_x: number | null;
  readonly worst_got: number | null;
  readonly worst_want: number | null;
  /** Whether it errs by more than the tolerance, or gives 0, NaN or an infinity for a number. */
  readonly wrong: boolean;
  /** Quartile distance over median of a fixed amount of arithmetic: the unrest of the machine. */
  readonly noise: number;
  /** Rounds that count although other programs kept the machine busy. */
  readonly disturbed: number;
  /** Nanoseconds a call, round by round. */
  readonly samples: readonly number[];
}

/** Two implementations at one size. */
export interface RacePair {
  readonly first: string;
  readonly second: string;
  readonly elements: number;
  /** Time of the first over that of the second, round by round. */
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
}

/** Unrest above which ratios deserve a warning. */
const NOISY = 0.1;

/**
 * The result of a race. As the result of a notebook's cell it shows its figure.
 *
 * @example
 * ```ts
 * import { race, RaceResult } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const r = await race({ a: Math.exp }, {
 *   of: { name: "exp", exact: (x) => Math.exp(x) },
 *   sizes: [100],
 *   dtype: "f64",
 *   budgetSeconds: 0.1,
 *   progress: false,
 * });
 * assert.ok(r instanceof RaceResult && r.rows[0]!.median_ns > 0 && r.rows[0]!.ratio === 1);
 * ```
 */
export class RaceResult {
  readonly #frame: () => DataFrame;

  private constructor(
    /** One for each implementation and size. */
    readonly rows: readonly RaceRow[],
    frame: () => DataFrame,
  ) {
    this.#frame = frame;
  }

  /** @internal Loads polars, where it is, so that `frame` need not wait. */
  static async of(rows: readonly RaceRow[]): Promise<RaceResult> {
    try {
      const pl = await loadPackage("nodejs-polars", "r.frame", () => import("nodejs-polars"));
      return new RaceResult(rows, () => pl.default.DataFrame(rows.map(flat)));
    } catch (error) {
      return new RaceResult(rows, () => {
        throw error;
      });
    }
  }

  /**
   * The rows as a polars DataFrame, without their samples.
   *
   * @throws {PackageMissingError} nodejs-polars is not installed
   */
  get frame(): DataFrame {
    return this.#frame();
  }

  /** Every two implementations at every size, with quartiles of their ratios. */
  get pairs(): readonly RacePair[] {
    return this.rows.flatMap((first) =>
      this.rows.filter((second) => second !== first && second.elements === first.elements)
        .map((second): RacePair => ({
          first: first.implementation,
          second: second.implementation,
          elements: first.elements,
          ...pairedRatio(first.samples, second.samples),
        }))
    );
  }

  /** What to know before one believes the numbers; empty where there is nothing. */
  get warnings(): readonly string[] {
    const found: string[] = [];
    for (
      const { implementation, wrong, max_ulp, worst_x, worst_got, worst_want, elements } of this
        .rows
    ) {
      if (!wrong) continue;
      found.push(
        `${implementation} is wrong at ${elements} elements: ${worst_got} at x = ${worst_x}, where ` +
          `the answer is ${worst_want} (${significant(max_ulp)} ULP)`,
      );
    }
    const disturbed = this.rows.filter(({ disturbed }) => disturbed > 0);
    if (disturbed.length > 0) {
      found.push(
        `other programs kept the machine busy at ${sizesOf(disturbed)} elements: repeat the race ` +
          "when they have ended",
      );
    }
    const noisy = this.rows.filter(({ noise }) => noise > NOISY);
    if (noisy.length > 0) {
      const most = Math.max(...noisy.map(({ noise }) => noise));
      found.push(
        `the machine was unsteady at ${
          sizesOf(noisy)
        } elements: a fixed amount of work varied by ` +
          `${Math.round(100 * most)} %; trust ratios more than times`,
      );
    }
    return found;
  }

  /** Time over size above, ratios to the first implementation below, both with quartiles. */
  get figure(): Figure {
    return raceFigure(this.rows, this.warnings);
  }

  /** The table and the warnings, as Markdown. */
  toString(): string {
    const lines = this.rows.map((row) => [
      row.wrong ? `${row.implementation} †` : row.implementation,
      row.elements.toLocaleString("en"),
      durationText(row.median_ns),
      `${significant(row.ns_per_element)} ns`,
      `${significant(row.ratio)} (${significant(row.ratio_q1)} to ${significant(row.ratio_q3)})`,
      significant(row.max_ulp),
    ]);
    const first = this.rows[0]?.implementation;
    const head = ["", "elements", "a call", "an element", `time over ${first}'s (quartiles)`];
    const table = markdownTable([...head, "worst ULP"], lines);
    const wrong = this.rows.some((row) => row.wrong) ? "†: wrong, see below" : "";
    return [table, wrong, ...this.warnings.map((one) => `Warning: ${one}.`)]
      .filter(Boolean).join("\n\n");
  }

  /** What a notebook shows; its kernel asks for it. */
  async display(): Promise<MimeBundle> {
    return await figureBundle(this.figure, {}, this.toString());
  }
}

showsItself(RaceResult.prototype);

/** A row with what a column can hold. */
function flat({ samples: _, ...row }: RaceRow): Record<string, unknown> {
  return row;
}

function sizesOf(rows: readonly RaceRow[]): string {
  return [...new Set(rows.map(({ elements }) => elements.toLocaleString("en")))].join(", ");
}
