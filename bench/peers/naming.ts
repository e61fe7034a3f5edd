/**
 * What tells the rows of a comparison apart, as fields; and the names that are made from them, here
 * and nowhere else. A name is for readers: whoever must know an engine or a precision asks the field.
 */

/**
 * textbook: the formula as people first write it; kit: this project; peer: what people would use
 * instead; floor: no mathematics at all, the least that moving the same bytes costs.
 */
export type Kind = "textbook" | "kit" | "peer" | "floor";

/**
 * Where the arrays of a call are. given: the caller gives one for the results; allocated: the call
 * makes it; own: both are in the engine's own memory; resident: both stay in the library; copied:
 * into the library's memory and back in every call; device: both are on the GPU.
 */
export type Memory = "given" | "allocated" | "own" | "resident" | "copied" | "device";

/** By which clock a row of the GPU benchmark is timed, and with that what is in its times. */
export type Clock = "kernel" | "completion" | "transfers" | "cpu";

/** What tells a row apart from all others. */
export interface Identity {
  readonly kind: Kind;
  /** Rows of one library form a group, of which a figure may show the best alone. */
  readonly library: string;
  /** Of the kit the engine, of a library with several its back end; else absent. */
  readonly engine?: string;
  /** Which of the library's formulas or ways to compute; absent where it has one. */
  readonly form?: string;
  /** "exact" or "fast" for the kit; what the library calls it elsewhere, or "". */
  readonly precision: string;
  readonly memory?: Memory;
  /** Calls that give both results one after the other: 2; absent where there is one. */
  readonly passes?: number;
  /** How many threads are asked for, where the library can be told. */
  readonly pool?: "1" | "all";
  /** Of the GPU benchmark alone. */
  readonly clock?: Clock;
}

/** The fields as a row of results has them: "" where there is nothing to tell apart. */
export interface IdentityColumns {
  readonly kind: string;
  readonly library: string;
  readonly engine: string;
  readonly form: string;
  readonly precision: string;
  readonly memory: string;
  readonly passes: number;
  readonly pool: string;
  readonly clock: string;
}

/** What a name says of memory, where that is not what the library's users have anyway. */
const MEMORY_WORDS: Readonly<Record<Memory, string>> = {
  given: "out",
  allocated: "allocated",
  own: "own memory",
  resident: "resident",
  copied: "arrays",
  device: "",
};

const POOL_WORDS = { "1": "1 thread", all: "all threads" } as const;

/**
 * The name of a row: its formula, and then how it is called.
 *
 * @param usual memory of which the name says nothing, as it is how the library is called anyway
 */
export function nameOf(one: Identity, usual: Memory | undefined = one.memory): string {
  const { memory, passes = 1, pool, clock } = one;
  return [
    memory === "device" ? headOnDevice(one) : headOf(one),
    memory === undefined || memory === usual ? "" : MEMORY_WORDS[memory],
    passes > 1 ? `two ${memory === "device" ? "passes" : "calls"}` : "",
    pool === undefined ? "" : POOL_WORDS[pool],
    clock === undefined || clock === "cpu" ? "" : clock,
  ].filter((part) => part !== "").join(", ");
}

/** The fields with the name that they make: the beginning of an implementation. */
export function identify<T extends Identity>(
  one: T,
  usual?: Memory,
): T & { readonly name: string } {
  return { ...one, name: nameOf(one, usual) };
}

/** The fields of a row of the kit's engines. */
export function kitIdentity(
  engine: string,
  precision: string,
  memory: Memory = "given",
  passes = 1,
): Identity & { readonly name: string } {
  const library = `${engine} ${precision}`;
  return identify({ kind: "kit", library, engine, precision, memory, passes }, "given");
}

/** What a formula is told by, of an implementation or of a row. */
export interface FormulaFields {
  readonly kind: string;
  readonly library: string;
  readonly engine?: string;
  readonly form?: string;
  readonly precision: string;
}

/** Library and formula, without how it is called. */
export function headOf({ library, form = "" }: Pick<FormulaFields, "library" | "form">): string {
  return form === "" ? library : `${library} ${form}`;
}

/** On a GPU what moves bytes alone is named by itself, whichever library does it. */
function headOnDevice({ kind, library, form = "" }: Identity): string {
  return form === "" ? library : kind === "floor" ? form : `${library}, ${form}`;
}

/** Engines that compute the same bits: their rows are one formula. */
const SHARED = ["wasm", "threads"];

/** What a row computes, whatever memory and threads: rows of one formula are one contender. */
export function formulaOf(one: FormulaFields): string {
  const { kind, engine = "", precision } = one;
  if (kind === "kit" && SHARED.includes(engine)) return `softplus-kit ${precision}`;
  if (kind === "kit" && engine === "scalar") return `softplus-kit scalar, ${precision}`;
  return headOf(one);
}

/** Whether a row is called as users of every library call it: of the kit, with an array given. */
export function isPlainCall({ kind, memory }: { kind: string; memory: string }): boolean {
  return kind !== "kit" || memory === "given";
}
