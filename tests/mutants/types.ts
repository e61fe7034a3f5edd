/** A planted fault as data: `deno task mutants` plants it, and the tests it names must turn red. */

/** One fault. */
export interface Mutant {
  /** What is wrong, in a few words; different from all others. */
  readonly name: string;
  /** Where, from the project's folder. */
  readonly file: string;
  /** The text that is replaced. It stands in the file exactly once. */
  readonly text: string;
  readonly replacement: string;
  /** The cheapest test files that see it, from the project's folder. */
  readonly tests: readonly string[];
  /** Of their tests only those whose names match: a part of the name, or /a pattern/. */
  readonly filter?: string;
  /** Generated files that its tests read, beside those that the runner makes again by itself. */
  readonly made?: readonly string[];
  /** What a user would notice. */
  readonly notice: string;
}

/** A fault that nobody can notice: it is recorded and not planted. */
export interface Equivalent extends Omit<Mutant, "tests" | "filter" | "made" | "notice"> {
  /** Why no test can see it. */
  readonly reason: string;
}
