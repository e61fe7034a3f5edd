/**
 * The functions as one would write them in WGSL, with its own exp and log: what the kit's arithmetic
 * is held against. WGSL lets exp err by 3 + 2|x| ULP, and log by 3 ULP or 2^-21 near 1.
 */
import type { GpuArray, WebGpuEngine } from "../../kernels/engines/mod.ts";
import { binned, type ErrorRange, inputsOf } from "../report/accuracy.ts";
import type { ErrorPoint } from "../../lab/figures/curves.ts";

/** Expressions of x. */
export const BUILT_INS = {
  softplus: {
    "built-in, textbook": "log(1.0 + exp(x))",
    "built-in, stable": "max(x, 0.0) + log(1.0 + exp(-abs(x)))",
  },
  sigmoid: {
    "built-in, textbook": "1.0 / (1.0 + exp(-x))",
    "built-in, stable": "select(1.0, exp(x), x < 0.0) / (1.0 + exp(-abs(x)))",
  },
} as const;

/** The functions that are compared. */
export type BuiltIn = keyof typeof BUILT_INS;

const WORKGROUP = 64;

/** Computes an expression of x by a shader of its own, on the memory of the kit's arrays. */
export async function computeExpression(
  gpu: WebGpuEngine,
  expression: string,
  x: Float32Array,
): Promise<Float32Array> {
  const { device } = gpu;
  const code = `
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= ${x.length}u) { return; }
  let x = input[id.x];
  output[id.x] = ${expression};
}`;
  using a = gpu.upload(x);
  using y = gpu.upload(new Float32Array(x.length));
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
  });
  const bound = ({ buffer }: GpuArray<Float32Array>, binding: number) => ({
    binding,
    resource: { buffer },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [bound(a, 0), bound(y, 1)],
    }),
  );
  pass.dispatchWorkgroups(Math.ceil(x.length / WORKGROUP));
  pass.end();
  device.queue.submit([encoder.finish()]);
  return await y.read();
}

/** The errors over x of the built-in forms and of the kit's kernel, for the figure `errorOverX`. */
export async function builtInErrors(
  gpu: WebGpuEngine,
  fn: BuiltIn,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ErrorPoint[]> {
  const range: ErrorRange = { quantity: fn, dtype: "f32", from, to };
  const x = inputsOf(range) as Float32Array<ArrayBuffer>;
  const points: ErrorPoint[] = [];
  for (const [name, expression] of Object.entries(BUILT_INS[fn])) {
    const results = await computeExpression(gpu, expression, x);
    points.push(...binned({ name, kind: "textbook" }, x, results, range));
  }
  points.push(
    ...binned(
      { name: "webgpu, kernel", kind: "kit", family: "webgpu kernel" },
      x,
      await gpu[fn](x),
      range,
    ),
  );
  return points;
}
