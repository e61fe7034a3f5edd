/** How webgpu() finds a device, on adapters that refuse, keep silent or lie; no GPU is needed. */
import assert from "node:assert/strict";
import { webgpu, type WebGpuEngine, WebGpuUnavailableError } from "../../../kernels/engines/mod.ts";
import { openDevice } from "../../../kernels/engines/webgpu/device.ts";

/** An adapter's answer to what it is asked for: a device, or an error. */
type Answer = (descriptor: GPUDeviceDescriptor) => Promise<unknown>;

const limits = { maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: 2 ** 32 - 4 };
const info = { vendor: "acme", architecture: "", device: "", description: "" };

/** A device that lives, or is lost from the start. */
const device = (lost: Promise<unknown> = new Promise(() => {})) => ({
  lost,
  limits,
  features: new Set(),
  destroy() {},
});

/** A GPU whose adapters serve one request each, and what it was asked for. */
function fakeGpu(answer: Answer, features: readonly string[] = ["timestamp-query"], adapters = 99) {
  const asked: GPUDeviceDescriptor[] = [];
  const requestAdapter = () => {
    if (adapters-- === 0) return Promise.resolve(null);
    let used = false;
    const requestDevice = (descriptor: GPUDeviceDescriptor) => {
      if (used) return Promise.reject(new Error("this adapter was used before"));
      used = true;
      asked.push(descriptor);
      return answer(descriptor);
    };
    return Promise.resolve({ limits, info, features: new Set(features), requestDevice });
  };
  return { requestAdapter, asked };
}

/** Runs the body with this navigator in the place of the true one. */
async function withNavigator(navigator: unknown, body: () => Promise<void>): Promise<void> {
  const own = Object.getOwnPropertyDescriptor(globalThis, "navigator")!;
  Object.defineProperty(globalThis, "navigator", { get: () => navigator, configurable: true });
  try {
    await body();
  } finally {
    Object.defineProperty(globalThis, "navigator", own);
  }
}

const refuse = (message: string) => Promise.reject(new Error(message));

/** An adapter that grants only what the test allows. */
const onlyIf = (allows: (descriptor: GPUDeviceDescriptor) => boolean): Answer => (descriptor) =>
  allows(descriptor) ? Promise.resolve(device()) : refuse("out of device memory");

const timed = ({ requiredFeatures = [] }: GPUDeviceDescriptor) =>
  [...requiredFeatures].includes("timestamp-query");
const wanted = ({ requiredLimits }: GPUDeviceDescriptor) => requiredLimits?.maxBufferSize;

Deno.test("webgpu(): what an adapter refuses is asked for again with less, each time afresh", async () => {
  const cases: [string, Answer, requests: number][] = [
    ["everything", onlyIf(() => true), 1],
    ["no timing", onlyIf((asked) => !timed(asked)), 2],
    ["small limits", onlyIf((asked) => (wanted(asked) ?? 0) <= 2 ** 30), 3],
    ["defaults", onlyIf((asked) => wanted(asked) === undefined), 4],
    [
      "lost at once",
      (asked) =>
        Promise.resolve(
          timed(asked) ? device(Promise.resolve({ reason: "unknown", message: "" })) : device(),
        ),
      2,
    ],
    ["null", (asked) => Promise.resolve(timed(asked) ? null : device()), 2],
  ];
  for (const [name, answer, requests] of cases) {
    const gpu = fakeGpu(answer);
    await withNavigator({ gpu }, async () => {
      const { owned, adapter } = await openDevice({});
      assert.deepEqual([owned, adapter], [true, "acme"], name);
    });
    assert.equal(gpu.asked.length, requests, name);
    assert.equal(timed(gpu.asked[0]!), true, name);
    assert.equal(wanted(gpu.asked[0]!), limits.maxBufferSize, name);
  }
  const plain = fakeGpu(onlyIf((asked) => wanted(asked) === undefined), []);
  await withNavigator({ gpu: plain }, async () => void await openDevice({}));
  assert.deepEqual(plain.asked.map(timed), [false, false, false], "nothing is asked for twice");
});

/** A navigator, what webgpu() says of it, and what the cause is called. */
type Silent = [name: string, navigator: unknown, message: RegExp, cause: RegExp];

const throwing = (what: string) => ({
  get [what]() {
    throw new Error(`no ${what} for you`);
  },
});

const unusable: Silent[] = [
  ["no navigator", undefined, /navigator\.gpu is missing/, /undefined/],
  ["null", { gpu: null }, /navigator\.gpu is missing/, /undefined/],
  ["a getter that throws", throwing("gpu"), /navigator\.gpu is missing/, /no gpu for you/],
  ["an empty gpu", { gpu: {} }, /no GPU adapter was found \(TypeError/, /TypeError/],
  [
    "a synchronous refusal",
    { gpu: { requestAdapter: () => assert.fail("not now") } },
    /no GPU adapter was found .*not now/,
    /not now/,
  ],
  [
    "a rejection without a reason",
    { gpu: { requestAdapter: () => Promise.reject() } },
    /no GPU adapter was found/,
    /undefined/,
  ],
  [
    "undefined for an adapter",
    { gpu: { requestAdapter: () => Promise.resolve(undefined) } },
    /no GPU adapter was found/,
    /undefined/,
  ],
  [
    "an adapter without limits",
    { gpu: { requestAdapter: () => Promise.resolve(throwing("limits")) } },
    /gave no device .*no limits/,
    /no limits for you/,
  ],
  ["every request", { gpu: fakeGpu(() => refuse("gone")) }, /acme gave no device .*gone/, /gone/],
  [
    "a request, and then no adapter",
    { gpu: fakeGpu(() => refuse("first"), [], 1) },
    /acme gave no device .*first/,
    /first/,
  ],
];

for (const [name, navigator, message, cause] of unusable) {
  Deno.test(`webgpu() cannot run: ${name}`, () =>
    withNavigator(navigator, () =>
      assert.rejects(() => webgpu(), (error) => {
        assert.ok(error instanceof WebGpuUnavailableError, String(error));
        assert.match(error.message, message);
        assert.match(error.message, /mesa-vulkan-drivers/);
        assert.match(String(error.cause), cause);
        return true;
      })));
}

Deno.test("webgpu() cannot run: a GPU that never answers, or too late", async () => {
  const never = () => new Promise<never>(() => {});
  const late = /the GPU did not answer within 0.01 s/;
  for (const gpu of [{ requestAdapter: never }, fakeGpu(never)]) {
    await withNavigator({ gpu }, () =>
      assert.rejects(
        () => openDevice({}, 10),
        (error) => error instanceof WebGpuUnavailableError && late.test(error.message),
      ));
  }
  let destroyed = false;
  const made = { ...device(), destroy: () => void (destroyed = true) };
  const gpu = fakeGpu(() => new Promise((resolve) => setTimeout(() => resolve(made), 30)));
  await withNavigator({ gpu }, () => assert.rejects(() => openDevice({}, 10), late));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(destroyed, "nobody has the device");
});

Deno.test("webgpu(): an option that does not exist is named, and those that do", async () => {
  const make = webgpu as unknown as (options: unknown) => Promise<WebGpuEngine>;
  for (const name of ["adapter", "PowerPreference", "", "toString"]) {
    await assert.rejects(() => make({ [name]: undefined }), {
      name: "TypeError",
      message: `webgpu: there is no option "${name}"; there are powerPreference and device`,
    });
  }
});
