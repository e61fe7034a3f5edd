/**
 * A folder for XDG_RUNTIME_DIR. Mesa complains on every start where the variable is not set, as on a
 * machine without a desktop. Programs put sockets there, so it has to be the user's alone.
 */

/** A folder of the user's with mode 0700, made if need be; undefined where the system has none. */
export function runtimeFolder(): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const set = Deno.env.get("XDG_RUNTIME_DIR");
  if (set !== undefined) return set;
  const own = `/run/user/${Deno.uid()}`;
  if (isPrivate(own)) return own;
  const made = `${Deno.env.get("TMPDIR") ?? "/tmp"}/softplus-kit-${Deno.uid()}`;
  try {
    Deno.mkdirSync(made, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) return undefined;
  }
  // The name can be foreseen, so somebody else may have taken it; complaints are better than that.
  return isPrivate(made) ? made : undefined;
}

/** Whether it is a folder, no link to one, that is the user's and nobody else's. */
export function isPrivate(path: string): boolean {
  try {
    const { isDirectory, uid, mode } = Deno.lstatSync(path);
    return isDirectory && uid === Deno.uid() && ((mode ?? 0) & 0o777) === 0o700;
  } catch {
    return false;
  }
}
