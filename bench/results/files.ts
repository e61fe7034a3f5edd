/** Where results are kept: the committed reference run, and the latest run of this machine. */
import { fileURLToPath } from "node:url";
import { readResults, type Row } from "./schema.ts";

/** The folder of reference runs. */
export const REFERENCES: URL = new URL("../reference/", import.meta.url);

/** The reference run: part of the project, small, made by `deno task bench --output` this path. */
export const REFERENCE: string = fileURLToPath(new URL("cpu.parquet", REFERENCES));

/** The latest run on this machine; not part of the project. */
export const LOCAL: string = fileURLToPath(
  new URL("../../.cache/bench/benchmark.parquet", import.meta.url),
);

/** Paths of the reference runs whose names match, in the order of the names. */
export function referenceFiles(pattern: RegExp, folder: URL = REFERENCES): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => pattern.test(name)).sort()
    .map((name) => fileURLToPath(new URL(name, folder)));
}

/** Rows of the reference run. */
export function loadReference(): Row[] {
  return readResults(REFERENCE);
}

/** Rows of the latest run on this machine; undefined when there was none. */
export function loadLocal(): Row[] | undefined {
  try {
    return readResults(LOCAL);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Set to "reference", this variable lets notebooks show the reference run whatever else there is. */
export const RESULTS_VARIABLE = "SOFTPLUS_KIT_RESULTS";

/** What notebooks show: the latest run of this machine, or without one the reference run. */
export function loadLatest(): Row[] {
  const local = Deno.env.get(RESULTS_VARIABLE) === "reference" ? undefined : loadLocal();
  return local ?? loadReference();
}
