/** What a verification is told. */
import type { Progress } from "../progress.ts";
import type { Target } from "./types.ts";

/** What to verify, and where things are. */
export interface Verification {
  /** Address of the module that provides the subjects, for workers. */
  readonly subjects: string;
  readonly targets: readonly Target[];
  readonly quick: boolean;
  /** Folder for finished slices. */
  readonly cache: string;
  /** Folder for certificates; read by a quick run, written by a full one. */
  readonly certificates: string;
  readonly workers: number;
  readonly signal?: AbortSignal;
  /** Called once with the number of slices, those done before included. */
  readonly progress?: (slices: number) => Progress;
  /** Leave out slices beyond these; for tests. */
  readonly slices?: readonly number[];
}
