/** Plays a web developer: a page that imports the one module, in a real browser. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { scalar } from "../../kernels/engines/mod.ts";
import { forUsers, isolation, startHost } from "../../tools/serve.ts";
import { bound, type BoundedFunction } from "../../kernels/bounds.ts";
import { browserTest } from "../../tools/browser.ts";
import { everyFloat32, sweep } from "../users/sweep.js";

const step = 4096;

/** Runs the text of an async function on a page of the host; it may import the project's modules. */
function on<T>(page: Page, body: string): Promise<T> {
  return page.evaluate(`(async () => { ${body} })()`);
}

/** A page that is plainest, where modules can be imported. */
async function pageOf(
  browser: Parameters<Parameters<typeof browserTest>[1]>[0],
  address: string,
): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`http://${address}/LICENSE`);
  return page;
}

browserTest("browser: scalar, wasm and threads give Deno's bits", async (browser) => {
  await using host = startHost({ headers: isolation, allow: [...forUsers, "tests/users/"] });
  const page = await pageOf(browser, host.address);
  const found = await on<Record<string, Record<string, string>>>(
    page,
    `
    const { scalar, threads, wasm } = await import("/dist/softplus.js");
    const { everyFloat32, sweep } = await import("/tests/users/sweep.js");
    const x = everyFloat32(${step});
    const pool = await threads({ size: 2 });
    const found = {
      scalar: await sweep(scalar, x),
      wasm: await sweep(wasm, x),
      threads: await sweep(pool, x),
    };
    await pool.dispose();
    return found;
  `,
  );
  const want = await sweep(scalar, everyFloat32(step));
  assert.deepEqual(found, { scalar: want, wasm: want, threads: want });
  const modules = [...host.fetched.keys()].filter((path) => path.startsWith("dist"));
  assert.deepEqual(modules, ["dist/softplus.js"], "one script is all that a page needs");
});

browserTest(
  "browser: without isolation threads says what is missing, the rest works",
  async (browser) => {
    await using host = startHost();
    const page = await pageOf(browser, host.address);
    const [name, isOne, message, value] = await on<[string, boolean, string, number]>(
      page,
      `
    const { softplus, threads, ThreadsUnavailableError } = await import("/dist/softplus.js");
    try {
      await threads();
      return ["none", false, "", 0];
    } catch (error) {
      const value = softplus(new Float32Array([-20]))[0];
      return [error.name, error instanceof ThreadsUnavailableError, error.message, value];
    }
  `,
    );
    assert.deepEqual([name, isOne], ["ThreadsUnavailableError", true]);
    assert.match(message, /Cross-Origin-Opener-Policy: same-origin/);
    assert.match(message, /Cross-Origin-Embedder-Policy: require-corp/);
    assert.equal(value, Math.fround(2.061153620314381e-9));
  },
);

browserTest("browser: WebGPU stays within its bound on the adapter at hand", async (browser) => {
  await using host = startHost();
  const page = await pageOf(browser, host.address);
  type Found = { worst: number; x: number; got: number; exact: number; of: number };
  const { adapter, found, special } = await on<{
    adapter: string;
    found: Record<BoundedFunction, Found>;
    special: string;
  }>(
    page,
    `
    const { webgpu } = await import("/dist/softplus.js");
    const { certify } = await import("/notebooks/demo/certify.js");
    const gpu = await webgpu();
    const found = await certify(gpu, ${step});
    const special = await gpu.softplus(new Float32Array([NaN, Infinity, -Infinity, -100]));
    const { adapter } = gpu;
    await gpu.dispose();
    return { adapter, found, special: special.join() };
  `,
  );
  assert.equal(special, `NaN,Infinity,0,${scalar.softplus(new Float32Array([-100]))[0]}`);
  for (const [name, { worst, x, got, exact, of }] of Object.entries(found)) {
    console.log(`${adapter}: ${name} ${worst.toFixed(3)} ULP at ${x}, of ${of}`);
    const promised = bound("f32", "exact", 1, "webgpu", name as BoundedFunction);
    assert.equal(of, 2 ** 32 / step);
    assert.ok(worst <= promised, `${name}: ${worst} ULP at x=${x} got=${got} want=${exact}`);
  }
});
