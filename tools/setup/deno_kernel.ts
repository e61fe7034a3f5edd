/** The Deno kernel for Jupyter: whether there is one that works and will go on to, and making one. */

import { replaceByCopy } from "../files.ts";
import { writeKernelspec } from "./kernelspec.ts";
import type { Captured } from "../process.ts";
import type { Requirement, System } from "./requirement.ts";

/** Lets the user's own Jupyter or editor open the notebooks. */
export const denoKernel: Requirement = {
  name: "Deno kernel for Jupyter",
  neededFor: "opening the notebooks in Jupyter or an editor",
  detect: findDenoKernel,
  // Runs only when there is none that works: one that the user has set up is never replaced.
  install: installDenoKernel,
  size: () =>
    Promise.resolve(
      staysWhereItIs(Deno.execPath())
        ? "a few kB"
        : "100 MB, a copy of this Deno, since the one of npx does not stay",
    ),
  byHand: "deno jupyter --install --force, with a Deno that is installed (npx's does not stay)",
};

/** Finds the kernel that Jupyter would take, if that runs a Deno that stays. */
export async function findDenoKernel(system: System): Promise<string | undefined> {
  const first = await firstKernel(system);
  return first !== undefined && await runsDeno(first.text, system) ? first.path : undefined;
}

/** The kernel.json that Jupyter takes: the first, so one that works is of no use behind another. */
async function firstKernel(
  system: System,
): Promise<{ folder: string; path: string; text: string } | undefined> {
  for (const folder of kernelFolders(system)) {
    const path = `${folder}/kernels/deno/kernel.json`;
    const text = await system.readText(path);
    if (text !== undefined) return { folder, path, text };
  }
  return undefined;
}

/** Where Jupyter looks for kernels, in its order. */
function kernelFolders(system: System): readonly string[] {
  const home = homeOf(system);
  const xdg = system.env("XDG_DATA_HOME") ?? `${home}/.local/share`;
  const folders = [
    ...(system.env("JUPYTER_PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":"),
    system.env("JUPYTER_DATA_DIR") ?? "",
    `${xdg}/jupyter`,
    `${home}/Library/Jupyter`,
    `${system.env("APPDATA") ?? ""}/jupyter`,
    "/usr/local/share/jupyter",
    "/usr/share/jupyter",
  ];
  return folders.filter((folder) => folder !== "");
}

const homeOf = (system: System): string => system.env("HOME") ?? system.env("USERPROFILE") ?? "";

/** Whether what a kernel.json starts is a Deno, and one that will be there tomorrow. */
async function runsDeno(text: string, system: System): Promise<boolean> {
  let argv: unknown;
  try {
    argv = JSON.parse(text)?.argv;
  } catch {
    return false;
  }
  if (!Array.isArray(argv) || !argv.every((part) => typeof part === "string")) return false;
  // What stands before the subcommand calls Deno: its path, or a wrapper such as env and its path.
  const [command, ...args] = argv.slice(0, argv.indexOf("jupyter"));
  if (command === undefined || !argv.includes("jupyter") || !staysWhereItIs(command)) return false;
  const { success, stdout } = await system.capture(command, [...args, "--version"]);
  return success && /^deno \d/.test(stdout);
}

/**
 * Whether a program stays at its path. Those that npx, pnpm dlx and bunx fetch are in their caches,
 * which are emptied now and then, and at the latest with the next version.
 */
export function staysWhereItIs(path: string): boolean {
  return !path.split(/[/\\]/).some((part) => part === "_npx" || /^(?:dlx|bunx)-/.test(part));
}

/** Makes a kernel of the Deno that this runs on, or of a copy of it where it does not stay. */
export async function installDenoKernel(
  system: System,
  deno: string = Deno.execPath(),
): Promise<Captured> {
  const folder = userFolder(system);
  const failed = (stderr: string): Captured => ({ success: false, stdout: "", stderr });
  const [first, folders] = [await firstKernel(system), kernelFolders(system)];
  if (first !== undefined && folders.indexOf(first.folder) < folders.indexOf(folder)) {
    return failed(`${first.path} comes before the user's own, and its Deno is gone: remove it`);
  }
  try {
    let lasting = deno;
    if (!staysWhereItIs(deno)) {
      lasting = `${folder}/kernels/deno/deno${Deno.build.os === "windows" ? ".exe" : ""}`;
      await Deno.mkdir(`${folder}/kernels/deno`, { recursive: true });
      await replaceByCopy(lasting, deno);
    }
    await writeKernelspec(folder, lasting);
    return { success: true, stdout: "", stderr: "" };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return failed(`${folder}: ${error.message}`);
  }
}

/** Where Jupyter looks for what is the user's own. */
function userFolder(system: System): string {
  const named = system.env("JUPYTER_DATA_DIR");
  if (named) return named;
  const home = homeOf(system);
  if (Deno.build.os === "darwin") return `${home}/Library/Jupyter`;
  if (Deno.build.os === "windows") return `${system.env("APPDATA")}/jupyter`;
  return `${system.env("XDG_DATA_HOME") || `${home}/.local/share`}/jupyter`;
}
