/**
 * Finished slices on disk, so that a run that was stopped goes on where it was.
 *
 * A folder stands for everything that a slice's result depends on: the target, the sources of the
 * subject and of the verification, the versions and the CPU. When one of them changes, the name of
 * the folder does, so a stale slice is never found.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { replaceFile } from "../files.ts";
import type { Mode, SliceResult, Target } from "./types.ts";

/** What the slices of a target depend on besides the target. */
export interface Fingerprint {
  /** Hash of the subject's sources. */
  readonly subject: string;
  /** Hash of the sources of the verification. */
  readonly verifier: string;
  /** Versions and CPU. */
  readonly environment: string;
}

/** The finished slices of one target. */
export class Store {
  readonly #folder: string;

  constructor(root: string, { subject, name, format }: Target, mode: Mode, print: Fingerprint) {
    const key = createHash("sha256")
      .update([print.subject, print.verifier, print.environment].join("\n"))
      .digest("hex").slice(0, 16);
    this.#folder = `${root}/${format}-${name}-${subject}-${mode}-${key}`;
  }

  /** What is there, by slice. Files that are no result are left out and will be written again. */
  async read(): Promise<Map<number, SliceResult>> {
    const found = new Map<number, SliceResult>();
    try {
      for await (const { name } of Deno.readDir(this.#folder)) {
        if (!/^\d+\.json$/.test(name)) continue;
        const result = parse(await Deno.readTextFile(`${this.#folder}/${name}`));
        if (result !== undefined && `${result.slice}.json` === name) {
          found.set(result.slice, result);
        }
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return found;
  }

  /** Keeps a slice, so that no half of one is ever read. */
  async write(result: SliceResult): Promise<void> {
    await replaceFile(`${this.#folder}/${result.slice}.json`, JSON.stringify(result));
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    try {
      await Deno.remove(this.#folder, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function parse(text: string): SliceResult | undefined {
  try {
    return JSON.parse(text) as SliceResult;
  } catch {
    return undefined;
  }
}
