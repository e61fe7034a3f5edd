/** The machine and the build that a run was made with, as results carry it. */
import { cpus, release } from "node:os";

/** What every row of a run repeats, so that rows of different runs can stand in one table. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly os: string;
  readonly deno: string;
  readonly v8: string;
  /** Short commit hash of the kit, "+" when files differ from it; "" outside a checkout. */
  readonly commit: string;
  /** Start of the run, ISO 8601, UTC. */
  readonly date: string;
}

/** Describes this machine and checkout. */
export async function environment(): Promise<Environment> {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: navigator.hardwareConcurrency,
    os: `${Deno.build.os} ${release()} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    commit: await commit(),
    date: new Date().toISOString(),
  };
}

async function commit(): Promise<string> {
  const hash = await git("rev-parse", "--short", "HEAD");
  if (!hash) return "";
  return hash + (await git("status", "--porcelain", "--untracked-files=no") ? "+" : "");
}

/** The output of a git command in the kit's folder; "" where there is no git or no repository. */
async function git(...args: string[]): Promise<string> {
  try {
    const cwd = new URL("..", import.meta.url);
    const { success, stdout } = await new Deno.Command("git", {
      args,
      cwd,
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : "";
  } catch {
    return "";
  }
}
