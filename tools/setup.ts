/**
 * Set-up: finds what is missing on this machine, installs what it may, and names the rest.
 * `reproduce` and `test` begin with it; when nothing is missing it is one line and no change.
 */

import { parseArgs } from "node:util";
import { Interrupted, onInterrupt } from "./interrupt.ts";
import { exitWith } from "./process.ts";
import { debianInstaller, type Installer } from "./setup/debian.ts";
import { type Requirement, type System, thisMachine } from "./setup/requirement.ts";
import { denoKernel, requirements } from "./setup/requirements.ts";

/** What set-up left behind. */
export interface SetupResult {
  /** What is still not there. */
  readonly missing: readonly Requirement[];
  /** False if something is missing on a machine where nothing may be: one with `CI=true`. */
  readonly ok: boolean;
}

/** What set-up works on; each has a default that is right outside of tests. */
export interface SetupOptions {
  readonly needs?: readonly Requirement[];
  readonly system?: System;
  readonly log?: (line: string) => void;
}

/** Brings what is missing where that is allowed; says what will be done, and what stays missing. */
export async function setup(options: SetupOptions = {}): Promise<SetupResult> {
  const { needs = requirements, system = thisMachine, log = console.log } = options;
  const absent = await undetected(needs, system);
  if (absent.length === 0) {
    log(`Set-up: nothing is missing (${names(needs)}).`);
    return { missing: [], ok: true };
  }
  const fromDebian = absent.some((need) => need.debian !== undefined)
    ? await debianInstaller(system)
    : "no package is needed";
  await bring(absent, fromDebian, system, log);
  // What counts is what is there now, not what an installer said.
  const missing = await undetected(absent, system);
  for (const need of missing) {
    log(`Set-up: still missing: ${need.name}, needed for ${need.neededFor}.`);
    if (need.debian !== undefined) {
      if (typeof fromDebian === "string") log(`  It was not installed: ${fromDebian}.`);
      log(`  On Debian or Ubuntu: sudo apt-get install ${need.debian.join(" ")}`);
      log(`  Elsewhere: ${need.byHand}`);
    } else {
      log(`  To add it: ${need.byHand}`);
    }
  }
  if (missing.length === 0) log("Set-up: everything is there now.");
  const strict = system.env("CI") === "true";
  if (strict && missing.length > 0) {
    log(`Set-up failed, because CI=true and missing: ${names(missing)}.`);
  }
  return { missing, ok: missing.length === 0 || !strict };
}

/** Says what will be installed, and how much that is; then installs it. */
async function bring(
  absent: readonly Requirement[],
  fromDebian: Installer | string,
  system: System,
  log: (line: string) => void,
): Promise<void> {
  const installer = typeof fromDebian === "string" ? undefined : fromDebian;
  let stopped = false;
  using _ = onInterrupt(() => {
    stopped = true;
    log("Set-up: stops when what is under way has ended; Ctrl-C again ends it at once.");
  });
  for (const need of absent) {
    log(`Set-up: missing: ${need.name}, needed for ${need.neededFor}.`);
    if (need.install !== undefined) {
      log(`  will be installed: ${await need.size?.(system) ?? "for you alone"}`);
    } else if (need.debian !== undefined && installer !== undefined) {
      log(`  will be installed: ${need.debian.join(" ")}`);
    }
  }
  const packages = absent.flatMap(({ debian = [] }) => debian);
  if (installer !== undefined) log(`Set-up: from Debian ${await installer.size(packages)}.`);
  for (const need of absent) {
    if (stopped) break;
    if (need.debian !== undefined && installer !== undefined) {
      log(`Set-up: installing ${need.debian.join(" ")}`);
      const complaint = await installer.install(need.debian);
      if (complaint !== undefined) log(complaint);
    } else if (need.install !== undefined) {
      log(`Set-up: installing ${need.name}`);
      const { success, stderr } = await need.install(system);
      if (!success) log(stderr.trim());
    }
  }
  if (stopped) throw new Interrupted("Set-up was stopped; it goes on where it was when run again.");
}

function names(needs: readonly Requirement[]): string {
  return needs.map(({ name }) => name).join(", ");
}

async function undetected(
  needs: readonly Requirement[],
  system: System,
): Promise<readonly Requirement[]> {
  const found = await Promise.all(needs.map((need) => need.detect(system)));
  return needs.filter((_, index) => found[index] === undefined);
}

const HELP = `Usage: deno task setup [--kernel]

Looks for what the project needs and installs what is missing:

${requirements.map(({ name, neededFor }) => `  ${name}: for ${neededFor}`).join("\n")}

Before it starts it says what it will install, and how much that is. With packages of Debian it
needs root, or sudo without a password. Nothing that is there is changed.

  --kernel    only the Deno kernel for Jupyter
  -h, --help  this text`;

if (import.meta.main) {
  await exitWith(async () => {
    try {
      const { values } = parseArgs({
        args: Deno.args,
        options: { kernel: { type: "boolean" }, help: { type: "boolean", short: "h" } },
      });
      if (values.help) {
        console.log(HELP);
        return true;
      }
      const { ok, missing } = await setup(values.kernel ? { needs: [denoKernel] } : {});
      return ok && !(values.kernel && missing.length > 0);
    } catch (error) {
      // A wrong command line, by its message.
      if (!(error instanceof TypeError)) throw error;
      console.error(`setup: ${error.message}`);
      return false;
    }
  });
}
