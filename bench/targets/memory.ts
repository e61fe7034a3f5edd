/**
 * Resident memory that calls take beyond their inputs and outputs. It is measured in a process of
 * its own, for engines keep what they have taken, and so does the compiler:
 *
 *     deno run -A bench/targets/memory.ts ENGINE
 *
 * For each size the arrays are made and touched first; then the peak of resident memory over some
 * calls, less what was resident before them. The compiler's own needs are in it too: a control does
 * the same with a plain copy in place of the engine.
 */
import { type OpenEngine, openerOf } from "../peers/kit.ts";

/** What calls of growing sizes took. */
export interface MemoryUse {
  readonly engine: string;
  readonly threads: number;
  readonly sizes: readonly {
    readonly elements: number;
    readonly mib: number;
    readonly controlMib: number;
  }[];
}

const SIZES = [1e4, 1e5, 1e6, 4e6, 16e6];
const MIB = 2 ** 20;

/** Measures an engine in a new process; a text says why that was not possible. */
export async function memoryOf(engine: string): Promise<MemoryUse | string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(import.meta.url).pathname, engine],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) return decoder.decode(stderr).trim().split("\n").at(-1) ?? "it failed";
  const answer = JSON.parse(decoder.decode(stdout)) as MemoryUse | { readonly gap: string };
  return "gap" in answer ? answer.gap : answer;
}

/** Bytes resident now, or at most since the last `startPeak`. */
function resident(what: "VmRSS" | "VmHWM"): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)![1]) * 1024;
  } catch {
    // No peak elsewhere: what is kept after the call must do.
    return Deno.memoryUsage().rss;
  }
}

function startPeak(): void {
  try {
    Deno.writeTextFileSync("/proc/self/clear_refs", "5");
  } catch {
    // The peak since the start is then an upper bound.
  }
}

async function taken(work: () => unknown): Promise<number> {
  startPeak();
  const before = resident("VmRSS");
  for (let i = 0; i < 3; i++) await work();
  return Math.max(0, resident("VmHWM") - before) / MIB;
}

async function measureHere({ methods, threads }: OpenEngine, engine: string): Promise<MemoryUse> {
  const calls = (x: Float32Array, out: Float32Array) => [
    () => methods.softplus(x, { out, precision: "exact" }),
    () => methods.softplus(x, { out, precision: "fast" }),
    () => methods.sigmoid(x, { out, precision: "fast" }),
  ];
  // Everything compiled before it counts.
  const [warm, warmOut] = [new Float32Array(2000).fill(1), new Float32Array(2000)];
  for (let i = 0; i < 2000; i++) for (const call of calls(warm, warmOut)) await call();
  const sizes = [];
  for (const elements of SIZES) {
    const x = Float32Array.from({ length: elements }, (_, i) => i % 4001 / 200 - 10);
    const out = new Float32Array(elements).fill(1);
    const controlMib = await taken(() => out.set(x));
    let mib = 0;
    for (const call of calls(x, out)) mib = Math.max(mib, await taken(call));
    sizes.push({ elements, mib, controlMib });
  }
  return { engine, threads, sizes };
}

if (import.meta.main) {
  const name = Deno.args[0] ?? "wasm";
  const open = openerOf(name);
  const opened = open ? await open() : { gap: `no engine is called ${name}` };
  if ("gap" in opened) console.log(JSON.stringify(opened));
  else {
    console.log(JSON.stringify(await measureHere(opened, name)));
    await opened.dispose?.();
  }
}
