/** Functions in WGSL: they compute, and a text that does not compile says where. */
import assert from "node:assert/strict";
import { adapt } from "../../lab/adapt.ts";
import { wgsl, WgslError } from "../../lab/wgsl.ts";
import { gpuTest } from "../support/gpu.ts";

gpuTest("wgsl: an expression, and a body with a return, at any length", async (gpu) => {
  const buffers = gpu.buffersInUse;
  const body = "let t = exp(-abs(x));\nreturn max(x, 0.0) + log(1.0 + t);";
  for (const [text, want] of [["2.0 * x", [-4, 0, 7]], [body, [0.127, 0.693, 3.53]]] as const) {
    await using one = await adapt("shader", wgsl(text, { gpu }));
    const got = await one.apply(Float32Array.of(-2, 0, 3.5));
    want.forEach((value, i) => assert.ok(Math.abs(got[i]! - value) < 1e-3, `${text}: ${got}`));
    // More workgroups than one dimension of a dispatch has.
    const long = 64 * 65_535 + 77;
    const all = await one.apply(new Float32Array(long).fill(3.5));
    assert.ok(all.every((value) => value === got[2]));
    assert.equal((await one.apply(new Float32Array(0))).length, 0);
  }
  assert.equal(gpu.buffersInUse, buffers);
});

gpuTest("wgsl: what does not compile is thrown, with the line", async (gpu) => {
  const wrong: readonly [string, RegExp][] = [
    ["log1p(exp(x))", /line 1: [^]*log1p/],
    ["let t = exp(x);\nreturn lag(t);", /line 2: [^]*lag/],
    ["2.0 *", /line 1/],
  ];
  for (const [text, message] of wrong) {
    await assert.rejects(adapt("shader", wgsl(text, { gpu })), (error: Error) => {
      assert.ok(error instanceof WgslError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
  // The device is as it was.
  await using fine = await adapt("shader", wgsl("x", { gpu }));
  assert.deepEqual(await fine.apply(Float32Array.of(1)), Float32Array.of(1));
});

Deno.test("wgsl: text that is none, and formats that WGSL has not", async () => {
  assert.throws(() => wgsl("  "), /text must be an expression of x/);
  assert.throws(() => wgsl(5 as never), TypeError);
  await assert.rejects(adapt("shader", wgsl("x"), { dtype: "f64" }), /computes f32, not f64/);
});
