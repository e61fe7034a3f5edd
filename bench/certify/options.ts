/**
 * The command line of `deno task verify`.
 *
 * @module
 */
import { covers } from "../../lab/certify/subject.ts";
import { subjects } from "./subjects.ts";
import { type Format, FUNCTIONS, type Target } from "../../lab/certify/types.ts";

/** What is asked for. */
export interface Options {
  readonly targets: readonly Target[];
  readonly quick: boolean;
  /** Test the bounds of the screens instead. */
  readonly screen: boolean;
  /** Where finished slices are kept, where certificates go, and how many workers run. */
  readonly cache?: string;
  readonly certificates?: string;
  readonly workers?: number;
}

/** A mistake in the arguments. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

const unique = (list: readonly string[]): string[] => [...new Set(list)];

/** The names that each option takes. */
const choices: Readonly<Record<string, readonly string[]>> = {
  engine: unique([...subjects.map(({ engine }) => engine), "peers"]),
  build: unique(subjects.map(({ build }) => build)).filter((name) => name !== ""),
  function: FUNCTIONS,
  precision: ["exact", "fast"],
  dtype: ["f32", "f64"],
};

/** What help says of --engine first: the kit's own, and all others at once. */
const engines = [
  ...unique(subjects.filter(({ kind }) => kind === "kit").map(({ engine }) => engine)),
  "peers",
];

function peersInLines(): string[] {
  const lines = [""];
  for (const { engine, kind } of subjects) {
    if (kind === "kit") continue;
    if (lines.at(-1)!.length + engine.length > 70) lines.push("");
    lines[lines.length - 1] += ` ${engine}`;
  }
  return lines.map((line) => `                         ${line}`);
}

const free = ["cache", "certificates", "workers"];
const flags = ["quick", "screen", "help"];

/** How to call it. */
export const USAGE: string = [
  "deno task verify [options]: certify every float32 result of every engine",
  ...Object.entries(choices).filter(([, values]) => values.length > 0)
    .flatMap(([name, values]) =>
      name === "engine"
        ? [
          `  --engine ${engines.join("|")}`,
          "                          peers: other libraries, which promise nothing; or one of",
          ...peersInLines(),
        ]
        : [`  --${name} ${values.join("|")}`]
    ),
  "  --quick                 a dense subset, in seconds; writes no certificate",
  "  --screen                measure the reference's own error against MPFR, find hard cases",
  "  --cache FOLDER          where finished slices are kept (.cache/verify)",
  "  --certificates FOLDER   where certificates are written (bench/certificates)",
  "  --workers NUMBER        one for each logical core unless told",
].join("\n");

/** Reads the arguments. An option may be given as `--name value`, `--name=value`, or with a,b. */
export function readOptions(args: readonly string[]): Options | "help" {
  const given = new Map<string, string[]>();
  const set = new Set<string>();
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] === "-h" ? "--help" : args[i]!;
    const [, name, inline] = /^--([a-z]+)(?:=(.*))?$/.exec(argument) ?? [];
    if (name === undefined) throw new OptionError(`unknown argument ${args[i]}\n${USAGE}`);
    if (flags.includes(name)) {
      if (inline !== undefined) throw new OptionError(`--${name} takes no value, got ${inline}`);
      set.add(name);
      continue;
    }
    if (!(name in choices) && !free.includes(name)) {
      throw new OptionError(`unknown option --${name}\n${USAGE}`);
    }
    const value = inline ?? args[++i];
    if (value === undefined || value === "" || value.startsWith("--")) {
      throw new OptionError(`--${name} needs a value`);
    }
    given.set(name, [...given.get(name) ?? [], ...value.split(",")]);
  }
  if (set.has("help")) return "help";
  if (set.has("quick") && set.has("screen")) {
    throw new OptionError("--quick and --screen: the screens have no quick measurement; give one");
  }
  for (const [name, values] of given) {
    for (const value of name in choices ? values : []) {
      if (choices[name]!.includes(value)) continue;
      throw new OptionError(
        `--${name} must be one of ${choices[name]!.join(", ")}, got ${JSON.stringify(value)}`,
      );
    }
  }
  const workers = given.get("workers")?.[0];
  if (workers !== undefined && !/^[1-9]\d{0,2}$/.test(workers)) {
    throw new OptionError(`--workers must be a whole number from 1 to 999, got ${workers}`);
  }
  const targets = targetsOf(given);
  if (targets.length === 0) {
    const asked = [...given].filter(([name]) => name in choices)
      .map(([name, values]) => `--${name} ${values.join(",")}`);
    throw new OptionError(`nothing fits ${asked.join(" ")}: no engine has that combination`);
  }
  const [cache, certificates] = [given.get("cache")?.[0], given.get("certificates")?.[0]];
  return {
    targets,
    quick: set.has("quick"),
    screen: set.has("screen"),
    ...(cache === undefined ? {} : { cache }),
    ...(certificates === undefined ? {} : { certificates }),
    ...(workers === undefined ? {} : { workers: Number(workers) }),
  };
}

function targetsOf(given: ReadonlyMap<string, readonly string[]>): Target[] {
  const engines = given.get("engine");
  const fits = (name: string, value: string) => given.get(name)?.includes(value) ?? true;
  const targets: Target[] = [];
  for (const subject of subjects) {
    // Peers run only when they are asked for.
    const asked = engines === undefined
      ? subject.kind === "kit"
      : engines.includes(subject.engine) || (engines.includes("peers") && subject.kind !== "kit");
    if (!asked || !fits("build", subject.build) || !fits("precision", subject.precision)) continue;
    for (const format of ["f32", "f64"] as Format[]) {
      for (const name of FUNCTIONS) {
        if (!fits("dtype", format) || !fits("function", name)) continue;
        if (covers(subject, name, format)) targets.push({ subject: subject.id, name, format });
      }
    }
  }
  return targets;
}
