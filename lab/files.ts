/** Files that are written whole or not at all: a reader, or a run that was stopped, meets no half. */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A name beside a path that no other run has at this moment. */
export function besideOf(path: string, ending = "new"): string {
  return `${path}.${crypto.randomUUID()}.${ending}`;
}

/** Replaces a file at once: what is written beside it then takes its name. Its folder is made. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await replaceBy(path, (beside) => writeFile(beside, text));
}

/** Replaces a file at once by what `write` writes beside it. Its folder is made. */
export async function replaceBy(
  path: string,
  write: (beside: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = besideOf(path);
  try {
    await write(beside);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }); // it may never have been made
    throw error;
  }
}

/** The same with a writer that blocks. */
export function replaceBySync(path: string, write: (beside: string) => void): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = besideOf(path);
  try {
    write(beside);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true }); // it may never have been made
    throw error;
  }
}
