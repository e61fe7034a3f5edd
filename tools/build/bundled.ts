/** A module and all that it imports, as one text. */

import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

/** Bundles for Node 20, and for browsers that have WebAssembly SIMD. The same sources give the same text. */
export async function bundled(entry: URL, options: esbuild.BuildOptions): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    platform: "neutral",
    target: "es2022",
    legalComments: "none",
    ...options,
    write: false,
  });
  return outputFiles[0]!.text;
}
