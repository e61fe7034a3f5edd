/**
 * A Jupyter kernel that is the Deno this runs on. The user's own Deno kernel may be another
 * version, or not there at all, and is left alone.
 */

import { replaceFile } from "../../lab/files.ts";

/** Writes the kernel into a folder that JUPYTER_PATH can name; it comes first there. */
export async function writeKernelspec(
  folder: string,
  deno: string = Deno.execPath(),
): Promise<void> {
  const kernel = `${folder}/kernels/deno`;
  await Deno.mkdir(kernel, { recursive: true });
  const spec = {
    argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  };
  // Several runs may write it at once, and Jupyter read it.
  await replaceFile(`${kernel}/kernel.json`, JSON.stringify(spec));
}
