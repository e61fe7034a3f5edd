/**
 * The rows of a run by what they compute: one contender for each formula of each library, with its
 * fastest time on one thread and on all, its worst error, and an input where it fails.
 */
import { formulaOf, isPlainCall } from "../peers/naming.ts";
import { type TimedRow, timedRows, type Which } from "../results/rows.ts";
import type { Row } from "../results/schema.ts";
import { pairedRatio, type Quartiles } from "../../lab/statistics.ts";

/** A formula of a library in one case. */
export interface Contender {
  readonly name: string;
  readonly kind: string;
  /** The engine of its first row; "" where its library has one. */
  readonly engine: string;
  /** Of the kit: "exact" or "fast"; else "". */
  readonly precision: string;
  /** Its fastest row on one thread, and on more. */
  readonly one: TimedRow | undefined;
  readonly all: TimedRow | undefined;
  /** Greatest error over the case and over a sweep of the range, in ULP; null for the floor. */
  readonly ulp: number | null;
  /** An input where the result is 0, infinite or NaN and should not be, or the reverse. */
  readonly wrong: { readonly at: number; readonly got: number; readonly right: number } | null;
}

/** The contenders of one function at the largest size that was timed, fastest first. */
export function contenders(rows: readonly Row[], which: Which): Contender[] {
  const timed = timedRows(rows, which);
  const n = Math.max(...timed.map((row) => row.rows));
  const groups = Map.groupBy(
    timed.filter((row) => row.rows === n && isPlainCall(row)),
    formulaOf,
  );
  return [...groups].map(([name, group]): Contender => {
    const fastest = (several: boolean) =>
      group.filter(({ threads }) => (threads ?? 1) > 1 === several)
        .toSorted((a, b) => a.median_ns - b.median_ns)[0];
    const errors = group.flatMap(({ max_ulp, sweep_max_ulp }) => [max_ulp, sweep_max_ulp])
      .filter((ulp) => ulp !== null);
    const bad = group.find(({ wrong_input }) => wrong_input !== null);
    return {
      name,
      kind: group[0]!.kind,
      engine: group[0]!.engine,
      precision: group[0]!.kind === "kit" ? group[0]!.precision : "",
      one: fastest(false),
      all: fastest(true),
      ulp: errors.length > 0 ? Math.max(...errors) : null,
      wrong: bad
        ? { at: bad.wrong_input!, got: bad.wrong_got ?? NaN, right: bad.wrong_want ?? NaN }
        : null,
    };
  }).sort((a, b) => least(a) - least(b));
}

/** Nanoseconds of a call, on as many threads as is fastest. */
export function least({ one, all }: Pick<Contender, "one" | "all">): number {
  return Math.min(one?.median_ns ?? Infinity, all?.median_ns ?? Infinity);
}

/** How many times as long a peer takes as the kit, in pairs of one round. */
export interface PeerRatio extends Quartiles {
  readonly peer: string;
  readonly precision: string;
  readonly wrong: boolean;
  readonly n: number;
}

/**
 * The kit against each peer at the largest size, everybody with the fastest of its rows: on one
 * thread, or on more where both have rows for that.
 */
export function peerRatios(
  rows: readonly Row[],
  which: Which,
  threads: "one" | "all" = "one",
): PeerRatio[] {
  const all = contenders(rows, which);
  // Nobody computes arrays on `scalar` who has the others.
  const kit = all.filter(({ kind, engine }) => kind === "kit" && engine !== "scalar");
  return all.filter(({ kind }) => kind !== "kit" && kind !== "floor").flatMap((peer) =>
    kit.flatMap((one): PeerRatio[] => {
      const [theirs, ours] = [peer[threads], one[threads]];
      // Another run of the same case has other rounds: nothing to pair.
      if (!theirs || !ours || theirs.date !== ours.date) return [];
      return [{
        peer: peer.name,
        precision: one.precision,
        n: ours.rows,
        wrong: peer.wrong !== null,
        ...pairedRatio(theirs.round_ns, ours.round_ns),
      }];
    })
  );
}
