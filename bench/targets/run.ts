/**
 * The targets of the WebAssembly engines, measured in one run: `deno task targets`. Values are
 * validated first, rounds are interleaved, ratios are taken pair by pair within rounds.
 */
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { caseName } from "../plans/cases.ts";
import { type Environment, environment } from "../../lab/environment.ts";
import { benchmark } from "../race/harness.ts";
import type { Implementation } from "../peers/implementation.ts";
import { KIT_ENGINES, kitImplementation, openThreads } from "../peers/kit.ts";
import { PEERS } from "../peers/implementations.ts";
import { progress } from "../../lab/progress.ts";
import { referenceFiles } from "../results/files.ts";
import { align } from "../report/table.ts";
import { judgeLine, type Outcome } from "./judge.ts";
import { type Engines, targetLines, type TimeLine } from "./lines.ts";
import { memoryOf, type MemoryUse } from "./memory.ts";

/** What a run found; the file is this as JSON. */
export interface Targets extends Environment {
  readonly noise: number | null;
  readonly outcomes: readonly Outcome[];
}

const LOCAL_TARGETS = fileURLToPath(new URL("../../.cache/bench/targets.json", import.meta.url));

/** Processes are fast or slow for as long as they live: PyTorch by a third. See harness.ts. */
const SITTINGS = 3;

const HELP = `Measures what the WebAssembly engines are held to, and says pass or falls short.

  --engine NAME     on one thread (default: wasm)
  --pool NAME       on two threads (default: threads(2))
  --output PATH     a .json file (default: .cache/bench/targets.json)
  --budget SECONDS  time to aim for (default: 90)
  --help`;

/** Measures every line. */
export async function measureTargets(
  engines: Engines,
  budgetSeconds: number,
  signal?: AbortSignal,
): Promise<Targets> {
  const lines = targetLines(engines);
  const timeLines = lines.filter((line): line is TimeLine => line.kind !== "memory");
  const cases = [...new Map(timeLines.map(({ item }) => [caseName(item), item])).values()];
  const wanted = new Map(cases.map((item) => [
    caseName(item),
    new Set(
      timeLines.filter((line) => caseName(line.item) === caseName(item))
        .flatMap(({ subject, against }) => [subject, ...against]),
    ),
  ]));
  const everybody = new Set([...wanted.values()].flatMap((names) => [...names]));
  const bar = progress(SITTINGS * cases.length, "targets");
  let last = 0;
  try {
    const rows = await benchmark({
      ...{ cases, budgetSeconds, signal, sittings: SITTINGS, rounds: { least: 7, most: 101 } },
      implementations: [...kitOf(engines), ...PEERS].filter(({ name }) => everybody.has(name)),
      takesPart: (item, name) => wanted.get(caseName(item))!.has(name),
      onCase(name, index) {
        bar.tick(index - last);
        last = index;
        bar.note(name ?? "memory");
      },
    });
    const memory: Record<string, MemoryUse | string> = {};
    for (const line of lines) {
      signal?.throwIfAborted();
      if (line.kind === "memory") memory[line.engine] ??= await memoryOf(line.engine);
    }
    const outcomes = lines.map((line) => judgeLine(line, rows, memory));
    return { ...await environment(), noise: rows[0]?.noise ?? null, outcomes };
  } finally {
    await bar.done();
  }
}

/** The rows of the kit that lines name. */
function kitOf({ single, pool }: Engines): Implementation[] {
  const size = Number(/^threads\((\d+)\)$/.exec(pool)?.[1] ?? 0);
  const engines = new Map([
    [single, KIT_ENGINES[single]],
    [pool, size > 0 ? () => openThreads(size) : KIT_ENGINES[pool]],
  ]);
  return [...engines].flatMap(([engine, open]) => {
    if (!open) throw new RangeError(`no engine is called ${engine}`);
    return (["fast", "exact"] as const).flatMap((precision) => [
      kitImplementation({ engine, precision, open }),
      kitImplementation({ engine, precision, memory: "own", open }),
      kitImplementation({ engine, precision, twoCalls: true, open }),
    ]);
  });
}

/** The table as text. */
export function formatTargets({ outcomes, ...run }: Targets): string {
  const noise = run.noise === null ? "" : `; machine noise ${(run.noise * 100).toFixed(1)} %`;
  const number = (value: number | null) => value === null ? "-" : String(+value.toPrecision(3));
  const table = align([
    ["", "target", "figure", "quartiles", "", ""],
    ...outcomes.map(({ title, target, figure, q1, q3, verdict, note }) => [
      title,
      target,
      number(figure),
      figure === null || q1 === q3 ? "" : `${number(q1)} to ${number(q3)}`,
      verdict,
      note,
    ]),
  ]);
  return `${run.cpu}, ${run.cores} cores; Deno ${run.deno}; commit ${run.commit || "none"}; ` +
    `${run.date}${noise}\n\n${table}`;
}

/**
 * Every `bench/results/targets-*.json`, one for each machine, in the order of the names.
 *
 * @throws {RangeError} two have different lines: one of them was made by an older kit
 */
export function loadTargets(folder?: URL): Targets[] {
  const paths = referenceFiles(/^targets-.*\.json$/, folder);
  const runs = paths.map((path) => JSON.parse(Deno.readTextFileSync(path)) as Targets);
  const lines = runs.map(({ outcomes }) =>
    outcomes.map(({ title, target }) => title + target).join()
  );
  const other = lines.findIndex((line) => line !== lines[0]);
  if (other > 0) {
    throw new RangeError(
      `${basename(paths[other]!)} and ${basename(paths[0]!)} have different lines: measure again ` +
        "with deno task targets",
    );
  }
  return runs;
}

function saveTargets(targets: Targets, path: string): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${Deno.pid}.partial`;
  Deno.writeTextFileSync(beside, `${JSON.stringify(targets, null, 2)}\n`);
  Deno.renameSync(beside, path);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      ...{ engine: { type: "string", default: "wasm" }, help: { type: "boolean" } },
      ...{ pool: { type: "string", default: "threads(2)" }, output: { type: "string" } },
      budget: { type: "string", default: "90" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const budget = Number(values.budget);
  if (!(budget > 0 && budget < Infinity)) {
    throw new RangeError(`--budget ${values.budget}: it takes a positive number`);
  }
  const stop = new AbortController();
  const onSignal = () => stop.abort(new DOMException("interrupted", "AbortError"));
  Deno.addSignalListener("SIGINT", onSignal);
  try {
    const engines = { single: values.engine, pool: values.pool };
    const targets = await measureTargets(engines, budget, stop.signal);
    const output = values.output ?? LOCAL_TARGETS;
    saveTargets(targets, output);
    console.log(`${formatTargets(targets)}\n\nSaved in ${output}`);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error("Interrupted: nothing was saved.");
    return 130; // 128 + SIGINT, as shells have it
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await main());
  } catch (error) {
    console.error(`targets: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
