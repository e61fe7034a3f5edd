/** What a run finds of each implementation, sitting after sitting. */
import type { Verdict } from "../../lab/oracle/error.ts";
import type { Implementation, Loaded } from "../peers/implementation.ts";
import { type Case, caseName } from "../plans/cases.ts";
import { gapRow, type Row, timedRow } from "../results/schema.ts";

/** What all sittings have found of an implementation. */
export class Findings {
  /** Why there is nothing of it at all, or nothing of a case, by the name of the case. */
  gap: string | undefined;
  readonly gaps: Map<string, { reason: string; loaded: Loaded }> = new Map();
  readonly timed: Map<string, Timed> = new Map();
  /** Verdicts over the whole range, by function and dtype. */
  readonly sweeps: Map<string, Verdict | undefined> = new Map();
  /** Milliseconds per element in the latest case of at least 10,000, by function and dtype. */
  readonly pace: Map<string, number> = new Map();

  constructor(readonly implementation: Implementation) {}

  /** Its row of a case, if it took part in it. */
  row(item: Case): Row | undefined {
    const gap = this.gaps.get(caseName(item));
    if (gap) return gapRow(this.implementation, gap.reason, item, gap.loaded);
    const timed = this.timed.get(caseName(item));
    return timed && timedRow({ ...timed, implementation: this.implementation, item });
  }
}

/** The samples of a case, of one sitting after the other. */
export interface Timed extends Verdicts {
  readonly loaded: Loaded;
  readonly samples: number[];
  readonly calls: number;
}

/** What judging found of a case, and of the whole range. */
export interface Verdicts {
  readonly verdict: Verdict | undefined;
  readonly sweep: Verdict | undefined;
}
