/** Copies and folders that take their place at once: nobody meets half of one. Single files: lab/files.ts. */

import { besideOf, replaceBy } from "../lab/files.ts";

/** Replaces a file at once by a copy of another, with its mode. */
export async function replaceByCopy(path: string, from: string): Promise<void> {
  await replaceBy(path, (beside) => Deno.copyFile(from, beside));
}

/** Replaces a folder by what `fill` writes. If `fill` fails, the earlier folder stays as it was. */
export async function replaceFolder(
  path: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const fresh = besideOf(path);
  await Deno.mkdir(fresh, { recursive: true });
  try {
    await fill(fresh);
    // A folder cannot be renamed over one that has files, so the earlier one steps aside first.
    // Where another run puts one in its place meanwhile, that steps aside as well.
    for (let left = 50; !(await takePlace(fresh, path, left === 0)); left--) {
      await new Promise((resolve) => setTimeout(resolve, 20 * Math.random()));
    }
  } catch (error) {
    await removeFolder(fresh);
    throw error;
  }
}

/** Whether a folder could take a path; if not, throws the reason where it is the last try. */
async function takePlace(fresh: string, path: string, last: boolean): Promise<boolean> {
  const old = besideOf(path, "old");
  try {
    await Deno.rename(path, old);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    await Deno.rename(fresh, path);
    return true;
  } catch (error) {
    // Back to where it was, unless another run has put its own there.
    await Deno.rename(old, path).catch(() => {});
    if (last) throw error;
    return false;
  } finally {
    await removeFolder(old);
  }
}

/** Removes a file, or a folder with all that is in it, if it is there. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
