/**
 * Rows of schema version 2 had no fields for engine, formula, memory, threads asked for, clock and
 * adapter: names, labels and caveats said it. This is the one place that reads them there.
 */
import type { IdentityColumns } from "../peers/naming.ts";

/** What is read of such a row. */
interface NamedRow {
  readonly implementation: string;
  readonly kind: string;
  readonly library: string;
  readonly version: string | null;
  readonly includes: string;
  readonly caveat: string | null;
}

/** What is made of it; kind, library and precision it has. */
interface Fields extends Omit<IdentityColumns, "kind" | "library" | "precision"> {
  readonly adapter: string | null;
  readonly caveat: string | null;
  readonly schema_version: number;
}

/** The version that this file reads. */
export const NAMES_VERSION = 2;

/** Memory by what `includes` said; the kit's words and everybody else's. */
const MEMORY: Readonly<Record<string, string>> = {
  "output given": "given",
  "output allocated": "allocated",
  "arrays in the engine's memory, output given": "own",
  "tensors stay, output allocated": "resident",
  "input stays, output allocated, read-back": "resident",
  "input stays, output allocated, copy out": "resident",
  "arrays stay, output allocated": "resident",
  "output allocated, copies in and out": "copied",
  "arrays in CPU memory, output given": "given",
  "upload and read-back, output given": "copied",
};

/** What began `includes` where the arrays were on a GPU. */
const ON_DEVICE = "arrays on the GPU";

/** Back ends, where the library alone does not say it; those of tfjs are the names of their forms. */
const ENGINES: Readonly<Record<string, string>> = {
  "jax-js": "wasm",
  "tfjs webgpu": "webgpu",
  webgpu: "webgpu",
};

/** A row of version 2 with the fields of the present one. */
export function fieldsFromNames<Row extends NamedRow>(row: Row): Row & Fields {
  const { implementation, kind, library, includes } = row;
  const [head = "", ...how] = implementation.split(", ");
  const has = (words: string) => how.includes(words);
  const onDevice = includes.startsWith(ON_DEVICE);
  const clock = ["kernel", "completion", "transfers"].find(has) ??
    (includes === "arrays in CPU memory, output given" ? "cpu" : "");
  const form = onDevice ? formOnDevice(row, head, how) : head.slice(library.length).trim();
  const engine = kind === "kit" && library !== "webgpu"
    ? library.split(" ")[0]!
    : library === "tfjs"
    ? form
    : ENGINES[library] ?? "";
  return {
    ...row,
    engine,
    form,
    memory: onDevice ? "device" : MEMORY[includes] ?? "",
    passes: has("two calls") || has("two passes") ? 2 : 1,
    pool: has("1 thread") ? "1" : has("all threads") ? "all" : "",
    clock,
    ...adapterAndCaveat(row, clock),
    schema_version: 3,
  };
}

/** "CuPy, formulas, kernel": what stands between library and clock; a floor is named by itself. */
function formOnDevice({ kind, library }: NamedRow, head: string, how: readonly string[]): string {
  if (head !== library) return kind === "floor" ? head : "";
  const [first = ""] = how;
  return ["kernel", "completion", "two passes"].includes(first) ? "" : first;
}

/** The kit's caveats began "on ADAPTER"; those of Python's libraries ended with it in parentheses. */
function adapterAndCaveat(
  { library, version, caveat }: NamedRow,
  clock: string,
): Pick<Fields, "adapter" | "caveat"> {
  const [, adapter, , rest] = /^on ([^;]*)(; (.*))?$/.exec(caveat ?? "") ?? [];
  if (adapter !== undefined) return { adapter, caveat: rest ?? null };
  const [, words, device] = clock === "kernel" || clock === "completion"
    ? /^(.*) \(([^()]+)\)$/.exec(caveat ?? "") ?? []
    : [];
  if (device !== undefined) return { adapter: device, caveat: words! };
  const named = library === "tfjs webgpu" ? / on (.*)$/.exec(version ?? "")?.[1] : undefined;
  return { adapter: named ?? null, caveat };
}
