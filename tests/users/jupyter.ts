/**
 * A Jupyter server of its own: its settings, kernel and state are in a folder of the test's, and
 * the user's are left alone.
 *
 * @module
 */
import { writeKernelspec } from "../../tools/setup/kernelspec.ts";

/** A server at work; disposing of it ends it and its kernels. */
export interface Jupyter extends AsyncDisposable {
  /** The address of a notebook that is served. */
  page(name: string): string;
}

/** A port that was free a moment ago; where it is taken since, Jupyter takes one of the next. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Starts one that serves notebooks and keeps its own things in `folder`; waits until it listens. */
export async function startJupyter(folder: string, notebooks: string): Promise<Jupyter> {
  await writeKernelspec(folder);
  const token = crypto.randomUUID();
  const child = new Deno.Command("jupyter-notebook", {
    args: [
      ...["--no-browser", "--ip=127.0.0.1", `--port=${freePort()}`, `--NotebookApp.token=${token}`],
      ...(Deno.uid() === 0 ? ["--allow-root"] : []),
      notebooks,
    ],
    cwd: folder,
    env: {
      JUPYTER_PATH: folder,
      JUPYTER_CONFIG_DIR: `${folder}/config`,
      JUPYTER_DATA_DIR: `${folder}/data`,
      JUPYTER_RUNTIME_DIR: `${folder}/runtime`,
      IPYTHONDIR: `${folder}/ipython`,
      DENO_NO_UPDATE_CHECK: "1",
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  const { promise: address, resolve, reject } = Promise.withResolvers<string>();
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      log += text;
      const found = /http:\/\/127\.0\.0\.1:[1-9]\d*\//.exec(log);
      if (found) resolve(found[0]);
    }
    reject(new Error(`jupyter-notebook ended: ${log}`));
  })();
  const stop = async () => {
    child.kill("SIGTERM");
    await child.status;
    await reading;
  };
  const timer = setTimeout(() => reject(new Error(`jupyter-notebook is silent: ${log}`)), 60_000);
  try {
    const base = await address;
    return {
      page: (name) => `${base}notebooks/${name}?token=${token}`,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
