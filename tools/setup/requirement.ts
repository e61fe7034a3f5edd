/** What a requirement is, and the few questions that it may put to the machine. */

import { capture, type Captured } from "../process.ts";

/** The machine as set-up sees it; tests put another one in its place. */
export interface System {
  /**
   * Runs a command quietly and returns what it printed; a missing command is a failed one, and so is
   * one that takes longer than it may: half a minute unless told.
   */
  capture(
    command: string,
    args: readonly string[],
    options?: { readonly seconds?: number },
  ): Promise<Captured>;
  /** The text of a file, or undefined if it cannot be read. */
  readText(path: string): Promise<string | undefined>;
  /** An environment variable. */
  env(name: string): string | undefined;
}

/** Something that the project needs and a fresh machine may lack. */
export interface Requirement {
  /** How the user knows it. */
  readonly name: string;
  /** What fails without it. */
  readonly neededFor: string;
  /** Looks for it and returns what was found. Has to be fast: every task begins with it. */
  detect(system: System): Promise<string | undefined>;
  /** The Debian packages that bring it, if Debian has it. */
  readonly debian?: readonly string[];
  /** Brings it where no Debian package does, with no rights beyond the user's own. */
  install?(system: System): Promise<Captured>;
  /** How much `install` brings, for the user to read before it starts. */
  size?(system: System): Promise<string>;
  /** What the user can do where set-up may not install it. */
  readonly byHand: string;
}

/** How long a question may take: a Python that loads its modules from a slow disk, say. */
const QUESTION_SECONDS = 30;

/** How long an installation may take: a gigabyte through a slow line. */
export const INSTALL_SECONDS = 3600;

/** This machine. */
export const thisMachine: System = {
  capture: (command, args, { seconds = QUESTION_SECONDS } = {}) =>
    capture(command, args, { seconds }),
  async readText(path) {
    try {
      return await Deno.readTextFile(path);
    } catch {
      return undefined;
    }
  },
  env: (name) => Deno.env.get(name),
};
