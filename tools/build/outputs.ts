/** What `deno task build` makes; apart from tools/generated.ts, which needs the kit to run. */

import { makeBundle, makeDeclarations } from "./bundle.ts";
import { makeEmbedded } from "./embed.ts";
import { fontModule } from "./font.ts";
import { makeLab, makeLabDeclarations } from "./lab.ts";
import { makeLibrary } from "./primitives.ts";
import { wgslModule } from "./wgsl.ts";
import { workerModule } from "./worker.ts";

/** One file, and how its text is made. */
export interface Output {
  /** Its path from the project's folder. */
  readonly file: string;
  make(): Promise<string>;
}

/** The list, in this order: the bundle holds what the first have made. */
export const outputs: readonly Output[] = [
  { file: "kernels/engines/embedded.ts", make: makeEmbedded },
  { file: "kernels/engines/embedded_wgsl.ts", make: wgslModule },
  { file: "kernels/engines/embedded_worker.ts", make: workerModule },
  { file: "lab/show/png/embedded_font.ts", make: fontModule },
  { file: "kernels/formula/emit/wasm/library.ts", make: makeLibrary },
  { file: "dist/softplus.js", make: makeBundle },
  { file: "dist/softplus.d.ts", make: makeDeclarations },
  { file: "dist/lab.js", make: makeLab },
  { file: "dist/lab.d.ts", make: makeLabDeclarations },
];
