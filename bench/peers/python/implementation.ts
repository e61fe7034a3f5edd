/**
 * A Python library as an implementation: the calls, and the clock around them, are in the driver.
 * Inputs are written once as files of raw numbers, so that everybody computes on the same bits.
 */
import { join } from "node:path";
import { floatArray, FUNCTIONS } from "../../plans/cases.ts";
import type { Implementation, Inputs, Loaded } from "../implementation.ts";
import { identify } from "../naming.ts";
import type { Gap, Runner } from "../../../lab/implementation.ts";
import { isGap } from "../../../lab/implementation.ts";
import { threadsAtWork } from "../../../lab/race/threads_at_work.ts";
import { acquireDriver, DriverGap, type PythonDriver, releaseDriver } from "./driver.ts";

/** What distinguishes the rows of a Python library. */
export interface PythonRow {
  readonly library: string;
  /** Of `forms_*.py`, which is also the name of the Debian package: python3-MODULE. */
  readonly module: string;
  /** Which of the module's formulas. */
  readonly form: string;
  /** The library has no other formula, so that no name has to say which it is. */
  readonly onlyForm?: boolean;
  /** Whether results go into given arrays. */
  readonly out: boolean;
  readonly threads: 1 | "all";
  /** Whether the library can be told how many threads to take. */
  readonly pooled?: boolean;
  readonly caveat?: string;
}

/** Makes an implementation of a row. */
export function pythonImplementation(row: PythonRow): Implementation {
  const { library, form, onlyForm = false, out, threads, pooled = false, caveat } = row;
  const identity = identify({
    kind: "peer",
    library,
    form: onlyForm ? "" : form,
    precision: "",
    memory: out ? "given" : "allocated",
    ...(pooled && { pool: threads === 1 ? "1" as const : "all" as const }),
  }, "allocated");
  return {
    ...identity,
    includes: out ? "output given" : "output allocated",
    ...(caveat !== undefined && { caveat }),
    load: () => load(row),
  };
}

async function load(row: PythonRow): Promise<Loaded | Gap> {
  const add = `; to add it: apt-get install python3-${row.module}, or pip install ${row.module}`;
  const driver = await acquireDriver();
  try {
    if (isGap(driver)) {
      await releaseDriver();
      return { gap: driver.gap + add };
    }
    const { version } = await driver.request("load", { library: row.module });
    const threads = await verifiedThreads(driver, row);
    return {
      version: String(version),
      threads,
      prepare: (inputs) => prepare(driver, row, inputs),
      dispose: releaseDriver,
    };
  } catch (error) {
    await releaseDriver();
    if (error instanceof DriverGap) return { gap: error.message + add };
    throw error;
  }
}

/** Lets the row work on a large input and counts the threads of the driver that do it. */
async function verifiedThreads(driver: PythonDriver, row: PythonRow): Promise<number> {
  const size = { dtype: "f32", distribution: "normal", rows: 1000, columns: 1000 } as const;
  const x = Float32Array.from({ length: 1_000_000 }, (_, i) => i % 4001 / 200 - 10);
  const fn = row.module === "scipy" ? "sigmoid" : "softplus";
  const inputs: Inputs = { case: { fn, ...size }, x, out: [] };
  const runner = await prepare(driver, row, inputs);
  if (isGap(runner)) throw new DriverGap(runner.gap);
  try {
    // Once before: that sets the number of threads, and some may end or begin.
    await runner.work(1);
    const asked = row.threads === "all" ? navigator.hardwareConcurrency : row.threads;
    let threads = Infinity;
    // One that still spins from earlier work looks like one at work: later looks tell.
    for (let attempt = 0; attempt < 5 && threads > asked; attempt++) {
      // Spinning ends by itself.
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
      threads = Math.min(
        threads,
        await threadsAtWork(driver.pid, () => runner.work(40e6)),
      );
    }
    return threads;
  } finally {
    await runner.dispose();
  }
}

function wanted({ module, form, out, threads }: PythonRow): Record<string, unknown> {
  return { library: module, form, out, threads: threads === "all" ? 0 : threads };
}

/** The arrays of a case in the driver, shared by all rows that run it. */
interface Shared {
  readonly number: Promise<number>;
  users: number;
}

const cases = new WeakMap<PythonDriver, WeakMap<Inputs, Shared>>();

async function prepare(
  driver: PythonDriver,
  row: PythonRow,
  inputs: Inputs,
): Promise<PythonRunner | Gap> {
  let known = cases.get(driver);
  if (!known) cases.set(driver, known = new WeakMap());
  let shared = known.get(inputs);
  if (!shared) known.set(inputs, shared = { number: sendCase(driver, inputs), users: 0 });
  shared.users++;
  const release = async () => {
    if (--shared.users > 0) return;
    known.delete(inputs);
    await driver.request("drop", { thing: await shared.number });
  };
  try {
    const answer = await driver.request("prepare", { ...wanted(row), case: await shared.number });
    return pythonRunner(driver, answer["runner"] as number, inputs, release);
  } catch (error) {
    if (!(error instanceof DriverGap)) throw error;
    await release();
    return { gap: error.message };
  }
}

interface PythonRunner extends Runner {
  /** Calls for about so many nanoseconds; returns the processor time that they took. */
  work(least_ns: number): Promise<number>;
  dispose(): Promise<void>;
}

function pythonRunner(
  driver: PythonDriver,
  runner: number,
  { case: { fn, dtype }, x }: Inputs,
  release: () => Promise<void>,
): PythonRunner {
  return {
    async work(least_ns) {
      return (await driver.request("work", { runner, least_ns }))["cpu_ns"] as number;
    },
    async run() {
      await driver.request("run", { runner });
    },
    async time(calls, wake = 0) {
      const answer = await driver.request("time", { runner, calls, wake_ms: wake });
      return answer["wall_ns"] as number;
    },
    output: () =>
      inFolder(async (folder) => {
        const path = join(folder, "results");
        await driver.request("output", { runner, path });
        const bytes = await Deno.readFile(path);
        const results = FUNCTIONS[fn].results.length;
        const length = bytes.byteLength / results / x.BYTES_PER_ELEMENT;
        return FUNCTIONS[fn].results.map((_, k) => {
          const result = floatArray(dtype, length);
          new Uint8Array(result.buffer).set(
            bytes.subarray(k * result.byteLength, (k + 1) * result.byteLength),
          );
          return result;
        });
      }),
    async dispose() {
      try {
        await driver.request("drop", { thing: runner });
        await release();
      } catch {
        // The driver has ended, and everything with it; whoever waited for it has been told.
      }
    },
  };
}

/** Hands the arrays of a case over; the files are gone when the driver has read them. */
function sendCase(driver: PythonDriver, inputs: Inputs): Promise<number> {
  const { case: { fn, dtype, rows, columns }, x, value } = inputs;
  return inFolder(async (folder) => {
    const write = async (name: string, array: typeof x) => {
      const path = join(folder, name);
      const { buffer, byteOffset, byteLength } = array;
      await Deno.writeFile(path, new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
      return path;
    };
    const answer = await driver.request("case", {
      fn,
      dtype,
      rows,
      columns,
      results: FUNCTIONS[fn].results.length,
      x: await write("x", x),
      ...(value && { value: await write("value", value) }),
    });
    return answer["case"] as number;
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "softplus-kit-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
