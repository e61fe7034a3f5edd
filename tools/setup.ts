/**
 * Set-up: finds what is missing on this machine, installs what it may, and names the rest.
 * `reproduce` and `test` begin with it; when nothing is missing it is one line and no change.
 */

import { debianInstaller } from "./setup/debian.ts";
import { type Requirement, type System, thisMachine } from "./setup/requirement.ts";
import { requirements } from "./setup/requirements.ts";

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

/** Brings what is missing where that is allowed; says what was done and what stays missing. */
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
  for (const need of absent) {
    log(`Set-up: missing: ${need.name}, needed for ${need.neededFor}.`);
    if (need.debian !== undefined && typeof fromDebian !== "string") {
      log(`  installing ${need.debian.join(" ")}`);
      const complaint = await fromDebian(need.debian);
      if (complaint !== undefined) log(complaint);
    } else if (need.install !== undefined) {
      log("  installing");
      const { success, stderr } = await need.install(system);
      if (!success) log(stderr.trim());
    }
  }
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

if (import.meta.main) {
  const { ok } = await setup();
  if (!ok) Deno.exit(1);
}
