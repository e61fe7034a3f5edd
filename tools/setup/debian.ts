/** Installing packages on Debian and its relatives. */

import type { System } from "./requirement.ts";

/** Installs Debian packages; returns what apt said if that failed. */
export type Installer = (packages: readonly string[]) => Promise<string | undefined>;

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
    ]);
  let updated = false;
  return async (packages) => {
    // Old lists name versions that are gone. Without network the old lists may still do.
    if (!updated) await apt("update");
    updated = true;
    const install = ["install", "--yes", "--no-install-recommends"];
    // The long part, the download, changes nothing on the system; the change itself is short.
    for (const half of ["--download-only", "--no-download"]) {
      const { success, stderr } = await apt(...install, half, ...packages);
      if (!success) return stderr.trim();
    }
    return undefined;
  };
}
