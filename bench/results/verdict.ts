/** What is recorded of the accuracy of results. */

/** An input with what came out and what is right. */
export interface Witness {
  readonly input: number;
  readonly got: number;
  readonly want: number;
}

/** What judging found. */
export interface Verdict {
  readonly maxUlp: number;
  readonly maxAbsDiff: number;
  /** Where `maxUlp` was reached; absent when nothing was judged. */
  readonly worst?: Witness;
  /** The wrong result nearest to x = 0; absent when all are at least numbers near the answer. */
  readonly wrong?: Witness;
}
