/** What `deno task build` makes; apart from tools/generated.ts, which needs the kit to run. */

import { makeEmbedded } from "./embed.ts";
import { wgslModule } from "./wgsl.ts";

/** One file, and how its text is made. */
export interface Output {
  /** Its path from the project's folder. */
  readonly file: string;
  make(): Promise<string>;
}

/** The list. */
export const outputs: readonly Output[] = [
  { file: "kernels/engines/embedded.ts", make: makeEmbedded },
  { file: "kernels/engines/embedded_wgsl.ts", make: wgslModule },
];
