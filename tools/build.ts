/** Makes the generated modules of kernels/engines/. */

import { generate, generated } from "./generated.ts";
import { exitWith } from "./process.ts";

if (import.meta.main) {
  await exitWith(async () => {
    const list = generated.filter(({ command }) => command === "deno task build");
    const written = await generate({ write: true, list });
    console.log(written.map(({ file }) => `written: ${file}`).join("\n") || "Nothing has changed.");
    return true;
  });
}
