/**
 * Are the tests tested? Plants the faults of tests/mutants/ in a copy of the project, one at a time,
 * and runs the tests that must see each: killed, or SURVIVED, which is a test that is missing.
 *
 * Faults are chosen, with what a user would notice, where a tool such as Stryker makes them at
 * random; that one knows neither `deno test`, nor AssemblyScript, nor WGSL.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { duration } from "../../lab/progress.ts";
import { rooms } from "./mod.ts";
import { type Outcome, tryMutants } from "./plant.ts";
import { exitWith, root } from "../../tools/process.ts";

const HELP = `Plants faults in a copy of the project, one at a time: the tests must see each.

  deno task mutants [--only PATTERN] [--room ROOM] [--jobs N]

  --only PATTERN  faults whose name or file matches the regular expression
  --room ROOM     ${Object.keys(rooms).join(", ")}
  --jobs N        so many at a time; 2 unless told
  --help`;

async function main(): Promise<boolean> {
  const { values: { only = "", room, jobs = "2", help } } = parseArgs({
    args: Deno.args,
    options: {
      ...{ only: { type: "string" }, room: { type: "string" }, jobs: { type: "string" } },
      help: { type: "boolean" },
    },
  });
  const known = room === undefined || room in rooms;
  if (help || !known || !/^[1-9]\d?$/.test(jobs)) {
    console.log(HELP);
    return help === true;
  }
  const pattern = new RegExp(only);
  const chosen = Object.entries(rooms).flatMap(([name, all]) => name === (room ?? name) ? all : [])
    .filter(({ name, file }) => pattern.test(name) || pattern.test(file));
  const start = performance.now();
  let count = 0;
  const outcomes = await tryMutants(
    fileURLToPath(root).replace(/\/$/, ""),
    chosen,
    Number(jobs),
    ({ mutant: { file, name, tests, notice }, verdict, why, seconds }) => {
      console.log(
        `${++count}/${chosen.length}  ${verdict}  ${file}: ${name}, ${duration(seconds)}`,
      );
      if (verdict === "SURVIVED") console.log(`  ${notice}; unseen by ${tests.join(", ")}`);
      if (why !== "") console.log(`  ${why.trim()}`);
    },
  );
  const of = (verdict: Outcome["verdict"]) => outcomes.filter((one) => one.verdict === verdict);
  const [killed, others] = [of("killed").length, of("cannot be planted").length];
  const took = duration((performance.now() - start) / 1000);
  console.log(
    `${killed} killed, ${of("SURVIVED").length} survived, ${others} not planted, ${took}`,
  );
  return killed === chosen.length && chosen.length > 0;
}

if (import.meta.main) await exitWith(main);
