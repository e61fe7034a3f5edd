/**
 * Everything in the tree that a command has made. `test` makes all of it again and compares, so
 * what is committed is what the sources say. A file that is made gets an entry here.
 */

import { fileURLToPath } from "node:url";
import { outputs } from "./build/outputs.ts";
import { replaceFile } from "../lab/files.ts";
import { exitWith, root } from "./process.ts";
import { makePicture } from "./picture.ts";
import { makeReadme } from "./readme.ts";

/** A file that a command makes, in whole or in part. */
export interface Generated {
  /** Its path from the project's folder. */
  readonly file: string;
  /** What the user types to make it. */
  readonly command: string;
  /** Makes its text; gets what is there now, for files that are made in part. */
  make(current: string): Promise<string>;
}

/** The list. */
export const generated: readonly Generated[] = [
  ...outputs.map((output) => ({ ...output, command: "deno task build" })),
  {
    file: "notebooks/demo/digits.svg",
    command: "deno task readme",
    make: () => Promise.resolve(makePicture()),
  },
  { file: "README.md", command: "deno task readme", make: makeReadme },
];

/** Makes everything and writes what differs. Returns the files that did. */
export async function generate(
  options: { readonly write: boolean; readonly list?: readonly Generated[] },
): Promise<readonly Generated[]> {
  const stale: Generated[] = [];
  for (const entry of options.list ?? generated) {
    const path = fileURLToPath(new URL(entry.file, root));
    const current = await readOrEmpty(path);
    const text = await entry.make(current);
    if (text === current) continue;
    stale.push(entry);
    if (options.write) await replaceFile(path, text);
  }
  return stale;
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

if (import.meta.main) {
  await exitWith(async () => {
    const stale = await generate({ write: false });
    for (const { file, command } of stale) {
      console.error(`${file} is not what its sources make of it now: run ${command}`);
    }
    if (stale.length === 0) console.log(`Made again and compared: ${generated.length}`);
    return stale.length === 0;
  });
}
