/** The reference: every public symbol with its documentation, as `deno doc` writes it. */

import { capture } from "../process.ts";
import type { Link } from "./page.ts";

/** Where the report has it. */
export const reference: Link = { file: "reference/index.html", title: "Reference" };

/** Writes its pages, which open from disk, into a folder of the report. */
export async function writeReference(folder: string): Promise<void> {
  const { success, stderr } = await capture(Deno.execPath(), [
    ...["doc", "--html", "--name=softplus-kit", `--output=${folder}/reference`, "mod.ts"],
  ]);
  if (!success) throw new Error(`deno doc failed: ${stderr.trim()}`);
}
