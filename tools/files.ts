/** Writing files so that a reader, or a run that was stopped, never meets half of one. */

/** Replaces a file at once: the text is written beside it, then takes its name. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  await Deno.writeTextFile(beside, text);
  await Deno.rename(beside, path);
}

/** Replaces a folder by what `fill` writes. If `fill` fails, the earlier folder stays as it was. */
export async function replaceFolder(
  path: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const [beside, old] = [`${path}.new`, `${path}.old`];
  await removeFolder(beside);
  await Deno.mkdir(beside, { recursive: true });
  try {
    await fill(beside);
  } catch (error) {
    await removeFolder(beside);
    throw error;
  }
  // A folder cannot be renamed over one that has files, so the earlier one steps aside first.
  await removeFolder(old);
  try {
    await Deno.rename(path, old);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.rename(beside, path);
  await removeFolder(old);
}

/** Removes a folder with all that is in it, if it is there. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
