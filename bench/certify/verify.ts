/**
 * `deno task verify`: certifies results over every float32, and float64 by samples.
 *
 * Exit codes: 0 all promises hold, 1 one is broken or nothing was there to verify, 2 the arguments are
 * wrong, or shards make no whole, 130 stopped by the user; finished slices are then kept, and the same command goes on with the rest.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { INTERRUPTED, onInterrupt } from "../../lab/interrupt.ts";
import { duration, progress } from "../../lab/progress.ts";
import { OptionError, type Options, readOptions, USAGE } from "./options.ts";
import { Stopped } from "../../lab/certify/pool.ts";
import type { Finding } from "../../lab/certify/conclude.ts";
import { joinShards, type Report, verify, verifyShard } from "../../lab/certify/run.ts";
import { ShardError } from "../../lab/certify/shard.ts";
import { proveScreens } from "../../lab/certify/prove_screens.ts";
import { provideSubjects, subjectOf } from "../../lab/certify/subject.ts";
import { addressOf, subjectOfOwn } from "./own.ts";
import { isParts } from "../../lab/certify/types.ts";

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** One line of the verdict. */
export function describe({ target: { subject, name, format }, joined, problems }: Finding): string {
  const promises = subjectOf(subject).kind === "kit";
  const verdict = problems.length > 0 ? "BROKEN" : promises ? "holds " : "      ";
  const count = joined.inputs.toLocaleString("en");
  const wrong = joined.violations.nan.count + joined.violations.infinity.count;
  const found = isParts(name)
    ? `${joined.violations.parts.count} of ${count} differ from the parts`
    : `max ${joined.maxUlp.toPrecision(7)} ULP, ${
      joined.misrounded.toLocaleString("en")
    } misrounded of ${count}${wrong > 0 ? `, ${wrong.toLocaleString("en")} wrong NaN or Inf` : ""}`;
  return `${verdict}  ${format} ${name.padEnd(16)} ${subject.padEnd(16)} ${found}`;
}

/** Fails before hours of work where results could not be kept after them. */
async function checkFolder(option: string, path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir: path }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OptionError(`--${option}: cannot write to ${path}: ${reason}`);
  }
}

async function run(options: Options): Promise<boolean> {
  const start = performance.now();
  const { own } = options;
  const here = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  const certificates = options.certificates ??
    (own ? `${here}/certificates` : folder("../certificates"));
  const cache = options.cache ?? folder("../../.cache/verify");
  if (!options.quick && !options.shard) await checkFolder("certificates", certificates);
  if (!options.quick && !options.screen && !options.join) await checkFolder("cache", cache);
  const stopper = new AbortController();
  using _ = onInterrupt(() => stopper.abort());
  const shared = {
    subjects: own ? addressOf(own) : new URL("./subjects.ts", import.meta.url).href,
    workers: options.workers ?? navigator.hardwareConcurrency,
    certificates,
    signal: stopper.signal,
    progress: (steps: number) => progress(steps, options.screen ? "screens" : "slices"),
  };
  if (options.screen) {
    const formats = [...new Set(options.targets.map(({ format }) => format))];
    const screens = folder("../../lab/certify");
    return await proveScreens({ ...shared, formats, folder: options.certificates ?? screens });
  }
  if (own) provideSubjects([subjectOfOwn(own)]);
  const took = () => duration((performance.now() - start) / 1e3);
  const plan = { ...shared, targets: options.targets, quick: options.quick, cache };
  const { shard } = options;
  if (shard !== undefined) {
    const file = options.output ?? `${cache}/shard-${shard.index}-of-${shard.of}.json`;
    const { slices, gaps } = await verifyShard(plan, shard, file);
    for (const gap of gaps) console.log(`not here  ${gap}`);
    console.log(`${slices} slices, shard ${shard.index} of ${shard.of}, are in ${file}: ${took()}`);
    return slices > 0;
  }
  const isJoining = options.join !== undefined;
  const report = isJoining ? await joinShards(plan, options.join) : await verify(plan);
  return tell(report, options.quick, took());
}

/** Prints what was found, and says whether all of it is as promised. */
function tell({ findings, gaps }: Report, quick: boolean, took: string): boolean {
  for (const finding of findings) console.log(describe(finding));
  for (const gap of gaps) console.log(`not here  ${gap}`);
  const problems = findings.flatMap(({ target, problems }) =>
    problems.map((problem) => `${target.subject}: ${problem}`)
  );
  for (const problem of problems) console.error(problem);
  if (quick) {
    const stale = findings.filter(({ target, certified }) =>
      !certified && subjectOf(target.subject).kind === "kit" && !isParts(target.name)
    );
    if (stale.length > 0) console.log(`${stale.length} without a certificate of these sources`);
  }
  const promises = findings.some(({ target }) => subjectOf(target.subject).kind === "kit");
  const verdict = problems.length > 0
    ? `${problems.length} broken`
    : promises
    ? "every promise holds"
    : findings.length > 0
    ? "nothing was promised"
    : "nothing was there to verify";
  console.log(`Verified: ${verdict}, after ${took}`);
  return problems.length === 0 && findings.length > 0;
}

if (import.meta.main) {
  try {
    const options = readOptions(Deno.args);
    if (options === "help") {
      console.log(USAGE);
      Deno.exit(0);
    }
    Deno.exit(await run(options) ? 0 : 1);
  } catch (error) {
    if (error instanceof OptionError || error instanceof ShardError) {
      console.error(error.message);
      Deno.exit(2);
    }
    if (!(error instanceof Stopped)) throw error;
    console.error("\nStopped. Finished slices are kept; the same command goes on with the rest.");
    Deno.exit(INTERRUPTED);
  }
}
