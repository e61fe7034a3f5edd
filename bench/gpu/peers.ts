/**
 * The Python driver of this benchmark: starts `peers.py` on the same inputs, reads its answers line
 * by line, judges its results and makes rows of them. A library that is missing is a gap.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { linesOf } from "../../lab/lines.ts";
import { findPython } from "../peers/python/interpreter.ts";
import { identify } from "../peers/naming.ts";
import type { Row } from "../results/schema.ts";
import { judgedIndices, judgeGpu, pick } from "./check.ts";
import type { GpuFunction } from "./functions.ts";
import { gpuInputs } from "./measure.ts";
import { gpuGap, gpuRow, type RowHead } from "./rows.ts";

const SCRIPT = fileURLToPath(new URL("peers.py", import.meta.url));

/** What to measure. */
export interface PeerPlan {
  /** Interpreters to try, the first that has NumPy works. */
  readonly pythons: readonly string[];
  readonly sizes: readonly number[];
  readonly samples: number;
  readonly signal?: AbortSignal;
  /** The program; a test gives another. */
  readonly script?: string;
}

/** A line of the driver. */
interface Answer {
  readonly kind: "peer" | "floor";
  readonly library: string;
  /** Which of the library's ways; "" where it has one. */
  readonly form: string;
  readonly caveat: string;
  readonly gap?: string;
  readonly version?: string;
  readonly device?: string;
  readonly elements?: number;
  readonly function?: GpuFunction;
  readonly clock?: "kernel" | "completion";
  readonly samples?: number[];
  readonly calls?: number;
  readonly values?: string[][];
}

const INCLUDES = {
  kernel: "arrays on the GPU, time by CUDA events",
  completion: "arrays on the GPU, from the first call to the synchronisation after the last",
} as const;

/** Measures every library; the rows lack what `withRun` adds. */
export async function measurePeers(plan: PeerPlan): Promise<Row[]> {
  const python = await findPython(plan.pythons);
  if (typeof python !== "string") return [pythonGap(python.gap)];
  const folder = await Deno.makeTempDir({ prefix: "softplus-gpu-" });
  try {
    const inputs = gpuInputs(Math.max(...plan.sizes));
    const paths = { x: join(folder, "x"), upstream: join(folder, "upstream") };
    await Deno.writeFile(paths.x, new Uint8Array(inputs.x.buffer));
    await Deno.writeFile(paths.upstream, new Uint8Array(inputs.upstream.buffer));
    const indices = new Map(plan.sizes.map((size) => [size, judgedIndices(size)]));
    const request = {
      ...paths,
      elements: plan.sizes,
      samples: plan.samples,
      indices: Object.fromEntries(indices),
    };
    const rows: Row[] = [];
    for await (const answer of answers(python, plan, request)) {
      rows.push(rowOf(answer, inputs, indices));
    }
    return rows;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A row that says why nothing of Python was measured. */
export function pythonGap(reason: string): Row {
  const head = {
    kind: "peer",
    library: "Python",
    form: "",
    precision: "",
    memory: "device",
  } as const;
  return gpuGap({ ...head, name: "Python's GPU libraries", includes: INCLUDES.kernel }, reason);
}

function rowOf(
  answer: Answer,
  { x, upstream }: ReturnType<typeof gpuInputs>,
  indices: ReadonlyMap<number, readonly number[]>,
): Row {
  const { elements, function: fn, clock, values, samples, calls } = answer;
  const head: RowHead = {
    ...identify({
      kind: answer.kind,
      library: answer.library,
      form: answer.form,
      precision: "",
      memory: "device",
      ...(clock !== undefined && { clock }),
    }),
    includes: INCLUDES[clock ?? "kernel"],
    caveat: answer.caveat,
  };
  const item = fn === undefined || elements === undefined ? undefined : { fn, elements };
  if (item === undefined || samples === undefined || values === undefined) {
    const where = elements === undefined || item ? "" : `${elements} elements: `;
    return on(answer, gpuGap(head, where + (answer.gap ?? "no times"), item));
  }
  const at = indices.get(item.elements)!;
  const verdict = head.kind === "floor" ? undefined : judgeGpu({
    inputs: { fn: item.fn, x: pick(x, at), upstream: pick(upstream, at) },
    results: values.map((list) => Float32Array.from(list, parsed)),
  });
  const version = answer.version ?? "unknown";
  const sweep = undefined;
  return on(answer, gpuRow({ head, version, item, samples, calls: calls!, verdict, sweep }));
}

/** A row with the GPU that the library found. */
function on({ device }: Answer, row: Row): Row {
  return { ...row, adapter: device ?? null };
}

/** Python writes "inf" and "nan". */
function parsed(text: string): number {
  return text.endsWith("inf") ? (text.startsWith("-") ? -Infinity : Infinity) : Number(text);
}

async function* answers(
  python: string,
  { signal, script = SCRIPT }: PeerPlan,
  request: object,
): AsyncGenerator<Answer> {
  const child = new Deno.Command(python, {
    args: ["-u", script],
    // JAX would take three quarters of the GPU's memory before anybody asks.
    env: { PYTHONDONTWRITEBYTECODE: "1", XLA_PYTHON_CLIENT_PREALLOCATE: "false" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    ...(signal && { signal }),
  }).spawn();
  const words = new Response(child.stderr).text();
  let ended = false;
  try {
    await tell(child, request);
    for await (const line of linesOf(child.stdout)) yield answerIn(line, python);
    const { success, code } = await child.status;
    ended = true;
    signal?.throwIfAborted();
    if (!success) {
      const said = (await words).trim().slice(-600);
      throw new Error(`the Python driver (${python}) ended with exit code ${code}: ${said}`);
    }
  } finally {
    if (!ended) await end(child); // whoever reads has had enough, or could not read on
    await words;
  }
}

async function tell(child: Deno.ChildProcess, request: object): Promise<void> {
  const input = child.stdin.getWriter();
  try {
    await input.write(new TextEncoder().encode(JSON.stringify(request)));
    await input.close();
  } catch {
    // It has ended already; its exit code and words say why.
  }
}

function answerIn(line: string, python: string): Answer {
  try {
    return JSON.parse(line) as Answer;
  } catch {
    const said = line.slice(0, 200);
    throw new Error(`the Python driver (${python}) said what is no answer: ${said}`);
  }
}

async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
  await child.status;
}
