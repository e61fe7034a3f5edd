/** The benchmark for GPU machines: its floor moves bytes, its rows are right, its gaps are named. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CopyKernel } from "../../bench/gpu/copy_kernel.ts";
import { GPU_FUNCTIONS, GPU_NAMES, trafficBytes } from "../../bench/gpu/functions.ts";
import { GPU_ROWS } from "../../bench/gpu/kit.ts";
import { gpuInputs, measureGpu } from "../../bench/gpu/measure.ts";
import { judgedIndices } from "../../bench/gpu/check.ts";
import { measurePeers } from "../../bench/gpu/peers.ts";
import { withRun } from "../../bench/gpu/rows.ts";
import { LOCAL_GPU, parseGpuRun } from "../../bench/gpu/run.ts";
import { formatGpu } from "../../bench/gpu/table.ts";
import { environment } from "../../lab/environment.ts";
import { readResults, saveResults } from "../../bench/results/schema.ts";
import { gpuTest } from "../support/gpu.ts";

Deno.test("GPU benchmark: the command line", () => {
  assert.deepEqual(parseGpuRun([]), {
    sizes: [10, 12, 14, 16, 18, 20, 22, 24, 26, 28].map((k) => 2 ** k),
    samples: 15,
    python: true,
    output: LOCAL_GPU,
  });
  assert.deepEqual(
    parseGpuRun("--min 12 --max 15 --samples 3 --no-python --output a.parquet".split(" ")),
    { sizes: [2 ** 12, 2 ** 14, 2 ** 15], samples: 3, python: false, output: "a.parquet" },
  );
  assert.equal(parseGpuRun(["--help"]), "help");
  const fails = (line: string, message: RegExp) =>
    assert.throws(() => parseGpuRun(line.split(" ")), message, line);
  fails("--max 31", /--max 31: it takes a whole number from 2 to 30/);
  fails("--min 1.5", /--min 1.5/);
  fails("--min 12 --max 11", /--min 12 is larger than --max 11/);
  fails("--samples 0", /--samples 0/);
  fails("--output a.csv", /--output a.csv/);
  fails("--fast", /--fast/);
});

gpuTest("GPU benchmark: the copy kernel writes every byte, by both clocks", async (gpu) => {
  const { device } = gpu;
  for (const fn of GPU_NAMES) {
    const kernel = await CopyKernel.make(device, GPU_FUNCTIONS[fn], 5000);
    for (const clock of ["kernel", "completion"] as const) {
      if (clock === "kernel" && !device.features.has("timestamp-query")) continue;
      assert.ok(await kernel.time(600, clock) > 0, `${fn} ${clock}`);
    }
    const size = 4 * 5000;
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    const staging = device.createBuffer({ size, usage });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(kernel.lastOutput, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const words = new Uint32Array(staging.getMappedRange().slice(0));
    const want = GPU_FUNCTIONS[fn].reads === 1 ? 0x3f800001 : 0x3f800001 ^ 0x3f800002;
    assert.ok(words.every((word) => word === want), fn);
    staging.destroy();
    kernel.destroy();
  }
});

gpuTest("GPU benchmark: a row for everybody, judged, in the schema", async (gpu) => {
  const pace = { kernel: 0.1, completion: 1, transfers: 1, cpu: 0.1 };
  const { rows, noise } = await measureGpu({ gpu, sizes: [1024, 4096], samples: 2, pace });
  for (const fn of GPU_NAMES) {
    for (const elements of [1024, 4096]) {
      for (
        const { name, kind, includes, clock, precision } of GPU_ROWS.filter((row) => row.does(fn))
      ) {
        const row = rows.find((row) =>
          row.implementation === name && row.function === fn && row.elements === elements
        );
        assert.ok(row, `${name} ${fn} ${elements}`);
        assert.equal(row.includes, includes);
        if (row.gap !== null) {
          assert.match(row.gap, /timestamp-query/);
          continue;
        }
        assert.ok(row.median_ns! > 0 && row.samples === 2);
        assert.equal(row.gb_per_s, trafficBytes(fn, elements) / row.median_ns!);
        assert.equal(row.wrong_input, null);
        if (kind === "floor") assert.equal(row.max_ulp, null);
        else {
          // 1 ULP of the GPU, 2 of fast on the CPU; a product with upstream may have it twice.
          const most = clock === "cpu" && precision === "fast" ? 4.5 : 2.5;
          assert.ok(row.max_ulp! > 0 && row.sweep_max_ulp! <= most, `${name} ${fn}`);
        }
      }
    }
  }
  assert.equal(gpu.buffersInUse, 0);
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "gpu.parquet");
    saveResults(withRun(rows, gpu.adapter, await environment(), noise), path);
    const back = readResults(path);
    assert.equal(back.length, rows.length);
    for (const { clock, adapter } of back) {
      assert.equal(adapter, clock === "cpu" ? null : gpu.adapter);
    }
    assert.match(formatGpu(back), /softplusWithGrad: GB\/s[^]*one pass over two passes/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("GPU benchmark: a Python without libraries gives gaps, no Python gives one", async () => {
  const plan = { sizes: [1024], samples: 1 };
  const [row, ...none] = await measurePeers({ ...plan, pythons: ["no-such-python"] });
  assert.equal(none.length, 0);
  assert.match(row!.gap!, /none of no-such-python is a Python with NumPy/);
});

Deno.test("GPU benchmark: what the Python driver says becomes judged rows", async () => {
  const indices = judgedIndices(1024);
  const { x } = gpuInputs(1024);
  const right = indices.map((i) =>
    `${Math.log1p(Math.exp(-Math.abs(x[i]!))) + Math.max(x[i]!, 0)}`
  );
  const timed = { elements: 1024, function: "softplus", samples: [2000, 1000, 3000], calls: 7 };
  const head = { kind: "peer", caveat: "c", version: "1.2", device: "card", form: "" };
  const answers = [
    { ...head, library: "Missing", gap: "ModuleNotFoundError" },
    { ...head, library: "Good", ...timed, clock: "kernel", values: [right] },
    {
      ...head,
      library: "Bad",
      ...timed,
      clock: "completion",
      values: [right.map(() => "nan")],
    },
    { ...head, library: "Short", elements: 1024, gap: "out of memory" },
  ];
  const folder = await Deno.makeTempDir();
  try {
    const python = join(folder, "python");
    const say = answers.map((answer) => JSON.stringify(answer)).join("\n");
    await Deno.writeTextFile(join(folder, "answers"), `${say}\n`);
    const write = (end: string) =>
      Deno.writeTextFile(
        python,
        `#!/bin/sh\n[ "$1" = -c ] && exit 0\ncat > /dev/null\ncat ${folder}/answers\n${end}\n`,
        { mode: 0o755 },
      );
    await write("");
    const plan = { pythons: [python], sizes: [1024], samples: 3 };
    const [missing, good, bad, short] = await measurePeers(plan);
    assert.equal(missing!.gap, "ModuleNotFoundError");
    assert.deepEqual(
      [good!.implementation, good!.median_ns, good!.version, good!.wrong_input, good!.gap],
      ["Good, kernel", 2000, "1.2", null, null],
    );
    assert.ok(good!.max_ulp! <= 0.501);
    assert.deepEqual([good!.adapter, good!.caveat], ["card", "c"]);
    assert.ok(bad!.wrong_input !== null && bad!.max_ulp === Infinity);
    assert.equal(short!.gap, "1024 elements: out of memory");
    await write(`echo $$ > ${folder}/pid; echo no answer; exec sleep 60`);
    await assert.rejects(() => measurePeers(plan), /said what is no answer: no answer/);
    const pid = Number(await Deno.readTextFile(join(folder, "pid")));
    assert.throws(() => Deno.kill(pid, "SIGCONT"), "the child is gone");
    await write("echo it broke >&2; exit 3");
    await assert.rejects(() => measurePeers(plan), /exit code 3: it broke/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
