/**
 * What the first call costs: importing the kit with empty caches, then softplus of a million float32,
 * in Deno, Node and a browser. Each sample is a new process, or a new profile of the browser.
 */

import { fileURLToPath } from "node:url";
import { type Environment, environment } from "../lab/environment.ts";
import { quartiles } from "../lab/statistics.ts";
import { launch } from "./browser.ts";
import { replaceFile } from "../lab/files.ts";
import { capture, exitWith, root } from "./process.ts";
import { startHost } from "./serve.ts";

/** The reference run, from which README's table is made. */
export const REFERENCE_FIRST_CALL: string = fileURLToPath(
  new URL("bench/reference/first-call.json", root),
);

/** Milliseconds of one sample. */
export interface Sample {
  /** From the import to its end; where the kit comes by URL, with the fetching. */
  readonly import: number;
  /** The first softplus of 1e6 float32, the compilation of the kernels included. */
  readonly first: number;
  /** The same call again, the best of ten. */
  readonly later: number;
}

/** The medians of a runtime. */
export interface FirstCall extends Sample {
  readonly runtime: string;
  readonly samples: number;
}

/** A run on one machine. */
export interface FirstCalls extends Environment {
  readonly rows: readonly FirstCall[];
}

/** What every runtime runs; `from` is a string literal. */
const body = (from: string) => `
  const start = performance.now();
  const { softplus } = await import(${from});
  const imported = performance.now();
  const x = new Float32Array(1e6).map((_, i) => i / 5e4 - 10);
  const before = performance.now();
  softplus(x);
  const first = performance.now() - before;
  let later = Infinity;
  for (let i = 0; i < 10; i++) {
    const again = performance.now();
    softplus(x);
    later = Math.min(later, performance.now() - again);
  }
  const sample = { import: imported - start, first, later };
`;

/** A way to get a sample, by the name of the runtime. */
type Runtimes = Readonly<Record<string, () => Promise<Sample>>>;

async function output(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Sample> {
  const { success, stdout, stderr } = await capture(command, args, { env, cwd: "/" });
  if (!success) throw new Error(`${command}: ${stderr.trim()}`);
  return JSON.parse(stdout);
}

function runtimes(address: string): Runtimes {
  const file = JSON.stringify(new URL("dist/softplus.js", root).href);
  return {
    async "Deno, by URL"() {
      const folder = await Deno.makeTempDir({ prefix: "softplus-first-" });
      try {
        const script = `${body(`"http://${address}/mod.ts"`)} console.log(JSON.stringify(sample));`;
        await Deno.writeTextFile(`${folder}/main.ts`, script);
        const args = ["run", `--allow-import=${address}`, "--no-check", `${folder}/main.ts`];
        return await output(Deno.execPath(), args, { DENO_DIR: `${folder}/cache` });
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
    "Node, from a file": () =>
      output("node", [
        "--input-type=module",
        `--eval=${body(file)} console.log(JSON.stringify(sample));`,
      ]),
    async "Chromium, by URL"() {
      const browser = await launch();
      try {
        const page = await browser.newPage();
        await page.goto(`http://${address}/LICENSE`);
        return await page.evaluate(
          `(async () => { ${body('"/dist/softplus.js"')} return sample; })()`,
        );
      } finally {
        await browser.close();
      }
    },
  };
}

/** In microseconds; a browser's clock is no finer. */
const median = (list: readonly number[]): number => +quartiles(list).median.toFixed(3);

/** Measures each runtime so many times, in turn. */
export async function firstCalls(samples: number): Promise<FirstCalls> {
  await using host = startHost();
  const all = Object.entries(runtimes(host.address));
  const taken = new Map<string, Sample[]>(all.map(([runtime]) => [runtime, []]));
  for (let i = 0; i < samples; i++) {
    for (const [runtime, take] of all) taken.get(runtime)?.push(await take());
  }
  const rows = [...taken].map(([runtime, list]) => ({
    runtime,
    samples,
    import: median(list.map((sample) => sample.import)),
    first: median(list.map((sample) => sample.first)),
    later: median(list.map((sample) => sample.later)),
  }));
  return { ...await environment(), rows };
}

if (import.meta.main) {
  await exitWith(async () => {
    const run = await firstCalls(9);
    console.table(run.rows);
    await replaceFile(REFERENCE_FIRST_CALL, `${JSON.stringify(run, null, 2)}\n`);
    console.log(`written: ${REFERENCE_FIRST_CALL}; deno task readme puts it into README.md`);
    return true;
  });
}
