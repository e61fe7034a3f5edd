/**
 * What ten thousand mixed calls of the WebGPU engine leave behind. It is measured in a process of
 * its own, for what other tests allocated is given back at any time:
 *
 *     deno run -A tests/support/gpu_memory.ts
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { webgpu, type WebGpuEngine } from "../../kernels/engines/mod.ts";

/** What was seen, in MiB; resident memory after the warm-up, and from time to time after it. */
export interface GpuMemory {
  readonly calls: number;
  readonly residentBefore: number;
  readonly resident: readonly number[];
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly buffersInUse: number;
}

const MIB = 2 ** 20;
const WARM_UP = 40;
const ROUNDS = 167;

/** Calls of a round. */
const CALLS = 60;

/** Sixty calls of every kind, of sizes that change, at a time. */
export async function mixedCalls(gpu: WebGpuEngine, round: number): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (let k = 0; k < 10; k++) {
    const x = new Float32Array(1 + (round * 37 + k * 101) % 1500).fill(k);
    calls.push(
      gpu.softplus(x),
      gpu.softplusBackward(x, x),
      gpu.softplusWithGrad(x, { beta: k + 2 }),
    );
    const a = gpu.upload(x);
    const b = gpu.sigmoid(a);
    gpu.logSigmoid(b, { out: b });
    calls.push(b.read());
    a.dispose();
    b.dispose();
  }
  await Promise.all(calls);
}

/** Measures in a new process. */
export async function gpuMemory(): Promise<GpuMemory> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(import.meta.url)],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`tests/support/gpu_memory.ts failed:\n${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout)) as GpuMemory;
}

/** The garbage collector, which is no global unless asked for. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/**
 * Resident memory is taken as it is, without a collection asked for: what native objects wait for,
 * a user waits for, too.
 */
async function measureHere(): Promise<GpuMemory> {
  await using gpu = await webgpu();
  const residentNow = () => Deno.memoryUsage().rss / MIB;
  const collect = collector();
  const heap = async () => {
    for (let i = 0; i < 3; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return Deno.memoryUsage().heapUsed / MIB;
  };
  const heapBefore = await heap();
  for (let round = 0; round < WARM_UP; round++) await mixedCalls(gpu, round);
  const residentBefore = residentNow();
  const resident: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await mixedCalls(gpu, round);
    if (round % 16 === 0) resident.push(residentNow());
  }
  resident.push(residentNow());
  const heapAfter = await heap();
  const { buffersInUse } = gpu;
  return { calls: ROUNDS * CALLS, residentBefore, resident, heapBefore, heapAfter, buffersInUse };
}

if (import.meta.main) console.log(JSON.stringify(await measureHere()));
