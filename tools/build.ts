/**
 * Makes dist/ and the generated modules of kernels/engines/, or only the files that are named. Imports
 * nothing that these modules are part of.
 */

import { fileURLToPath } from "node:url";
import { outputs } from "./build/outputs.ts";
import { replaceFile } from "../lab/files.ts";
import { exitWith, root } from "./process.ts";

if (import.meta.main) {
  await exitWith(async () => {
    for (const { file, make } of outputs) {
      if (Deno.args.length > 0 && !Deno.args.includes(file)) continue;
      const text = await make();
      await replaceFile(fileURLToPath(new URL(file, root)), text);
      console.log(`written: ${file}, ${(text.length / 1000).toFixed(1)} kB`);
    }
    return true;
  });
}
