/** The peers that run in this process: they load, and their values are what their names say. */
import assert from "node:assert/strict";
import type { Case, Dtype, FunctionName, Quantity } from "../../bench/plans/cases.ts";
import { isGap, type Runner } from "../../lab/implementation.ts";
import { IMPLEMENTATIONS } from "../../bench/peers/implementations.ts";
import { makeInputs } from "../../bench/plans/inputs.ts";
import { keepingGlobals } from "../../bench/peers/globals.ts";
import { jaxJs } from "../../bench/peers/jax-js.ts";
import { mathjs } from "../../bench/peers/mathjs.ts";
import { INPUT, onnxModel, outputName } from "../../bench/peers/onnx/model.ts";
import { onnxruntimeNode } from "../../bench/peers/onnxruntime-node.ts";
import { onnxruntimeWeb } from "../../bench/peers/onnxruntime-web.ts";
import { stdlib } from "../../bench/peers/stdlib.ts";
import { tfjs } from "../../bench/peers/tfjs.ts";
import { runOnce } from "../../lab/race/timing.ts";
import { judge } from "../../bench/race/validate.ts";

const everywhere = [
  ...onnxruntimeNode,
  onnxruntimeWeb,
  ...tfjs.filter(({ name }) => name !== "tfjs webgpu"),
  ...jaxJs,
  stdlib,
  mathjs,
];
const FUNCTIONS: FunctionName[] = [
  ...["softplus", "sigmoid", "softplusGrad"] as const,
  ...["softplusWithGrad", "softplusGradKnown", "sigmoidGrad"] as const,
];

for (const implementation of everywhere) {
  Deno.test({
    name: `${implementation.name}: loads, says version and threads, and its values are right`,
    // Workers of a library outlive its last call.
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      const loaded = await implementation.load();
      assert.ok(!isGap(loaded), isGap(loaded) ? loaded.gap : "");
      assert.match(loaded.version, /^\d+\.\d+/);
      const most = implementation.name.endsWith("all threads") ? navigator.hardwareConcurrency : 1;
      assert.ok(loaded.threads >= 1 && loaded.threads <= most, `${loaded.threads} threads`);
      const computed: string[] = [];
      for (const dtype of ["f32", "f64"] as Dtype[]) {
        for (const fn of FUNCTIONS) {
          const item: Case = { fn, dtype, distribution: "normal", rows: 20, columns: 13 };
          // From -3 to 8, where nobody saturates or cancels by more than a thousand units.
          const x = Float64Array.from({ length: 260 }, (_, i) => i % 111 / 10 - 3 + i / 1e4);
          const inputs = makeInputs(item, dtype === "f64" ? x : Float32Array.from(x));
          const runner = await loaded.prepare(inputs);
          if (isGap(runner)) continue;
          computed.push(`${fn} ${dtype}`);
          await hold(runner, inputs, fn, dtype);
        }
      }
      assert.ok(computed.includes("softplus f32") && computed.includes("sigmoid f32"));
      await loaded.dispose?.();
    },
  });
}

async function hold(
  runner: Runner,
  { x }: ReturnType<typeof makeInputs>,
  fn: FunctionName,
  dtype: Dtype,
): Promise<void> {
  await runOnce(runner);
  const before = x.slice();
  const outputs = (await runner.output()).map((output) => output.slice());
  const { maxUlp, maxAbsDiff, wrong } = judge(fn, x, outputs, [...x.keys()]);
  assert.equal(wrong, undefined, `${fn} ${dtype}`);
  assert.ok(dtype === "f64" || maxUlp < 2000, `${fn}: ${maxUlp} ULP`);
  // Enough to tell the function from any other; how far off jax-js is, 1.3e-5, is for the table.
  assert.ok(maxAbsDiff < 2 ** -14, `${fn} ${dtype}: ${maxAbsDiff}`);
  // Timed calls give no other results, and nobody writes into the inputs.
  if (runner.time) assert.ok(await runner.time(2) > 0);
  await runOnce(runner);
  assert.deepEqual([...await runner.output()].map((output) => output.slice()), outputs);
  assert.deepEqual(x, before);
  await runner.dispose?.();
}

Deno.test("names of implementations are unique, and each says what its calls include", () => {
  const names = IMPLEMENTATIONS.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { includes, library } of IMPLEMENTATIONS) assert.ok(includes && library);
});

for (const build of ["onnxruntime-node", "onnxruntime-web/wasm"]) {
  Deno.test({
    name: `ONNX models: ${build} takes them, with one result and with two`,
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      const runtime = await import(build) as typeof import("onnxruntime-node");
      if (build !== "onnxruntime-node") {
        (runtime.env as { wasm: { numThreads: number } }).wasm.numThreads = 1;
      }
      const models: [Quantity[], Dtype][] = [
        [["softplus"], "f32"],
        [["softplus", "sigmoid"], "f32"],
        [["sigmoid"], "f64"],
      ];
      for (const [quantities, dtype] of models) {
        const session = await keepingGlobals(() =>
          runtime.InferenceSession.create(onnxModel(quantities, dtype)!)
        );
        assert.deepEqual([...session.inputNames], [INPUT]);
        assert.deepEqual([...session.outputNames], quantities.map((_, i) => outputName(i)));
        const data = dtype === "f32" ? new Float32Array([0, 1]) : new Float64Array([0, 1]);
        const type = dtype === "f32" ? "float32" : "float64";
        const results = await session.run({ [INPUT]: new runtime.Tensor(type, data, [2]) });
        const at0 = quantities.map((_, i) => Number(results[outputName(i)]!.data[0]));
        const want = quantities.map((quantity) => quantity === "softplus" ? Math.LN2 : 0.5);
        at0.forEach((value, i) => assert.ok(Math.abs(value - want[i]!) < 1e-7));
        await session.release();
      }
      assert.equal(onnxModel(["sigmoidGrad"], "f32"), undefined);
    },
  });
}

Deno.test("keepingGlobals: what was replaced is back, also after an error; what is new stays", async () => {
  const { Worker: before, btoa } = globalThis;
  const scope = globalThis as unknown as Record<string, unknown>;
  await assert.rejects(
    keepingGlobals(async () => {
      await Promise.resolve();
      scope["Worker"] = class {};
      scope["btoa"] = () => "";
      scope["fresh"] = 1;
      throw new Error("x");
    }),
    /x/,
  );
  assert.equal(globalThis.Worker, before);
  assert.equal(globalThis.btoa, btoa);
  assert.equal(scope["fresh"], 1);
  delete scope["fresh"];
});

Deno.test("tfjs webgpu: without an adapter it is a gap that says how to get one", async () => {
  const gpu = Object.getOwnPropertyDescriptor(Navigator.prototype, "gpu")!;
  const none = { requestAdapter: () => Promise.resolve(null) };
  Object.defineProperty(Navigator.prototype, "gpu", { value: none, configurable: true });
  try {
    const loaded = await tfjs.find(({ name }) => name === "tfjs webgpu")!.load();
    assert.ok(isGap(loaded));
    assert.match(loaded.gap, /no WebGPU adapter.*apt-get install mesa-vulkan-drivers/);
  } finally {
    Object.defineProperty(Navigator.prototype, "gpu", gpu);
  }
});
