/**
 * A Jupyter kernel that is the Deno this runs on. The user's own Deno kernel may be another
 * version, or not there at all, and is left alone.
 */

/** Writes the kernel into a folder that JUPYTER_PATH can name; it comes first there. */
export async function writeKernelspec(folder: string): Promise<void> {
  const kernel = `${folder}/kernels/deno`;
  await Deno.mkdir(kernel, { recursive: true });
  const spec = {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  };
  await Deno.writeTextFile(`${kernel}/kernel.json`, JSON.stringify(spec));
}
