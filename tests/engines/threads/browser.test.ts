/** Where a browser lets threads run, and what they say where it does not. */
import assert from "node:assert/strict";
import type { Frame } from "playwright-core";
import { isolation, startHost } from "../../../tools/serve.ts";
import { browserTest } from "../../../tools/browser.ts";
import { within } from "../../support/workers.ts";

/** What the pages fetch. */
const allow = ["dist/", "LICENSE", "tests/users/"];

/** Tries threads on a page or in a frame; also counts blob URLs that are left. */
const trial = `(async () => {
  const { threads } = await import("/dist/softplus.js");
  const urls = new Set();
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    const url = createObjectURL.call(URL, blob);
    urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    urls.delete(url);
    revokeObjectURL.call(URL, url);
  };
  const left = () => urls.size === 0 ? "" : ", URLs left: " + urls.size;
  try {
    const pool = await threads({ size: 2 });
    const y = await pool.softplus(new Float32Array(300_000));
    await pool.dispose();
    return (y[299_999] === Math.fround(Math.LN2) ? "right" : "wrong") + left();
  } catch (error) {
    return error.name + ": " + error.message + left();
  }
})()`;

type Browser = Parameters<Parameters<typeof browserTest>[1]>[0];

/** What a trial says on a page with these headers, in a frame of it if `prepare` makes one. */
async function tried(
  browser: Browser,
  headers: Record<string, string>,
  prepare?: string,
): Promise<string> {
  await using host = startHost({ headers, allow });
  const page = await browser.newPage();
  const unhandled: string[] = [];
  page.on("pageerror", (error) => unhandled.push(String(error)));
  await page.goto(`http://${host.address}/LICENSE`);
  let frame: Frame = page.mainFrame();
  if (prepare !== undefined) {
    await page.evaluate(prepare);
    frame = page.frames()[1]!;
  }
  const found = await within(20_000, frame.evaluate<string>(trial));
  await page.close();
  assert.deepEqual(unhandled, []);
  return found;
}

const frameWith = (sandbox: string) =>
  `new Promise((loaded) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "${sandbox}";
    frame.src = "/LICENSE";
    frame.onload = loaded;
    document.body.append(frame);
  })`;

const csp = (policy: string) => ({ ...isolation, "content-security-policy": policy });
const open = { "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" };

const cases: [name: string, headers: Record<string, string>, RegExp, prepare?: string][] = [
  ["an isolated page", isolation, /^right$/],
  ["a page that is not isolated", {}, /^ThreadsUnavailableError: .*Opener-Policy: same-origin/],
  [
    "no worker-src blob:",
    csp("worker-src 'self'"),
    /^ThreadsUnavailableError: threads: .*worker-src blob:$/,
  ],
  ["worker-src blob:", csp("worker-src blob:"), /^right$/],
  [
    "trusted types",
    csp("require-trusted-types-for 'script'"),
    /^ThreadsUnavailableError: .*require-trusted-types-for/,
  ],
  [
    "a sandboxed frame",
    { ...isolation, ...open },
    /^ThreadsUnavailableError: .*sandbox/,
    frameWith("allow-scripts"),
  ],
  [
    "a sandboxed frame of the same origin",
    isolation,
    /^right$/,
    frameWith("allow-scripts allow-same-origin"),
  ],
];

for (const [name, headers, want, prepare] of cases) {
  browserTest(`browser: threads under ${name}`, async (browser) => {
    assert.match(await tried(browser, headers, prepare), want);
  });
}

const scopes = {
  "a service worker": [
    `const { active, installing } = await navigator.serviceWorker.register(script, options);
     navigator.serviceWorker.onmessage = ({ data }) => resolve(data);
     (active ?? installing).postMessage("");`,
    /^ThreadsUnavailableError: threads: a service worker cannot start workers/,
  ],
  "a shared worker": [
    `new SharedWorker(script, options).port.onmessage = ({ data }) => resolve(data);`,
    /^ThreadsUnavailableError: threads: (?!.*Opener).*a shared worker/,
  ],
  "a worker of the page": [
    `const worker = new Worker(script, options);
     worker.onmessage = ({ data }) => resolve(data);
     worker.postMessage("");`,
    /^right$/,
  ],
} as const;

for (const [name, [start, want]] of Object.entries(scopes)) {
  browserTest(`browser: threads in ${name}`, async (browser) => {
    await using host = startHost({ headers: isolation, allow });
    const page = await browser.newPage();
    await page.goto(`http://${host.address}/LICENSE`);
    const found = page.evaluate<string>(`new Promise(async (resolve) => {
      const [script, options] = ["/tests/users/scope.js", { type: "module" }];
      ${start}
    })`);
    assert.match(await within(20_000, found), want);
  });
}
