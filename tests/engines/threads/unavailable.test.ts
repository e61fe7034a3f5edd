/** Where threads cannot run, the error says so by name, and what is missing; and nothing is left. */
import assert from "node:assert/strict";
import { threads, ThreadsUnavailableError } from "../../../kernels/engines/mod.ts";
import { process, withWorkers } from "../../support/workers.ts";

/** Runs a body with other globals; undefined takes one away. */
async function withGlobals(others: Record<string, unknown>, body: () => Promise<void>) {
  const names = Object.keys(others);
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  try {
    for (const name of names) {
      Reflect.deleteProperty(globalThis, name);
      if (others[name] === undefined) continue;
      Object.defineProperty(globalThis, name, { value: others[name], configurable: true });
    }
    await body();
  } finally {
    names.forEach((name, k) => {
      Reflect.deleteProperty(globalThis, name);
      if (before[k] !== undefined) Object.defineProperty(globalThis, name, before[k]);
    });
  }
}

async function refused(message: RegExp) {
  await assert.rejects(threads({ size: 2 }), (error: Error) => {
    assert.ok(error instanceof ThreadsUnavailableError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

const noBuiltins = { versions: { node: "22.1.0" } };
const notHeaders = /^threads: (?!.*Cross-Origin)/;

const cases: [name: string, globals: Record<string, unknown>, message: RegExp][] = [
  ["no SharedArrayBuffer", { SharedArrayBuffer: undefined }, notHeaders],
  [
    "none on a page that is not isolated",
    { SharedArrayBuffer: undefined, crossOriginIsolated: false },
    /Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/,
  ],
  ["none though it is", { SharedArrayBuffer: undefined, crossOriginIsolated: true }, notHeaders],
  [
    "none in a shared worker",
    { SharedArrayBuffer: undefined, crossOriginIsolated: false, SharedWorkerGlobalScope: Object },
    notHeaders,
  ],
  ["an older Node", { process: noBuiltins, Worker: undefined }, /Run Node 20.16, 22.3 or later/],
  ["a runtime without workers", { process: undefined, Worker: undefined }, /has no workers/],
  [
    "a service worker",
    { process: undefined, Worker: undefined, ServiceWorkerGlobalScope: Object },
    /a service worker cannot start workers/,
  ],
  [
    "builtins that are none",
    { process: { getBuiltinModule: 3 }, Worker: undefined },
    /has no workers/,
  ],
  [
    "builtins that are denied",
    {
      process: {
        getBuiltinModule() {
          throw new Error("denied");
        },
      },
      Worker: undefined,
    },
    /has no workers/,
  ],
  ["no timers", { setInterval: undefined }, /this global scope has no timers/],
  ["no WebAssembly", { WebAssembly: undefined }, /WebAssembly is missing/],
  [
    "a Worker that refuses",
    {
      process: undefined,
      Worker: function () {
        throw new DOMException("not here", "SecurityError");
      },
    },
    /not here/,
  ],
];

Deno.test("threads: globals that throw", async () => {
  const names = ["process", "navigator"] as const;
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)!);
  try {
    for (const name of names) {
      Object.defineProperty(globalThis, name, {
        configurable: true,
        get() {
          throw new Error("hidden");
        },
      });
    }
    await assert.rejects(threads(), ThreadsUnavailableError);
  } finally {
    names.forEach((name, k) => Object.defineProperty(globalThis, name, before[k]!));
  }
});

Deno.test("threads: a number of cores that is none", async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator")!;
  try {
    for (const hardwareConcurrency of [NaN, 0, -1, 2.5, "8", null, undefined]) {
      Object.defineProperty(globalThis, "navigator", {
        configurable: true,
        value: { hardwareConcurrency },
      });
      await using pool = await threads();
      assert.ok(pool.size >= 1);
    }
  } finally {
    Object.defineProperty(globalThis, "navigator", before);
  }
});

for (const [name, globals, message] of cases) {
  Deno.test(`threads: ${name}`, () => withGlobals(globals, () => refused(message)));
}

Deno.test("threads: no room for a shared memory", async () => {
  const { Memory } = WebAssembly;
  try {
    WebAssembly.Memory = function () {
      throw new RangeError("could not allocate memory");
    } as never;
    await refused(/no shared memory \(.*could not allocate memory\)/);
  } finally {
    WebAssembly.Memory = Memory;
  }
});

Deno.test("threads: a worker that fails to start; the others are ended", async () => {
  await withWorkers("node", async () => {
    await refused(/a worker did not start: .*no luck/);
  }, "throw new Error('no luck');");
});

Deno.test("threads: a worker whose kernels do not start", async () => {
  await withWorkers("node", async () => {
    await refused(/a worker did not start/);
  }, "WebAssembly.Instance = function () { throw new RangeError('no room'); };");
});

Deno.test("threads: a failed start revokes the blob's URL", async () => {
  const { createObjectURL, revokeObjectURL } = URL;
  const urls = new Set<string>();
  URL.createObjectURL = (blob) => {
    const url = createObjectURL.call(URL, blob);
    urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    urls.delete(url);
    revokeObjectURL.call(URL, url);
  };
  const refuse = function () {
    throw new TypeError("This document requires 'TrustedScriptURL' assignment");
  };
  const builtins = process.getBuiltinModule!;
  process.getBuiltinModule = () => undefined as never;
  try {
    await withGlobals({ Worker: refuse }, () => refused(/require-trusted-types-for 'script'/));
    await using _pool = await threads({ size: 2 });
  } finally {
    process.getBuiltinModule = builtins;
    Object.assign(URL, { createObjectURL, revokeObjectURL });
  }
  assert.equal(urls.size, 0);
});
