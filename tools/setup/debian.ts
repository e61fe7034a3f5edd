/** Installing packages on Debian and its relatives. */

import { INSTALL_SECONDS, type System } from "./requirement.ts";

/** What may install Debian packages. */
export interface Installer {
  /** How much packages and what they need are, those that are there already left out. */
  size(packages: readonly string[]): Promise<string>;
  /** Installs them; returns what apt said if that failed. */
  install(packages: readonly string[]): Promise<string | undefined>;
}

/**
 * Returns an installer if this system has apt-get and the user may run it without being asked for
 * a password; otherwise why not.
 */
export async function debianInstaller(system: System): Promise<Installer | string> {
  if (!(await system.capture("apt-get", ["--version"])).success) {
    return "this is not a Debian-like system";
  }
  const isRoot = (await system.capture("id", ["-u"])).stdout.trim() === "0";
  if (!isRoot && !(await system.capture("sudo", ["-n", "true"])).success) {
    return "that needs root, or sudo without a password";
  }
  const apt = (...args: string[]) =>
    system.capture(isRoot ? "env" : "sudo", [
      // sudo clears the environment, so the variable is set behind it.
      ...(isRoot ? [] : ["-n", "env"]),
      ...["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"],
      ...["-o", "DPkg::Lock::Timeout=120", ...args],
    ], { seconds: INSTALL_SECONDS });
  let updated = false;
  const update = async () => {
    // Old lists name versions that are gone. Without network the old lists may still do.
    if (!updated) await apt("update");
    updated = true;
  };
  const options = ["--yes", "--no-install-recommends"];
  return {
    async size(packages) {
      await update();
      return await sizeOf(packages, system);
    },
    async install(packages) {
      await update();
      // The long part, the download, changes nothing on the system; the change itself is short.
      for (const half of ["--download-only", "--no-download"]) {
        const { success, stderr } = await apt("install", ...options, half, ...packages);
        if (!success) return stderr.trim();
      }
      return undefined;
    },
  };
}

/** Asks apt what it would fetch: with --print-uris it changes nothing, whatever its settings say. */
async function sizeOf(packages: readonly string[], system: System): Promise<string> {
  const { success, stdout } = await system.capture("apt-get", [
    ...["--quiet=2", "--print-uris", "--no-install-recommends", "install", ...packages],
  ]);
  // A line: 'address' name_version_architecture.deb bytes checksum
  const files = [...stdout.matchAll(/^'[^']*' (\S+?)_\S* (\d+) /gm)]
    .map(([, name = "", bytes]) => ({ name, bytes: Number(bytes) }));
  if (!success || files.length === 0) return "an amount that apt does not tell";
  const names = files.map(({ name }) => name);
  const shown = await system.capture("apt-cache", ["show", "--no-all-versions", ...names]);
  const kilobytes = [...shown.stdout.matchAll(/^Installed-Size: (\d+)/gm)]
    .map(([, size]) => Number(size));
  const megabytes = (list: readonly number[], unit: number) =>
    `${(list.reduce((a, b) => a + b, 0) / unit).toFixed(0)} MB`;
  return `${files.length} packages, ${megabytes(files.map(({ bytes }) => bytes), 1e6)} to fetch, ` +
    `${megabytes(kilobytes, 1024)} on the disk`;
}
