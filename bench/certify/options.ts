/**
 * The command line of `deno task verify`.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { MOST_SHARDS, type Shard } from "../../lab/certify/shard.ts";
import { covers } from "../../lab/certify/subject.ts";
import { type Own, subjectOfOwn } from "./own.ts";
import { subjects } from "./subjects.ts";
import {
  type Format,
  FUNCTIONS,
  type Target,
  UNARY,
  type UnaryName,
} from "../../lab/certify/types.ts";

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
  /** Do only this share, into the file `output`. */
  readonly shard?: Shard;
  readonly output?: string;
  /** Join these files of shards instead. */
  readonly join?: readonly string[];
  /** A function of the user's own instead of the kit's. */
  readonly own?: Own;
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

const free = [
  "cache",
  "certificates",
  "workers",
  "shard",
  "output",
  "module",
  "name",
  "of",
];
const flags = ["quick", "screen", "join", "help"];

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
  "  --shard I/N             do only share I (0 to N-1) of N, into a file; see tools/cluster",
  "  --output FILE           where a share is written (.cache/verify/shard-I-of-N.json)",
  "  --module FILE           certify a function of your own instead, which this module exports",
  "  --name NAME             its name there",
  `  --of ${UNARY.join("|")}`,
  "                          what it stands for; its certificates go to ./certificates",
  "  --join FILES            join the files of all shares, and judge them as if found here",
].join("\n");

type Parsed = Readonly<Record<string, boolean | string[] | undefined>>;

/** The options as they were given; names of several may be in one, with commas between. */
function parsed(args: readonly string[]): Parsed {
  const text = { type: "string", multiple: true } as const;
  const options = Object.fromEntries([
    ...[...Object.keys(choices), ...free].map((name) => [name, text]),
    ...flags.map((name) => [name, { type: "boolean" as const }]),
  ]);
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...options, help: { type: "boolean", short: "h" } },
    });
    const given: Parsed = { ...values, files: positionals };
    if (positionals.length > 0 && given["join"] === undefined) {
      throw new Error(`Unexpected argument '${positionals[0]}'`);
    }
    return given;
  } catch (error) {
    throw new OptionError(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

/** Reads the arguments. An option may be given as `--name value`, `--name=value`, or with a,b. */
export function readOptions(args: readonly string[]): Options | "help" {
  const values = parsed(args);
  if (values["help"]) return "help";
  if (values["quick"] && values["screen"]) {
    throw new OptionError("--quick and --screen: the screens have no quick measurement; give one");
  }
  if (values["join"]) return joinOf(values);
  const given = new Map<string, string[]>();
  for (const [name, list] of Object.entries(values)) {
    if (!Array.isArray(list) || name === "files") continue;
    if (list.includes("")) throw new OptionError(`--${name} needs a value`);
    given.set(name, list.flatMap((value) => name in choices ? value.split(",") : [value]));
  }
  for (const [name, asked] of given) {
    for (const value of name in choices ? asked : []) {
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
  const shard = shardOf(given.get("shard")?.[0], values["screen"] === true);
  const output = given.get("output")?.[0];
  if (output !== undefined && shard === undefined) {
    throw new OptionError("--output is where a share is written: give --shard I/N with it");
  }
  const own = ownOf(given);
  const targets = own ? ownTargets(own) : targetsOf(given);
  if (targets.length === 0) {
    const asked = [...given].filter(([name]) => name in choices)
      .map(([name, values]) => `--${name} ${values.join(",")}`);
    throw new OptionError(`nothing fits ${asked.join(" ")}: no engine has that combination`);
  }
  const [cache, certificates] = [given.get("cache")?.[0], given.get("certificates")?.[0]];
  return {
    targets,
    quick: values["quick"] === true,
    screen: values["screen"] === true,
    ...(cache === undefined ? {} : { cache }),
    ...(certificates === undefined ? {} : { certificates }),
    ...(workers === undefined ? {} : { workers: Number(workers) }),
    ...(shard === undefined ? {} : { shard }),
    ...(output === undefined ? {} : { output }),
    ...(own === undefined ? {} : { own }),
  };
}

/** The function of the user's own that is asked for. */
function ownOf(given: ReadonlyMap<string, readonly string[]>): Own | undefined {
  const [module, name, of] = ["module", "name", "of"].map((option) => given.get(option)?.[0]);
  if (module === undefined) {
    const alone = ["name", "of"].find((option) => given.has(option));
    if (alone === undefined) return undefined;
    throw new OptionError(`--${alone} goes with --module FILE, a function of your own`);
  }
  if (name === undefined || of === undefined) {
    throw new OptionError(
      `--module needs ${
        name === undefined ? "--name, under which it exports the function" : "--of"
      }`,
    );
  }
  if (!(UNARY as readonly string[]).includes(of)) {
    throw new OptionError(`--of must be one of ${UNARY.join(", ")}, got ${JSON.stringify(of)}`);
  }
  const other = ["engine", "build", "function", "precision"].find((option) => given.has(option));
  if (other !== undefined) {
    throw new OptionError(`--module and --${other}: a function of your own has none; leave it out`);
  }
  // Deno runs tasks in the project's folder; the user's is where the command was given.
  const path = resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), module);
  const formats = (given.get("dtype") ?? ["f32"]) as Format[];
  return { module: pathToFileURL(path).href, name, of: of as UnaryName, formats };
}

function ownTargets(own: Own): Target[] {
  return own.formats.map((format) => ({ subject: subjectOfOwn(own).id, name: own.of, format }));
}

function shardOf(text: string | undefined, screen: boolean): Shard | undefined {
  if (text === undefined) return undefined;
  if (screen) throw new OptionError("--shard and --screen: the screens are measured in one piece");
  const [, index = NaN, of = NaN] = /^(\d{1,3})\/(\d{1,3})$/.exec(text)?.map(Number) ?? [];
  if (index < of && of <= MOST_SHARDS) return { index, of };
  throw new OptionError(
    `--shard must be I/N with I from 0 to N-1 and N at most ${MOST_SHARDS}, got ${text}`,
  );
}

/** Joining takes its targets from the files. */
function joinOf(values: Parsed): Options {
  const allowed = ["join", "files", "certificates", "module", "name", "of", "dtype"];
  const other = Object.keys(values).find((name) => !allowed.includes(name));
  if (other !== undefined) {
    throw new OptionError(
      `--join and --${other}: what is joined stands in the files; leave it out`,
    );
  }
  const join = values["files"] as string[];
  if (join.length === 0) throw new OptionError("--join needs the files of the shards");
  const certificates = (values["certificates"] as string[] | undefined)?.[0];
  const given = Object.entries(values).filter(([, list]) => Array.isArray(list));
  const own = ownOf(new Map(given as [string, string[]][]));
  return {
    targets: [],
    quick: false,
    screen: false,
    join,
    ...(own === undefined ? {} : { own }),
    ...(certificates === undefined ? {} : { certificates }),
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
